"""What a Prometheus answers to the queries of a dashboard."""
import json
import math
import re
import time
import urllib.error
import urllib.parse
import urllib.request

STEP = 15  # how often Prometheus looks; four times that is what Grafana makes of $__rate_interval


class Refused(Exception):
    """Prometheus does not answer, or not to this."""


def filled(text, names):
    """With the variables of the page and those of Grafana."""
    text = text.replace("$__rate_interval", f"{4 * STEP}s").replace("$__interval", f"{STEP}s")
    return re.sub(r"\$([a-z_]+)", lambda match: names[match[1]], text)


def numbers(series):
    return [value for _, value in series["points"] if math.isfinite(value)]


class Prometheus:
    def __init__(self, url, minutes):
        self.url = url.rstrip("/")
        # Whole steps, so that all panels of a page show the same moments.
        end = int(time.time()) // STEP * STEP
        self.span = (end - minutes * 60, end)

    def ask(self, path, **fields):
        data = urllib.parse.urlencode({key: value for key, value in fields.items() if value is not None})
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{data}", timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise Refused(f"{fields.get('query', path)}: {json.load(error).get('error', error)}") from error
        except OSError as error:
            raise Refused(f"{self.url} does not answer: {error}") from error

    def variable(self, variable, wanted):
        """The value of a variable of the page: for queries, and for people."""
        metric, label = re.fullmatch(r"label_values\((.+), *(\w+)\)", variable["definition"]).groups()
        values = sorted(self.ask(f"label/{label}/values", **{"match[]": metric, "start": self.span[0], "end": self.span[1]}))
        if not values:
            raise Refused(f"there is no {variable['name']} to choose: {variable['definition']} is empty")
        if wanted in values:
            return wanted, wanted
        return ("|".join(values), "All") if variable["includeAll"] else (values[0], values[0])

    def series(self, target, names):
        """Each series with its labels, its name in the legend and its points."""
        query = filled(target["expr"], names)
        if target["instant"]:
            data = self.ask("query", query=query, time=self.span[1])
        else:
            data = self.ask("query_range", query=query, start=self.span[0], end=self.span[1], step=STEP)
        if data["resultType"] == "scalar":
            return [{"labels": {}, "name": "", "points": [(data["result"][0], float(data["result"][1]))]}]
        found = []
        for one in data["result"]:
            points = [(moment, float(value)) for moment, value in one.get("values") or [one["value"]]]
            labels = {key: value for key, value in one["metric"].items() if key != "__name__"}
            legend = target["legendFormat"]
            if legend == "__auto":
                name = ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))
            else:
                name = re.sub(r"\{\{ *(\w+) *\}\}", lambda match: labels.get(match[1], ""), legend)  # noqa: B023
            found.append({"labels": labels, "name": name, "points": points})
        return found
