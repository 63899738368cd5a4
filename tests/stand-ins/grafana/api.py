"""What Grafana serves on port 3000, as far as anybody asks for it."""
import base64
import http.server
import json
import re
import time
import urllib.parse

from notifying import VERSION
from alerts import query

PAGE = "<!doctype html>\n<html lang=en><head><title>Grafana</title></head><body><h1>Welcome to Grafana</h1><p>stand-in</p></body></html>\n"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    grafana = None

    def log_message(self, *_arguments):
        pass

    def reply(self, status, content, kind="application/json; charset=UTF-8", headers=None):
        self.status = status
        text = content if isinstance(content, str) else json.dumps(content, indent=2)
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": len(text.encode()), "X-Content-Type-Options": "nosniff", **(headers or {})}.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text.encode())

    def do_GET(self):
        started, self.handler = time.monotonic(), self.path.split("?")[0]
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(urllib.parse.urlsplit(self.path).path)
        labels = {"handler": re.sub(r"(uid/)[^/]+", r"\1:uid", self.handler), "method": self.command, "status_code": str(self.status)}
        self.grafana.metrics.observe("grafana_http_request_duration_seconds", time.monotonic() - started, **labels)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET

    def known(self):
        kind, _, word = self.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "basic":
            return False
        try:
            user, _, password = base64.b64decode(word).decode().partition(":")
        except ValueError:
            return False
        return self.grafana.accounts.right(user, password)

    def answer(self, path):
        settings = self.grafana.settings
        if path == "/api/health":
            return self.reply(200, {"database": "ok", "version": VERSION, "commit": "stand-in"})
        if path == "/healthz":
            return self.reply(200, "Ok", "text/plain; charset=UTF-8")
        if path == "/metrics" and settings["metrics"]:
            return self.reply(200, self.grafana.metrics.text(), "text/plain; version=0.0.4; charset=utf-8")
        if path == "/login" and self.command == "POST":
            try:
                given = json.loads(self.body)
                right = self.grafana.accounts.right(given["user"], given["password"])
            except (ValueError, KeyError):
                return self.reply(400, {"message": "bad login data"})
            return self.reply(200, {"message": "Logged in", "redirectUrl": "/"}) if right else self.reply(
                401, {"message": "Invalid username or password"})  # fmt: skip
        if path == "/login":
            return self.reply(200, PAGE, "text/html; charset=UTF-8")
        if path == "/api/user/signup" and not settings["sign_up"]:
            return self.reply(401, {"message": "User signup is disabled"})
        known = self.known()
        if not path.startswith("/api/"):
            if known or settings["anonymous"]:
                return self.reply(200, PAGE, "text/html; charset=UTF-8")
            return self.reply(302, "", "text/html; charset=UTF-8", {"Location": "/login"})
        if not known and not settings["anonymous"]:
            return self.reply(401, {"message": "Unauthorized", "messageId": "auth.unauthorized", "statusCode": 401, "traceID": ""})
        if self.command not in ("GET", "HEAD"):
            return self.reply(403, {"message": "the stand-in is read-only"})
        found = self.find(path)
        return self.reply(404, {"message": "Not found"}) if found is None else self.reply(*found)

    def find(self, path):
        provisioned = self.grafana.provisioned
        match = re.fullmatch(r"/api/(datasources|dashboards)/uid/([^/]+)(/health)?", path)
        if match and match[1] == "datasources" and match[2] in provisioned["datasources"]:
            source = provisioned["datasources"][match[2]]
            return health(source) if match[3] else (200, source)
        if match and match[1] == "dashboards" and not match[3]:
            for one in provisioned["dashboards"]:
                if one["dashboard"]["uid"] == match[2]:
                    meta = {"provisioned": True, "folderTitle": one["folder"], "provisionedExternalId": one["path"]}
                    return 200, {"meta": meta, "dashboard": one["dashboard"]}
            return None
        plain = {
            "/api/datasources": lambda: list(provisioned["datasources"].values()),
            "/api/search": lambda: [
                {"uid": one["dashboard"]["uid"], "title": one["dashboard"]["title"], "type": "dash-db", "folderTitle": one["folder"],
                 "url": f"/d/{one['dashboard']['uid']}", "tags": one["dashboard"].get("tags", [])}
                for one in provisioned["dashboards"]
            ],
            "/api/org": lambda: {"id": 1, "name": "Main Org."},
            "/api/v1/provisioning/contact-points": lambda: [
                {**{k: v for k, v in one.items() if k != "settings"}, "name": point["name"], "provenance": "file",
                 "settings": {**one["settings"], "url": "[REDACTED]"}}
                for point in provisioned["contact_points"] for one in point["receivers"]
            ],
            "/api/v1/provisioning/policies": lambda: {**(provisioned["policy"] or {}), "provenance": "file"},
            "/api/v1/provisioning/templates": lambda: provisioned["templates"],
            "/api/v1/provisioning/alert-rules": lambda: [
                {**{k: v for k, v in one.items() if k not in ("keep", "group")}, "for": f"{one['for']:g}s", "ruleGroup": one["group"],
                 "orgID": 1, "provenance": "file"}
                for group in provisioned["groups"] for one in group["rules"]
            ],
            "/api/prometheus/grafana/api/v1/rules": self.states,
        }  # fmt: skip
        return (200, plain[path]()) if path in plain else None

    def states(self):
        groups = []
        for group, rules in self.grafana.scheduler.groups:
            listed = [{
                "name": rule.rule["title"], "state": rule.state(), "health": rule.health, "lastError": rule.error, "type": "alerting",
                "alerts": [{"labels": one["labels"], "state": one["state"], "value": str(one["values"])} for one in list(rule.series.values())],
            } for rule in rules]  # fmt: skip
            groups.append({"name": group["name"], "file": group["folder"], "interval": group["interval"], "rules": listed})
        return {"status": "success", "data": {"groups": groups}}


def health(source):
    """Really asks the datasource, as Grafana does."""
    try:
        query(source, "1+1", time.time())
    except (OSError, ValueError, KeyError) as error:
        return 400, {"message": f"error: {error}", "status": "ERROR"}
    return 200, {"message": "Successfully queried the Prometheus API.", "status": "OK"}
