"""Grafana's provisioning files: read strictly, variables expanded where Grafana expands them and nowhere else."""
import json
import os
import pathlib
import re

import yaml

import schema

SCHEMAS = pathlib.Path(__file__).parent / "schemas"
if not SCHEMAS.is_dir():
    SCHEMAS = pathlib.Path(__file__).parent.parent / "schemas"
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
EXPRESSION = ("__expr__", "-100")
GRAFANA = ("grafana", "-- Grafana --", "-- Mixed --", "-- Dashboard --")


class Refused(Exception):
    """Grafana would not start with this, or would not mean what is written."""


def seconds(text):
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(r"([0-9.]+)(ms|[smhdwy])", text))


def expanded(value, environ):
    """What Grafana makes of $VAR, ${VAR}, $__file{} and $__env{}. `$$` stays one dollar."""
    if isinstance(value, dict):
        return {key: expanded(inner, environ) for key, inner in value.items()}
    if isinstance(value, list):
        return [expanded(inner, environ) for inner in value]
    if not isinstance(value, str):
        return value

    def one(match):
        kind, argument, name = match[1], match[2], match[3] or match[4]
        if kind == "file":
            return pathlib.Path(argument).read_text().strip()
        return environ.get(argument or name, "")

    pattern = r"\$__(file|env)\{([^}]*)\}|\$\{(\w+)\}|\$(\w+)"
    return "$".join(re.sub(pattern, one, part) for part in value.split("$$"))


def read(folder, name, key):
    """The entries of every file in a folder of the provisioning, by kind."""
    found = {}
    for path in sorted(pathlib.Path(folder).glob("*.y*ml")):
        try:
            content = yaml.safe_load(path.read_text())
        except (OSError, yaml.YAMLError) as error:
            raise Refused(f"{path}: {error}") from error
        errors = schema.errors(content, json.loads((SCHEMAS / f"grafana-{name}.json").read_text()))
        if errors:
            raise Refused("\n".join(f"{path}: {error}" for error in errors))
        for kind, entries in content.items():
            if kind != "apiVersion" and isinstance(entries, list):
                found.setdefault(kind, []).extend(entries)
    return found if key is None else found.get(key, [])


def unique(values, what):
    seen = set()
    for value in values:
        if value in seen:
            raise Refused(f"{what} {value} is there twice")
        seen.add(value)
    return seen


def rule(raw, group, environ):
    """Labels are expanded; annotations and queries are not."""
    found = {key: expanded(value, environ) for key, value in raw.items() if key not in ("annotations", "data")}
    found |= {"annotations": raw.get("annotations", {}), "data": raw["data"], "folder": group["folder"], "group": group["name"]}
    found |= {"for": seconds(raw.get("for", "0s")), "keep": seconds(raw.get("keepFiringFor", "0s"))}
    found.setdefault("labels", {})
    return found


def rule_errors(one, datasources):
    name, refs = f"rule {one['title']!r}", [query["refId"] for query in one["data"]]
    unique(refs, f"{name}: query")
    if one["condition"] not in refs:
        raise Refused(f"{name}: the condition {one['condition']} is no query of its own")
    for query in one["data"]:
        model, where = query["model"], f"{name}: query {query['refId']}"
        if model["refId"] != query["refId"]:
            raise Refused(f"{where}: its model says {model['refId']}")
        if query["datasourceUid"] in EXPRESSION:
            if model.get("type") not in ("threshold", "reduce") or model.get("expression") not in refs:
                raise Refused(f"{where}: no threshold or reduce of another query")
            if model["type"] == "threshold" and len(model.get("conditions", [])) != 1:
                raise Refused(f"{where}: a threshold has one condition")
        elif query["datasourceUid"] not in datasources:
            raise Refused(f"{where}: there is no datasource {query['datasourceUid']}")
        elif not model.get("expr") or not model.get("instant") or model.get("range"):
            raise Refused(f"{where}: the stand-in evaluates instant queries with an expr")
        elif "relativeTimeRange" not in query:
            raise Refused(f"{where}: has no relativeTimeRange")
    for label, value in one["labels"].items():
        if "{{" in value and not re.search(r"\$(labels|values?)\b", value) and ".Labels" not in value:
            raise Refused(f"{name}: in the label {label} a variable is lost: write $$ for a dollar")


def routes(tree, receivers, inherited=None):
    """The policy, each route with what it inherits."""
    own = {**(inherited or {"group_by": ["grafana_folder", "alertname"], "group_wait": "30s", "group_interval": "5m", "repeat_interval": "4h"})}
    own |= {key: tree[key] for key in (*own, "receiver") if key in tree}
    if own.get("receiver") not in receivers:
        raise Refused(f"the notification policy names the contact point {own.get('receiver')}, which is not there")
    matchers = [tuple(matcher) for matcher in tree.get("object_matchers", [])]
    for text in tree.get("matchers", []):
        match = re.fullmatch(r"\s*(\w+)\s*(=~|!~|!=|=)\s*\"?(.*?)\"?\s*", text)
        if not match:
            raise Refused(f"the matcher {text!r} cannot be read")
        matchers.append(match.groups())
    inner = [routes(one, receivers, own) for one in tree.get("routes", [])]
    times = {key: seconds(own[key]) for key in ("group_wait", "group_interval", "repeat_interval")}
    return {**own, **times, "matchers": matchers, "continue": tree.get("continue", False), "routes": inner}


def dashboards(providers, datasources):
    found = []
    for provider in providers:
        folder = pathlib.Path(provider["options"]["path"])
        if not folder.is_dir():
            raise Refused(f"{folder}: is no folder")
        for path in sorted(folder.rglob("*.json")):
            try:
                content = json.loads(path.read_text())
            except ValueError as error:
                raise Refused(f"{path}: {error}") from error
            errors = schema.errors(content, json.loads((SCHEMAS / "grafana-dashboard.json").read_text()))
            panels = [] if errors else [inner for panel in content["panels"] for inner in (panel, *panel.get("panels", []))]
            for panel in panels:
                for part in (panel, *panel.get("targets", [])):
                    uid = (part.get("datasource") or {}).get("uid", "") if isinstance(part.get("datasource"), dict) else ""
                    if uid and not uid.startswith("$") and uid not in (*datasources, *GRAFANA, *EXPRESSION):
                        errors.append(f"panel {panel['id']}: there is no datasource {uid}")
            if errors:
                raise Refused("\n".join(f"{path}: {error}" for error in errors))
            unique([panel["id"] for panel in panels], f"{path}: panel")
            found.append({"folder": provider.get("folder", ""), "path": str(path), "dashboard": content})
    unique([one["dashboard"]["uid"] for one in found], "the dashboard")
    unique([(one["folder"], one["dashboard"]["title"]) for one in found], "the dashboard")
    return found


def load(folder, environ=os.environ):
    """Everything that is provisioned."""
    folder = pathlib.Path(folder)
    sources = {one["uid"]: one for one in expanded(read(folder / "datasources", "datasources", "datasources"), environ)}
    if sum(bool(one.get("isDefault")) for one in sources.values()) > 1:
        raise Refused("two datasources are the default one")
    alerting = read(folder / "alerting", "alerting", None)
    points = expanded(alerting.get("contactPoints", []), environ)
    receivers = {point["name"]: point["receivers"] for point in points}
    unique([point["name"] for point in points], "the contact point")
    unique([one["uid"] for point in points for one in point["receivers"]], "the receiver")
    for point in points:
        for one in point["receivers"]:
            if not re.match(r"https?://[^/]", one["settings"]["url"]):
                raise Refused(f"the contact point {point['name']} has no URL: {one['settings']['url']!r}")
    groups = []
    for group in alerting.get("groups", []):
        if seconds(group["interval"]) % 10 or not seconds(group["interval"]):
            raise Refused(f"group {group['name']}: the interval must be a multiple of 10s")
        rules = [rule(one, group, environ) for one in group["rules"]]
        for one in rules:
            rule_errors(one, sources)
        groups.append({**group, "interval": seconds(group["interval"]), "rules": rules})
    every = [one for group in groups for one in group["rules"]]
    unique([one["uid"] for one in every], "the rule")
    unique([(one["folder"], one["title"]) for one in every], "the rule")
    policies = expanded(alerting.get("policies", []), environ)
    if len(policies) > 1:
        raise Refused("there are two notification policies, and the last would replace the first")
    if policies and (policies[0].get("matchers") or policies[0].get("object_matchers")):
        raise Refused("the root of the notification policy has matchers, and it may not")
    return {
        "datasources": sources,
        "dashboards": dashboards(expanded(read(folder / "dashboards", "dashboards", "providers"), environ), sources),
        "contact_points": points,
        "receivers": receivers,
        "groups": groups,
        "policy": policies[0] if policies else None,
        "routes": routes(policies[0], receivers) if policies else None,
        "templates": alerting.get("templates", []),
    }
