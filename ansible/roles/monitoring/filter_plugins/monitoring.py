# Copyright: the lostops authors
# GNU General Public License v3.0 or later (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prometheus asks, as its files say it, and Prometheus's alerts as rules of Grafana."""

from __future__ import annotations

import json
import re

from ansible.errors import AnsibleFilterError

COMPARED = re.compile(r"(?P<quantity>.+?)\s*(?P<how>[<>])\s*(?P<limit>[0-9.]+)\s*", re.DOTALL)
HOW = {"<": "lt", ">": "gt"}


def target_files(targets, folder):
    """A file a job. Prometheus reads them again by itself when they change."""
    jobs = {}
    for target in targets:
        labels = {"server": target["server"], "role": target["role"]}
        jobs.setdefault(target["job"], []).append({"targets": [target["address"]], "labels": labels})
    return [
        {"path": f"{folder}/configuration/targets/{job}.json", "content": json.dumps(found, indent=2) + "\n"}
        for job, found in sorted(jobs.items())
    ]


def webhook(address):
    """The address as it is. Grafana does not start with what is none, and says so where nobody looks."""
    if address and not re.fullmatch(r"https?://[^\s/]+/\S+", address):
        raise AnsibleFilterError("the webhook of Discord is no address: it begins with https:// and is copied from the channel's settings")
    return address


def grafana_rules(rules, interval):
    """A group of Grafana's rules: of each alert the quantity is asked for and compared here, so that a message can say it."""
    alerts = [rule for group in rules["groups"] for rule in group["rules"] if "alert" in rule]
    return {"orgId": 1, "name": "lostops", "folder": "lostops", "interval": interval, "rules": [_rule(alert) for alert in alerts] + [SILENT]}


def _rule(alert):
    name = alert["alert"]
    found = COMPARED.fullmatch(str(alert["expr"]))
    if not found:
        raise AnsibleFilterError(f"the alert {name} does not end in a comparison with a number")
    texts = dict(alert["annotations"])
    rule = {
        "uid": re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower(),
        "title": name,
        "for": alert.get("for", "0s"),
        "labels": dict(alert.get("labels", {})),
        # Without data there is nothing to watch; a Prometheus that is silent is what the last rule is for.
        **{"noDataState": "OK", "execErrState": "OK"},
        **_compared(" ".join(found["quantity"].split()), HOW[found["how"]], float(found["limit"])),
    }
    if "dashboard" in texts:
        rule["dashboardUid"], rule["panelId"] = texts.pop("dashboard"), int(texts.pop("panel"))
    rule["annotations"] = {what: text.replace("$value", "$values.A.Value") for what, text in texts.items()}
    return rule


def _compared(quantity, how, limit):
    """A asks Prometheus, B compares."""
    asked = {"refId": "A", "expr": quantity, "instant": True, "range": False}
    compared = {"refId": "B", "type": "threshold", "expression": "A", "conditions": [{"evaluator": {"type": how, "params": [limit]}}]}
    time = {"from": 600, "to": 0}
    return {
        "condition": "B",
        "data": [
            {"refId": "A", "relativeTimeRange": time, "datasourceUid": "prometheus", "model": asked},
            {"refId": "B", "relativeTimeRange": time, "datasourceUid": "__expr__", "model": compared},
        ],
    }


# What Prometheus cannot say of itself.
SILENT = {
    "uid": "prometheus-silent",
    "title": "PrometheusSilent",
    "for": "2m",
    "labels": {"severity": "critical"},
    **{"noDataState": "Alerting", "execErrState": "Alerting"},
    **_compared('up{job="prometheus"}', "lt", 1.0),
    "annotations": {
        "summary": "Prometheus does not answer: nothing is watched",
        "description": "Until it does, no other alert can come. On the monitoring server: docker logs prometheus, and is the data disk full?",
    },
}


class FilterModule:
    """Tells Ansible of the filters."""

    def filters(self):
        return {"target_files": target_files, "grafana_rules": grafana_rules, "webhook": webhook}
