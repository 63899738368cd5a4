# Copyright: the lostops authors
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the callback plug-in forwards of apt's words."""

import importlib.util
import unittest
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src" / "ansible"
spec = importlib.util.spec_from_file_location("lostops_events", SOURCES / "lostops_events.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)


def printed(name):
    return (SOURCES / "tests" / "apt" / name).read_text()


class Packages(unittest.TestCase):
    def test_only_what_concerns_packages_is_forwarded(self):
        said = module.packages({"stdout": printed("installed")})
        self.assertEqual(
            said["lines"],
            [
                "The following additional packages will be installed:",
                "  libjq1 libnftables1",
                "Suggested packages:",
                "  firewalld",
                "The following NEW packages will be installed:",
                "  libnftables1 nftables sl",
                "The following packages will be upgraded:",
                "  jq libjq1",
                "2 upgraded, 3 newly installed, 0 to remove and 132 not upgraded.",
                "Unpacking libnftables1:amd64 (1.0.6-2+deb12u2) ...",
                "Unpacking nftables (1.0.6-2+deb12u2) ...",
                "Unpacking jq (1.6-2.1+deb12u3) over (1.6-2.1+deb12u1) ...",
                "Unpacking libjq1:amd64 (1.6-2.1+deb12u3) over (1.6-2.1+deb12u1) ...",
                "Unpacking sl (5.02-1+b1) ...",
            ],
        )

    def test_a_check_and_a_removal_are_forwarded_too(self):
        for name, first in (("would-install", "Inst "), ("would-remove", "Remv "), ("removed", "Removing ")):
            lines = module.packages({"stdout": printed(name)})["lines"]
            self.assertEqual(sum(line.startswith(first) for line in lines), 3, name)

    def test_the_names_are_those_of_the_task_under_whichever_of_its_options(self):
        for asked, names in (
            ({"name": ["a", "b=1"], "package": ["a", "b=1"]}, ["a", "b=1"]),
            ({"name": None, "package": None, "deb": "/tmp/x.deb"}, ["/tmp/x.deb"]),
            ({"upgrade": "dist", "package": None}, []),
            ({"name": "a", "package": None}, ["a"]),
        ):
            said = module.packages({"stdout": "", "invocation": {"module_args": asked}})
            self.assertEqual(said["names"], names)
        for odd in ({}, {"invocation": None}, {"invocation": {"module_args": "a"}}):
            self.assertNotIn("names", module.packages(odd))

    def test_what_is_forwarded_is_bounded_and_says_that_it_was_cut(self):
        words = "\n".join(f"Inst lib{number} ({'1' * 9000})" for number in range(9000))
        said = module.packages({"stdout": words})
        self.assertEqual((len(said["lines"]), said["cut"]), (module.MOST_LINES, True))
        self.assertLessEqual(max(map(len, said["lines"])), module.LONGEST_LINE)
        asked = {"package": ["x" * 9000] * 9000}
        said = module.packages({"stdout": "", "invocation": {"module_args": asked}})
        self.assertEqual((len(said["names"]), said["cut"]), (module.MOST_NAMES, True))

    def test_no_words_are_no_packages(self):
        for words in (None, 7, "", [], "Reading package lists..."):
            self.assertEqual(module.packages({"stdout": words}), {"lines": []})


if __name__ == "__main__":
    unittest.main()
