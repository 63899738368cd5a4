# Copyright: the lostops authors
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the describers declare as open, in the words of nftables."""

from __future__ import annotations

import ipaddress
import re

from ansible.errors import AnsibleFilterError


def firewall_rules(declared, ssh_port=22):
    """One entry per rule: source, protocol, ports (nft's own words) and purpose.

    Ranges and prefixes that touch are made one: nft refuses a set whose elements overlap.
    """
    rules = []
    reachable = False
    for entry in declared:
        protocol = entry.get("protocol", "tcp")
        if protocol not in ("tcp", "udp"):
            raise AnsibleFilterError(f"lostops_ports: the protocol {protocol!r} is neither tcp nor udp")
        ranges = _ranges(entry["ports"])
        sources = _sources(entry["from"])
        if protocol == "tcp" and sources and any(first <= int(ssh_port) <= last for first, last in ranges):
            reachable = True
        ports = "{ " + ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges) + " }"
        purpose = re.sub(r"[^A-Za-z0-9 ._:/-]", "", str(entry.get("for") or ""))[:100]
        rules += [{"source": source, "protocol": protocol, "ports": ports, "purpose": purpose} for source in sources]
    if not reachable:
        raise AnsibleFilterError(
            f"lostops_ports lets nobody reach TCP port {ssh_port}, so this server could not be reached again: "
            f"declare it in the describer, as {{ port: {ssh_port}, from: operators, for: ssh }}"
        )
    return rules


def _ranges(ports):
    pairs = []
    for port in ports:
        match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", str(port))
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last <= 65535:
            raise AnsibleFilterError(f"lostops_ports: {port!r} is neither a port nor a range of ports")
        pairs.append((first, last))
    if not pairs:
        raise AnsibleFilterError("lostops_ports: an entry names no port")
    merged = []
    for first, last in sorted(pairs):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _sources(blocks):
    """A match per family. An address family that no source names gets no rule, and is dropped."""
    try:
        networks = [ipaddress.ip_network(str(block)) for block in blocks]
    except ValueError as error:
        raise AnsibleFilterError(f"lostops_ports: {error}") from error
    sources = []
    for family, version in (("ip", 4), ("ip6", 6)):
        of_it = list(ipaddress.collapse_addresses(network for network in networks if network.version == version))
        if any(network.prefixlen == 0 for network in of_it):
            sources.append(f"meta nfproto ipv{version}")
        elif of_it:
            sources.append(f"{family} saddr {{ {', '.join(map(_block, of_it))} }}")
    return sources


def _block(network):
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


class FilterModule:
    """Tells Ansible of the filter."""

    def filters(self):
        return {"firewall_rules": firewall_rules}
