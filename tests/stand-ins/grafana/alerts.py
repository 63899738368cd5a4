"""Alert rules: asked of Prometheus at their interval, and what state each of their series is in."""
import http.client
import json
import sys
import time
import urllib.parse
import urllib.request

import texts
from provisioning import EXPRESSION

COMPARE = {
    "gt": lambda value, low, _: value > low,
    "lt": lambda value, low, _: value < low,
    "gte": lambda value, low, _: value >= low,
    "lte": lambda value, low, _: value <= low,
    "eq": lambda value, low, _: value == low,
    "ne": lambda value, low, _: value != low,
    "within_range": lambda value, low, high: low < value < high,
    "outside_range": lambda value, low, high: value < low or value > high,
}


def log(text):
    print(text, file=sys.stderr, flush=True)


def query(source, expression, now):
    """An instant query: pairs of labels and value."""
    asked = urllib.parse.urlencode({"query": expression, "time": f"{now:.3f}"}).encode()
    request = urllib.request.Request(source["url"].rstrip("/") + "/api/v1/query", asked)
    with urllib.request.urlopen(request, timeout=30) as answer:
        data = json.load(answer)["data"]
    if data["resultType"] == "scalar":
        return [({}, float(data["result"][1]))]
    without = [({k: v for k, v in one["metric"].items() if k != "__name__"}, float(one["value"][1])) for one in data["result"]]
    return without


def evaluate(rule, sources, now, ask=query):
    """For each series its labels, its value by refId, and whether the condition holds."""
    results = {}
    for part in rule["data"]:
        model = part["model"]
        if part["datasourceUid"] not in EXPRESSION:
            expression = model["expr"].replace("$__interval", "60s").replace("$__rate_interval", "60s")
            results[part["refId"]] = ask(sources[part["datasourceUid"]], expression, now)
    for part in rule["data"]:
        model = part["model"]
        if part["datasourceUid"] in EXPRESSION:
            found = results[model["expression"]]
            if model["type"] == "threshold":
                evaluator = model["conditions"][0]["evaluator"]
                low, high = [*evaluator["params"], 0, 0][:2]
                found = [(labels, float(COMPARE[evaluator["type"]](value, low, high))) for labels, value in found]
            results[part["refId"]] = found
    series = []
    for labels, value in results[rule["condition"]]:
        values = {ref: other for ref, found in results.items() for same, other in found if same == labels}
        series.append((labels, values, value != 0))
    return series


class Rule:
    """One rule, and the state of each of its series."""

    def __init__(self, rule, settings):
        self.rule, self.settings, self.series, self.health, self.error = rule, settings, {}, "unknown", ""

    def state(self):
        states = {one["state"] for one in self.series.values()}
        return "firing" if "Alerting" in states else "pending" if "Pending" in states else "inactive"

    def special(self, name, settled, error=""):
        """What Grafana makes of no data and of an error: a series of its own, or whatever the rule says."""
        if settled == "KeepLast":
            return None
        if settled == "OK":
            return []
        if settled == "Alerting":
            return [({}, {}, True)]
        source = self.rule["data"][0]["datasourceUid"]
        labels = {"alertname": f"Datasource{name}", "rulename": self.rule["title"], "datasource_uid": source}
        if name == "NoData":
            labels["ref_id"] = self.rule["data"][0]["refId"]
        return [(labels, {"__error": error} if error else {}, "now")]

    def step(self, sources, now, ask=query):
        """Evaluates once; returns the alerts that are to be told: those that fire and those that have just ended."""
        self.error = ""
        try:
            found = evaluate(self.rule, sources, now, ask)
            self.health = "ok"
            if not found:
                self.health = "nodata"
                found = self.special("NoData", self.rule.get("noDataState", "NoData"))
        except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
            self.error, self.health = str(error), "error"
            log(f"rule {self.rule['title']}: {error}")
            found = self.special("Error", self.rule.get("execErrState", "Alerting"), str(error))
        if found is None:
            return [one["alert"] for one in self.series.values() if one["state"] == "Alerting"]
        told = []
        for labels, values, holds in found:
            key = tuple(sorted(labels.items()))
            one = self.series.setdefault(key, {"state": "Normal", "labels": labels, "alert": None})
            one.update(values=values, missing=0)
            self.move(one, holds, now)
        for key in list(self.series):
            one = self.series[key]
            if key not in {tuple(sorted(labels.items())) for labels, _, _ in found}:
                one["missing"] += 1
                if one["missing"] >= self.rule.get("missing_series_evals_to_resolve", 2) or not key:
                    self.move(one, False, now)
                    if one["state"] == "Normal":
                        del self.series[key]
            if one["state"] == "Alerting" or one.get("ended"):
                told.append(one["alert"])
        return told

    def move(self, one, holds, now):
        one["ended"] = False
        if holds:
            if one["state"] == "Normal":
                one.update(state="Pending", since=now)
            if one["state"] == "Pending" and (holds == "now" or now - one["since"] >= self.rule["for"]):
                one.update(state="Alerting", started=now)
            if one["state"] == "Alerting":
                one.update(held=now, alert=self.alert(one, "firing"))
        elif one["state"] == "Alerting":
            if now - one["held"] >= self.rule["keep"]:
                one.update(state="Normal", ended=True, alert={**one["alert"], "status": "resolved", "ended": now})
        else:
            one["state"] = "Normal"

    def alert(self, one, status):
        rule, root = self.rule, self.settings["root_url"].rstrip("/")
        values = {key: value for key, value in one["values"].items() if not key.startswith("__")}
        labels = {**one["labels"], "alertname": one["labels"].get("alertname", rule["title"]), "grafana_folder": rule["folder"]}
        written = {}
        for what, texts_of in (("labels", rule["labels"]), ("annotations", rule["annotations"])):
            for name, text in texts_of.items():
                try:
                    written.setdefault(what, {})[name] = texts.expanded(text, labels, values)
                except texts.Wrong as error:
                    log(f"rule {rule['title']}: {name}: {error}")
                    written.setdefault(what, {})[name] = text  # as Grafana does
        labels |= written.get("labels", {})
        annotations = {name: text for name, text in written.get("annotations", {}).items() if not name.startswith("__")}
        annotations |= {"Error": one["values"]["__error"]} if "__error" in one["values"] else {}
        extra = {f"__value_{ref}": texts.plain(value) for ref, value in values.items()}
        extra["__values"] = ", ".join(f"[ var='{ref}' value={texts.plain(value)} ]" for ref, value in sorted(values.items()))
        matchers = "&".join("matcher=" + urllib.parse.quote(f"{name}={labels[name]}") for name in sorted(labels))
        extra["__silence"] = f"{root}/alerting/silence/new?alertmanager=grafana&{matchers}&orgId=1"
        board = rule.get("dashboardUid") or rule["annotations"].get("__dashboardUid__")
        panel = rule.get("panelId") or rule["annotations"].get("__panelId__")
        if board:
            extra["__dashboard"] = f"{root}/d/{board}?orgId=1"
            extra["__panel"] = extra["__dashboard"] + (f"&viewPanel={panel}" if panel else "")
        return {
            "status": status, "labels": labels, "annotations": annotations, "extra": extra, "started": one["started"],
            "ended": 0, "url": f"{root}/alerting/grafana/{rule['uid']}/view?orgId=1",
        }  # fmt: skip


class Scheduler:
    """Evaluates every group at its interval and hands the alerts on."""

    def __init__(self, provisioned, settings, tell, metrics):
        self.sources, self.tell, self.metrics = provisioned["datasources"], tell, metrics
        self.groups = [(group, [Rule(one, settings) for one in group["rules"]]) for group in provisioned["groups"]]

    def run(self, group, rules, stopped):
        while not stopped.is_set():
            started = time.time()
            for rule in rules:
                if rule.rule.get("isPaused"):
                    continue
                told = rule.step(self.sources, started)
                self.metrics.change("grafana_alerting_rule_evaluations_total", 1, org="1")
                self.metrics.change("grafana_alerting_rule_evaluation_failures_total", int(rule.health == "error"), org="1")
                self.tell(told, started)
            stopped.wait(max(started + group["interval"] - time.time(), 0.1))
