# Copyright: the lostops authors
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every role writes: secrets, variables for Compose and for containers, whole projects, texts for SQL."""

from __future__ import annotations

import json
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


def _folder(name):
    return f"/etc/lostops/projects/{name}"


READ = ("compose.yaml", "compose.override.yaml", ".env")


def project_files(projects):
    """The files of Compose projects: of each what Compose reads, and the values of its variables.

    Compose takes what lies there as compose.override.yaml as well. It is lostops' own, with other images in a rehearsal; one
    that somebody else has put there, which nobody has judged, goes away.
    """
    files = []
    for name, project in projects.items():
        values = project["environment"]
        # Never empty, so that a variable that is taken away is gone on the server too.
        text = "# Written by lostops.\n" + dotenv({key: secret(value) for key, value in values.items()})
        shown = not any(str(value).startswith("secret:") for value in values.values())
        files.append({"path": f"{_folder(name)}/compose.yaml", "content": project["content"]})
        override = {"path": f"{_folder(name)}/compose.override.yaml", "state": "absent"}
        if project["images"]:
            services = {service: {"image": image.replace("$", "$$")} for service, image in project["images"].items()}
            override = override | {"state": "present", "content": json.dumps({"services": services}) + "\n"}
        files.append(override)
        files.append({"path": f"{_folder(name)}/.env", "content" if shown else "secret": text, "mode": "0600"})
    return files


def project_units(projects):
    """The units of Compose projects: Compose itself sees what has changed."""
    return [
        {
            "name": f"lostops-project@{name}.service",
            "enabled": True,
            "started": True,
            "apply": "reload",
            "reads": [f"{_folder(name)}/{file}" for file in READ],
        }
        for name in projects
    ]


def sql(text):
    """A text in MySQL's quotes."""
    escaped = str(text).replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


class FilterModule:
    """Tells Ansible of the filters."""

    def filters(self):
        return {
            "secret": secret,
            "dotenv": dotenv,
            "project_files": project_files,
            "project_units": project_units,
            "sql": sql,
        }
