# Copyright: the lostops authors
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles write for Traefik and Grafana, held to schemas also where no rehearsal writes it: with Let's Encrypt, without Discord."""

import importlib.util
import json
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

import jinja2
import yaml

ROOT = Path(__file__).parents[2]
ROLES = ROOT / "ansible" / "roles"
STAND_INS = ROOT / "tests" / "stand-ins"
sys.path[:0] = [str(STAND_INS / "base"), str(STAND_INS / "grafana")]

import provisioning  # noqa: E402
import schema  # noqa: E402

spec = importlib.util.spec_from_file_location("lostops_monitoring", ROLES / "monitoring" / "filter_plugins" / "monitoring.py")
monitoring = importlib.util.module_from_spec(spec)
spec.loader.exec_module(monitoring)


def rendered(role, name, **variables):
    """A template as Ansible renders it, as far as ours need."""
    folder = ROLES / role
    engine = jinja2.Environment(loader=jinja2.FileSystemLoader(folder / "templates"), trim_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)
    engine.filters |= {"to_json": json.dumps, "from_yaml": yaml.safe_load, "grafana_rules": monitoring.grafana_rules}
    engine.filters["to_nice_yaml"] = lambda value, **options: yaml.safe_dump(value, allow_unicode=True, **options)
    defaults = yaml.safe_load((folder / "defaults" / "main.yml").read_text(encoding="utf-8"))
    engine.globals["lookup"] = lambda _, file, **__: (folder / "files" / file).read_text(encoding="utf-8").rstrip("\n")
    return engine.get_template(name).render({**defaults, **variables})


def wrong(text, name):
    return schema.errors(yaml.safe_load(text), json.loads((STAND_INS / "schemas" / f"{name}.json").read_text(encoding="utf-8")))


class Traefik(unittest.TestCase):
    def test_with_lets_encrypt_and_with_an_authority_of_our_own_it_is_what_the_schema_says(self):
        for email in ("", "operations@lostops.example"):
            with self.subTest(email=email):
                static = rendered("traefik", "traefik.yml.j2", lostops_acme_email=email)
                dynamic = rendered("traefik", "dynamic.yml.j2", lostops_acme_email=email)
                self.assertEqual((wrong(static, "traefik-static"), wrong(dynamic, "traefik-dynamic")), ([], []))
                points = yaml.safe_load(static)["entryPoints"]
                self.assertEqual(points["web"]["http"]["redirections"]["entryPoint"], {"to": "websecure", "scheme": "https", "permanent": True})
                self.assertEqual(yaml.safe_load(dynamic)["tls"]["options"]["default"]["minVersion"], "VersionTLS12")
                self.assertEqual("certificates" in yaml.safe_load(dynamic)["tls"], not email)
                self.assertNotIn("api", yaml.safe_load(static))

    def test_lets_encrypt_is_asked_over_port_80_and_its_account_is_kept(self):
        static = yaml.safe_load(rendered("traefik", "traefik.yml.j2", lostops_acme_email="operations@lostops.example"))
        self.assertEqual(static["entryPoints"]["websecure"]["http"]["tls"], {"certResolver": "letsencrypt"})
        acme = static["certificatesResolvers"]["letsencrypt"]["acme"]
        self.assertEqual(acme, {"email": "operations@lostops.example", "storage": "/acme/acme.json", "httpChallenge": {"entryPoint": "web"}})


class Grafana(unittest.TestCase):
    def provisioned(self, discord):
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        alerts = (ROLES / "monitoring" / "files" / "prometheus" / "rules" / "alerts.yml").read_text(encoding="utf-8")
        boards = (ROLES / "monitoring" / "files" / "grafana" / "dashboards.yaml").read_text(encoding="utf-8")
        variables = {"lostops_discord": discord, "monitoring_alerts": alerts}
        for name, text in {
            "datasources/lostops.yaml": rendered("monitoring", "datasource.yaml.j2"),
            "dashboards/lostops.yaml": boards.replace("/etc/lostops/dashboards", str(ROLES / "monitoring" / "files" / "grafana" / "dashboards")),
            "alerting/rules.yaml": rendered("monitoring", "rules.yaml.j2", **variables),
            "alerting/contacts.yaml": rendered("monitoring", "contacts.yaml.j2", **variables),
        }.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return provisioning.load(folder, {"DISCORD_WEBHOOK_URL": "https://discord.example/api/webhooks/1/token"})

    def test_everything_is_provisioned_and_alerts_go_to_discord(self):
        found = self.provisioned("secret:DISCORD_WEBHOOK")
        self.assertEqual(found["receivers"]["discord"][0]["settings"]["url"], "https://discord.example/api/webhooks/1/token")
        self.assertEqual(found["policy"]["receiver"], "discord")
        # Grafana would take a single dollar in a template for a variable of its environment.
        self.assertNotIn("$", found["templates"][0]["template"])
        self.assertEqual(len(found["dashboards"]), 5)
        boards = {one["dashboard"]["uid"]: one["dashboard"] for one in found["dashboards"]}
        for rule in found["groups"][0]["rules"]:
            if "dashboardUid" in rule:
                self.assertIn(rule["panelId"], [panel["id"] for panel in boards[rule["dashboardUid"]]["panels"]], rule["title"])

    def test_without_a_webhook_nobody_is_told_and_an_older_contact_goes(self):
        found = self.provisioned("")
        self.assertEqual((found["receivers"], found["policy"]), ({}, None))
        self.assertTrue(found["groups"][0]["rules"])


if __name__ == "__main__":
    unittest.main()
