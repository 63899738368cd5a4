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


if __name__ == "__main__":
    unittest.main()
