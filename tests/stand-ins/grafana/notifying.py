"""From alerts to messages: grouped as the notification policy says, and posted to Discord as Grafana posts them."""
import datetime
import hashlib
import json
import re
import threading
import urllib.request

import texts
from alerts import log

VERSION = "13.2.3"
COLOURS = {"firing": 0xD63232, "resolved": 0x36A64F}


def moment(seconds):
    if not seconds:
        return "0001-01-01T00:00:00Z"
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def matches(route, labels):
    tests = {
        "=": lambda have, want: have == want,
        "!=": lambda have, want: have != want,
        "=~": lambda have, want: re.fullmatch(want, have) is not None,
        "!~": lambda have, want: re.fullmatch(want, have) is None,
    }
    return all(tests[operator](labels.get(name, ""), want) for name, operator, want in route["matchers"])


def chosen(route, labels):
    """The routes that take an alert: the deepest that match."""
    found = []
    for inner in route["routes"]:
        if matches(inner, labels):
            found += chosen(inner, labels)
            if not inner["continue"]:
                break
    return found or [route]


def data_of(alerts, receiver, by, root_url):
    """Alertmanager's data for templates."""
    def common(what):
        first = alerts[0][what].items()
        return {name: value for name, value in first if all(one[what].get(name) == value for one in alerts)}

    listed = [{
        "status": one["status"], "labels": one["labels"], "annotations": {**one["annotations"], **one["extra"]},
        "startsAt": moment(one["started"]), "endsAt": moment(one["ended"]), "generatorURL": one["url"],
        "fingerprint": hashlib.sha256(json.dumps(one["labels"], sort_keys=True).encode()).hexdigest()[:16],
    } for one in alerts]  # fmt: skip
    status = "firing" if any(one["status"] == "firing" for one in alerts) else "resolved"
    return {
        "receiver": receiver, "status": status, "alerts": listed, "groupLabels": by, "commonLabels": common("labels"),
        "commonAnnotations": common("annotations"), "externalURL": root_url,
    }  # fmt: skip


def shortened(text, length):
    return text if len(text) <= length else text[: length - 1] + "…"


def message(settings, data, templates):
    """What Discord gets."""
    root = data["externalURL"].rstrip("/")
    content = shortened(texts.rendered(settings.get("message") or '{{ template "default.message" . }}', data, templates), 2000)
    title = texts.rendered(settings.get("title") or '{{ template "default.title" . }}', data, templates)
    embed = {
        "title": shortened(title, 256), "type": "rich", "url": f"{root}/alerting/list", "color": COLOURS[data["status"]],
        "footer": {"text": f"Grafana v{VERSION}", "icon_url": "https://grafana.com/static/assets/img/fav32.png"},
    }  # fmt: skip
    if settings.get("use_embed_description"):
        embed["description"], content = content, ""
    found = {"content": content, "embeds": [embed]}
    if not settings.get("use_discord_username"):
        found["username"] = "Grafana"
    if settings.get("avatar_url"):
        found["avatar_url"] = texts.rendered(settings["avatar_url"], data, templates)
    return found


def post(url, body):
    headers = {"Content-Type": "application/json", "User-Agent": "Grafana"}
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers), timeout=10):
        pass


class Notifier:
    """The groups of alerts, and when each of them is due."""

    def __init__(self, provisioned, root_url, metrics, send=post):
        self.provisioned, self.root_url, self.metrics, self.send = provisioned, root_url, metrics, send
        self.templates = [one["template"] for one in provisioned["templates"]]
        self.groups, self.lock = {}, threading.Lock()

    def tell(self, alerts, now):
        if not self.provisioned["routes"]:
            return
        with self.lock:
            for alert in alerts:
                for route in chosen(self.provisioned["routes"], alert["labels"]):
                    by = route["group_by"]
                    names = sorted(alert["labels"]) if "..." in by else by
                    labels = {name: alert["labels"][name] for name in names if name in alert["labels"]}
                    key = (id(route), tuple(labels.items()))
                    group = self.groups.get(key)
                    if group is None:
                        if alert["status"] == "resolved":
                            continue
                        group = {"route": route, "by": labels, "due": now + route["group_wait"], "alerts": {}, "said": {}, "when": 0}
                        self.groups[key] = group
                    group["alerts"][tuple(sorted(alert["labels"].items()))] = alert

    def flush(self, now):
        """Sends what is due."""
        with self.lock:
            due = [(key, group) for key, group in self.groups.items() if group["due"] <= now]
        for key, group in due:
            route = group["route"]
            state = {name: alert["status"] for name, alert in group["alerts"].items()}
            repeat = "firing" in state.values() and now - group["when"] >= route["repeat_interval"]
            group["due"] = now + route["group_interval"]
            news = state != group["said"] and (group["said"] or "firing" in state.values())
            if news or repeat:
                if not self.deliver(group, route):
                    group["due"] = now + min(route["group_interval"], 10)
                    continue
                group["when"] = now
            with self.lock:
                group["alerts"] = {name: one for name, one in group["alerts"].items() if one["status"] == "firing" or state.get(name) != "resolved"}
                group["said"] = {name: "firing" for name in group["alerts"]}
                if not group["alerts"]:
                    del self.groups[key]

    def deliver(self, group, route):
        fine = True
        for receiver in self.provisioned["receivers"][route["receiver"]]:
            alerts = [one for one in group["alerts"].values() if one["status"] == "firing" or not receiver.get("disableResolveMessage")]
            if not alerts:
                continue
            data = data_of(alerts, route["receiver"], group["by"], self.root_url)
            self.metrics.change("grafana_alerting_notifications_total", 1, integration="discord", org="1")
            try:
                self.send(receiver["settings"]["url"], message(receiver["settings"], data, self.templates))
            except (OSError, ValueError, texts.Wrong) as error:
                fine = False
                log(f"contact point {route['receiver']}: {error}")
                self.metrics.change("grafana_alerting_notifications_failed_total", 1, integration="discord", org="1")
        return fine

    def check(self):
        """Every message once, so that a template that is wrong shows at the start and not in the night."""
        sample = {
            "status": "firing", "labels": {"alertname": "Sample", "grafana_folder": "Sample"}, "annotations": {"summary": "sample"},
            "extra": {}, "started": 1, "ended": 0, "url": "http://localhost",
        }  # fmt: skip
        data = data_of([sample, {**sample, "status": "resolved", "ended": 2}], "sample", {"alertname": "Sample"}, self.root_url)
        for receivers in self.provisioned["receivers"].values():
            for receiver in receivers:
                message(receiver["settings"], data, self.templates)
