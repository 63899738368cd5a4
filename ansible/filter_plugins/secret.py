# Copyright: the lostops authors
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets by name: the inventory says `secret:NAME`, Ansible's environment has the value."""

from __future__ import annotations

import os

from ansible.errors import AnsibleFilterError


def secret(text):
    """The value of `secret:NAME`; any other text is what it is."""
    marked, _, name = str(text).partition("secret:")
    if marked or not name:
        return text
    value = os.environ.get(name)
    if not value:
        raise AnsibleFilterError(f"the secret {name} is not set: set the environment variable {name} where lostops runs")
    return value


class FilterModule:
    """Tells Ansible of the filter."""

    def filters(self):
        return {"secret": secret}
