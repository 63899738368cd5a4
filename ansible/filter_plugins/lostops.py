# Copyright: the lostops authors
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every role writes: secrets, variables for Compose and for containers, texts for SQL."""

from __future__ import annotations

import os

from ansible.errors import AnsibleFilterError


def secret(text):
    """The value of `secret:NAME`, which Ansible's environment has; any other text is what it is."""
    marked, _, name = str(text).partition("secret:")
    if marked or not name:
        return text
    value = os.environ.get(name)
    if not value:
        raise AnsibleFilterError(f"the secret {name} is not set: set the environment variable {name} where lostops runs")
    return value


def dotenv(variables):
    """Lines as Compose reads .env and env_file. What is quoted singly it takes as it is."""
    return "".join(f"{name}={_quoted(str(value))}\n" for name, value in variables.items())


def _quoted(value):
    if not any(mark in value for mark in "'\n\r\\"):
        return f"'{value}'"
    for mark, escaped in (("\\", "\\\\"), ('"', '\\"'), ("$", "\\$"), ("\n", "\\n"), ("\r", "\\r")):
        value = value.replace(mark, escaped)
    return f'"{value}"'


def sql(text):
    """A text in MySQL's quotes."""
    escaped = str(text).replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


class FilterModule:
    """Tells Ansible of the filters."""

    def filters(self):
        return {"secret": secret, "dotenv": dotenv, "sql": sql}
