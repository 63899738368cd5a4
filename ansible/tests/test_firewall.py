# Copyright: the lostops authors
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the describers declare, in nftables' words."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "roles" / "firewall" / "filter_plugins"))
from ansible.errors import AnsibleFilterError  # noqa: E402
from firewall import firewall_rules  # noqa: E402

SSH = {"protocol": "tcp", "ports": ["22"], "from": ["203.0.113.0/24"], "for": "ssh"}


class Rules(unittest.TestCase):
    def one(self, **entry):
        return firewall_rules([SSH, {"protocol": "tcp", "ports": ["80"], "from": ["0.0.0.0/0"], **entry}])[1:]

    def refused(self, words, declared, port=22):
        with self.assertRaises(AnsibleFilterError) as caught:
            firewall_rules(declared, port)
        self.assertIn(words, str(caught.exception))

    def test_a_declared_port_is_one_rule_for_its_sources(self):
        expected = {"source": "ip saddr { 203.0.113.0/24 }", "protocol": "tcp", "ports": "{ 22 }", "purpose": "ssh"}
        self.assertEqual(firewall_rules([SSH]), [expected])

    def test_sources_that_overlap_become_one_set_that_nft_takes(self):
        rules = self.one(**{"from": ["10.0.0.1/32", "10.0.0.0/24", "10.0.0.1/32", "10.0.2.7/32"]})
        self.assertEqual(rules[0]["source"], "ip saddr { 10.0.0.0/24, 10.0.2.7 }")

    def test_ports_that_overlap_become_one_set_that_nft_takes(self):
        self.assertEqual(self.one(ports=["8005-8010", "80", "8000-8006", "81"])[0]["ports"], "{ 80-81, 8000-8010 }")

    def test_the_internet_is_every_address_of_ipv4_and_none_of_ipv6(self):
        self.assertEqual([rule["source"] for rule in self.one()], ["meta nfproto ipv4"])

    def test_a_source_of_ipv6_has_a_rule_of_its_own(self):
        rules = self.one(**{"from": ["2001:db8::/64", "10.0.0.1/32"]})
        self.assertEqual([rule["source"] for rule in rules], ["ip saddr { 10.0.0.1 }", "ip6 saddr { 2001:db8::/64 }"])

    def test_a_purpose_cannot_say_anything_to_nft(self):
        purpose = self.one(**{"for": 'x" }; flush ruleset\n'})[0]["purpose"]
        self.assertEqual(purpose, "x  flush ruleset")

    def test_a_declaration_without_sources_opens_nothing(self):
        self.assertEqual(self.one(**{"from": []}), [])

    def test_a_table_that_would_lock_everybody_out_is_refused(self):
        self.refused("could not be reached again", [])
        self.refused("could not be reached again", [{**SSH, "from": []}])
        self.refused("could not be reached again", [{**SSH, "protocol": "udp"}])
        self.refused("TCP port 2222", [SSH], 2222)

    def test_what_is_no_port_no_protocol_or_no_block_is_named(self):
        self.refused("'99999'", [SSH, {**SSH, "ports": ["99999"]}])
        self.refused("'9-8'", [SSH, {**SSH, "ports": ["9-8"]}])
        self.refused("names no port", [SSH, {**SSH, "ports": []}])
        self.refused("'gre'", [SSH, {**SSH, "protocol": "gre"}])
        self.refused("10.0.0.1/24", [SSH, {**SSH, "from": ["10.0.0.1/24"]}])


if __name__ == "__main__":
    unittest.main()
