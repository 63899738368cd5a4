# Copyright: the lostops authors
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the play asks apt for, worked out by Ansible itself: lists that roles declare, and none but those of roles that run."""

import base64
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

PLAY = Path(__file__).parents[2] / "ansible"
ROLES = ("base", "firewall", "node_exporter", "docker")


def defaults(role):
    return yaml.safe_load((PLAY / "roles" / role / "defaults" / "main.yml").read_text())


def declared(*roles):
    lists = (value for role in roles for name, value in defaults(role).items() if name.endswith("_packages"))
    return sorted(name for names in lists for name in names)


def wanted(*servers):
    """`base_wanted` of servers that differ by their services, projects and what dpkg says is installed there."""
    base = next(role for role in yaml.safe_load((PLAY / "site.yml").read_text())[0]["roles"] if role["role"] == "base")
    hosts = {
        f"server{number}": {
            "lostops_services": dict.fromkeys(services, {}),
            "lostops_projects": dict.fromkeys(projects, {}),
            "base_found": {"stdout_lines": [f"installed {name}" for name in installed]},
        }
        for number, (services, projects, installed) in enumerate(servers)
    }
    with tempfile.TemporaryDirectory() as folder:
        play = {
            "hosts": "all",
            "gather_facts": False,
            "connection": "local",
            "vars_files": [str(PLAY / "roles" / role / "defaults" / "main.yml") for role in ROLES],
            "tasks": [
                {
                    "ansible.builtin.debug": {"msg": "{{ inventory_hostname }}: {{ base_wanted | to_json | b64encode }}."},
                    # As those of the role in the play, they go before what the role says by itself.
                    "vars": base["vars"],
                }
            ],
        }
        Path(folder, "play.yml").write_text(yaml.safe_dump([play]))
        Path(folder, "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
        command = ["ansible-playbook", "-i", f"{folder}/hosts.yml", f"{folder}/play.yml"]
        ran = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "ANSIBLE_HOME": folder})
        if ran.returncode:
            raise AssertionError(ran.stdout + ran.stderr)
    told = dict(re.findall(r"(server\d+): ([\w+/=]+)\.", ran.stdout))
    return [sorted(json.loads(base64.b64decode(told[name]))) for name in hosts]


class Wanted(unittest.TestCase):
    def test_each_server_gets_what_its_roles_declare(self):
        bare, exporter, both, chrony, adopted = wanted(
            ((), (), ()),
            (("node_exporter",), (), ()),
            (("node_exporter",), ("mysql",), ()),
            ((), (), ("chrony",)),
            ((), ("mysql",), ("docker-ce",)),
        )
        self.assertEqual(bare, declared("base", "firewall"))
        self.assertEqual(exporter, declared("base", "firewall", "node_exporter"))
        self.assertEqual(both, declared(*ROLES))
        self.assertEqual(chrony, ["nftables", "unattended-upgrades"])
        self.assertEqual(adopted, declared("base", "firewall"))

    def test_every_role_that_declares_packages_is_known_here(self):
        every = [file.parents[1].name for file in PLAY.glob("roles/*/defaults/main.yml")]
        self.assertEqual(sorted(role for role in every if declared(role)), sorted(ROLES))


if __name__ == "__main__":
    unittest.main()
