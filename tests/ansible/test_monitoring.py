# Copyright: the lostops authors
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prometheus's targets and Grafana's rules, as the role of the monitoring server makes them."""

import importlib.util
import json
import re
import unittest
from pathlib import Path

import yaml
from ansible.errors import AnsibleFilterError

ROLE = Path(__file__).parents[2] / "ansible" / "roles" / "monitoring"
spec = importlib.util.spec_from_file_location("lostops_monitoring", ROLE / "filter_plugins" / "monitoring.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)


class Targets(unittest.TestCase):
    def test_each_job_has_a_file_with_every_server_in_it(self):
        asked = [{"job": job, "address": f"10.10.0.{at}:9100", "server": f"s{at}", "role": "backend"} for job, at in (("node", 4), ("node", 5), ("mysqld", 5))]
        files = {file["path"]: json.loads(file["content"]) for file in module.target_files(asked, "/p")}
        self.assertEqual(sorted(files), ["/p/configuration/targets/mysqld.json", "/p/configuration/targets/node.json"])
        node = files["/p/configuration/targets/node.json"]
        self.assertEqual(node[1], {"targets": ["10.10.0.5:9100"], "labels": {"server": "s5", "role": "backend"}})


class Webhook(unittest.TestCase):
    def test_what_is_no_address_is_refused_without_being_shown(self):
        for address in ("", "https://discord.com/api/webhooks/1/token", "http://10.10.0.6:9999/api/webhooks/1/token"):
            self.assertEqual(module.webhook(address), address)
        for wrong in ("swordfish", "https://discord.com", "ftp://a/b", "https://a/b c", "x https://a/b", "https:///b"):
            with self.assertRaises(AnsibleFilterError) as caught:
                module.webhook(wrong)
            self.assertNotIn(wrong, str(caught.exception))


class Rules(unittest.TestCase):
    def setUp(self):
        self.alerts = yaml.safe_load((ROLE / "files" / "prometheus" / "rules" / "alerts.yml").read_text(encoding="utf-8"))

    def test_every_alert_of_prometheus_is_a_rule_of_grafana_and_one_watches_prometheus(self):
        rules = module.grafana_rules(self.alerts, "30s")["rules"]
        names = [alert["alert"] for group in self.alerts["groups"] for alert in group["rules"]]
        self.assertEqual([rule["title"] for rule in rules], [*names, "PrometheusSilent"])
        uids = [rule["uid"] for rule in rules]
        self.assertEqual(len(set(uids)), len(uids))
        for rule in rules:
            self.assertRegex(rule["uid"], r"^[a-z-]{1,40}$")
            # Prometheus's own way to say the value is none of Grafana's.
            self.assertNotRegex(json.dumps(rule["annotations"]), r"\$value\b(?!s)")

    def test_what_is_compared_is_asked_for_and_the_comparison_is_grafanas(self):
        expression = "(sum by (a) (x) > 0) unless\n  y < 1209600"
        alert = {"alert": "SoonOver", "expr": expression, "for": "1h", "annotations": {"summary": "{{ $value | humanize }}", "dashboard": "fleet", "panel": "3"}}
        rule = module.grafana_rules({"groups": [{"rules": [alert]}]}, "30s")["rules"][0]
        self.assertEqual(rule["uid"], "soon-over")
        self.assertEqual(rule["data"][0]["model"]["expr"], "(sum by (a) (x) > 0) unless y")
        self.assertEqual(rule["data"][1]["model"]["conditions"][0]["evaluator"], {"type": "lt", "params": [1209600.0]})
        self.assertEqual((rule["annotations"], rule["dashboardUid"], rule["panelId"]), ({"summary": "{{ $values.A.Value | humanize }}"}, "fleet", 3))

    def test_an_alert_that_compares_with_nothing_is_refused_by_name(self):
        with self.assertRaises(AnsibleFilterError) as caught:
            module.grafana_rules({"groups": [{"rules": [{"alert": "Odd", "expr": "absent(up)", "annotations": {}}]}]}, "30s")
        self.assertTrue(re.search("Odd", str(caught.exception)))


if __name__ == "__main__":
    unittest.main()
