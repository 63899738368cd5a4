# Copyright: the lostops authors
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets by name."""

import importlib.util
import unittest
from pathlib import Path
from unittest import mock

from ansible.errors import AnsibleFilterError

FILE = Path(__file__).parents[2] / "ansible" / "filter_plugins" / "lostops.py"
spec = importlib.util.spec_from_file_location("lostops_secret", FILE)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)


class Secret(unittest.TestCase):
    def test_a_name_becomes_its_value_and_any_other_text_stays(self):
        with mock.patch.dict("os.environ", {"A": "swordfish"}):
            self.assertEqual(module.secret("secret:A"), "swordfish")
            for text in ("plain", "", "not secret:A", "secret:"):
                self.assertEqual(module.secret(text), text)

    def test_one_that_is_not_set_is_named(self):
        with mock.patch.dict("os.environ", {"A": ""}), self.assertRaises(AnsibleFilterError) as caught:
            module.secret("secret:A")
        self.assertIn("the secret A is not set", str(caught.exception))


class Projects(unittest.TestCase):
    PROJECTS = {
        "mail": {"content": "services: {}\n", "environment": {"TZ": "UTC", "TOKEN": "secret:A"}, "images": {"web": "mine/web:1"}},
        "plain": {"content": "services: {}\n", "environment": {}, "images": {}},
    }

    def test_each_has_its_file_and_the_values_of_its_variables(self):
        with mock.patch.dict("os.environ", {"A": "it's $5"}):
            files = {file["path"]: file for file in module.project_files(self.PROJECTS)}
        folder = "/etc/lostops/projects"
        self.assertEqual(files[f"{folder}/mail/compose.yaml"]["content"], "services: {}\n")
        hidden = files[f"{folder}/mail/.env"]
        self.assertEqual(hidden["secret"], "# Written by lostops.\nTZ='UTC'\nTOKEN=\"it's \\$5\"\n")
        self.assertEqual(hidden["mode"], "0600")
        self.assertNotIn("content", hidden)
        # The module refuses an empty file.
        self.assertEqual(files[f"{folder}/plain/.env"]["content"], "# Written by lostops.\n")

    def test_a_rehearsal_has_other_images_and_nobody_else_adds_to_what_was_judged(self):
        with mock.patch.dict("os.environ", {"A": "a"}):
            files = {file["path"]: file for file in module.project_files(self.PROJECTS)}
        other = files["/etc/lostops/projects/mail/compose.override.yaml"]
        self.assertEqual(other["content"], '{"services": {"web": {"image": "mine/web:1"}}}\n')
        self.assertEqual(files["/etc/lostops/projects/plain/compose.override.yaml"]["state"], "absent")

    def test_each_has_a_unit_that_reads_all_of_them(self):
        units = {unit["name"]: unit for unit in module.project_units(self.PROJECTS)}
        self.assertEqual(sorted(units), ["lostops-project@mail.service", "lostops-project@plain.service"])
        written = {file["path"] for file in module.project_files({"plain": self.PROJECTS["plain"]})}
        self.assertEqual(set(units["lostops-project@plain.service"]["reads"]), written)

    def test_a_secret_that_is_not_set_stops_it(self):
        with mock.patch.dict("os.environ", {"A": ""}), self.assertRaises(AnsibleFilterError):
            module.project_files(self.PROJECTS)


if __name__ == "__main__":
    unittest.main()
