#!/usr/bin/python3
"""Stands in for Grafana where its image cannot be had: provisioned strictly, evaluates the alert rules, tells Discord.

grafana                                                          serves on port 3000
grafana cli admin reset-admin-password --password-from-stdin     gives admin a new password
"""
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import re
import secrets
import signal
import sys
import threading
import time

import alerts
import api
import metrics
import notifying
import provisioning
import texts

# Which of Grafana's settings are taken: those that the roles may use. Every name may end in __FILE.
NAMES = """
ANALYTICS_CHECK_FOR_PLUGIN_UPDATES ANALYTICS_CHECK_FOR_UPDATES ANALYTICS_FEEDBACK_LINKS_ENABLED ANALYTICS_REPORTING_ENABLED
AUTH_ANONYMOUS_ENABLED AUTH_BASIC_ENABLED AUTH_DISABLE_LOGIN_FORM DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH
DASHBOARDS_MIN_REFRESH_INTERVAL DATABASE_WAL EXPLORE_ENABLED LOG_CONSOLE_FORMAT LOG_LEVEL LOG_MODE METRICS_ENABLED
NEWS_NEWS_FEED_ENABLED PATHS_DATA PATHS_PROVISIONING PLUGINS_PLUGIN_ADMIN_ENABLED PLUGINS_PREINSTALL
PLUGINS_PREINSTALL_DISABLED SECURITY_ADMIN_PASSWORD SECURITY_ADMIN_USER SECURITY_ALLOW_EMBEDDING SECURITY_COOKIE_SAMESITE
SECURITY_COOKIE_SECURE SECURITY_DISABLE_GRAVATAR SECURITY_DISABLE_INITIAL_ADMIN_CREATION SECURITY_SECRET_KEY
SECURITY_STRICT_TRANSPORT_SECURITY SERVER_DOMAIN SERVER_ENFORCE_DOMAIN SERVER_HTTP_ADDR SERVER_HTTP_PORT SERVER_PROTOCOL
SERVER_ROOT_URL SNAPSHOTS_EXTERNAL_ENABLED UNIFIED_ALERTING_MIN_INTERVAL USERS_ALLOW_ORG_CREATE USERS_ALLOW_SIGN_UP
USERS_AUTO_ASSIGN_ORG_ROLE USERS_DEFAULT_LANGUAGE USERS_DEFAULT_THEME USERS_HOME_PAGE USERS_VIEWERS_CAN_EDIT
"""
BOOLEAN = re.compile(r"_(ENABLED|SIGN_UP|ORG_CREATE|COOKIE_SECURE|GRAVATAR|DOMAIN|UPDATES|SECURITY|WAL|FORM|EDIT|EMBEDDING|DISABLED|CREATION)$")


def settings(environ):
    """The GF_ variables, checked, and what they mean here."""
    known, found = set(NAMES.split()), {}
    for variable, value in sorted(environ.items()):
        if not variable.startswith("GF_"):
            continue
        name = variable[3:].removesuffix("__FILE")
        if name not in known:
            raise provisioning.Refused(f"{variable} is no setting that is known here")
        if variable.endswith("__FILE"):
            if variable.removesuffix("__FILE") in environ:
                raise provisioning.Refused(f"both {variable} and {variable.removesuffix('__FILE')} are set")
            value = pathlib.Path(value).read_text().rstrip("\n")
        if BOOLEAN.search(name) and name != "SERVER_DOMAIN" and value.lower() not in ("true", "false"):
            raise provisioning.Refused(f"{variable} is neither true nor false")
        found[name] = value

    def on(name, default):
        return found.get(name, default).lower() == "true"

    server = {"protocol": found.get("SERVER_PROTOCOL", "http"), "domain": found.get("SERVER_DOMAIN", "localhost"),
              "http_port": found.get("SERVER_HTTP_PORT", "3000")}  # fmt: skip
    root = found.get("SERVER_ROOT_URL", "%(protocol)s://%(domain)s:%(http_port)s/")
    try:
        root = root % server
    except (KeyError, ValueError) as error:
        raise provisioning.Refused(f"GF_SERVER_ROOT_URL cannot be read: {error}") from error
    return {
        "root_url": root, "address": (found.get("SERVER_HTTP_ADDR", ""), int(server["http_port"])),
        "anonymous": on("AUTH_ANONYMOUS_ENABLED", "false"), "sign_up": on("USERS_ALLOW_SIGN_UP", "false"),
        "metrics": on("METRICS_ENABLED", "true"), "user": found.get("SECURITY_ADMIN_USER", "admin"),
        "password": found.get("SECURITY_ADMIN_PASSWORD", "admin"), "data": found.get("PATHS_DATA", "/var/lib/grafana"),
        "provisioning": found.get("PATHS_PROVISIONING", "/etc/grafana/provisioning"),
    }  # fmt: skip


class Accounts:
    """The one account, admin. As in Grafana, the variable gives it a password at the very first start only."""

    def __init__(self, chosen):
        self.user, self.file = chosen["user"], pathlib.Path(chosen["data"]) / "stand-in.json"
        if not os.access(self.file.parent, os.W_OK):
            raise provisioning.Refused(f"GF_PATHS_DATA='{self.file.parent}' is not writable.")
        if not self.file.exists():
            self.change(chosen["password"])

    def hashed(self, password, salt):
        return hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), 10_000).hex()

    def change(self, password):
        salt = secrets.token_hex(16)
        self.file.write_text(json.dumps({"salt": salt, "hash": self.hashed(password, salt)}))

    def right(self, user, password):
        kept = json.loads(self.file.read_text())
        return user == self.user and hmac.compare_digest(self.hashed(password, kept["salt"]), kept["hash"])


class Grafana:
    def __init__(self, environ):
        self.settings = settings(environ)
        self.accounts = Accounts(self.settings)
        self.provisioned = provisioning.load(self.settings["provisioning"], environ)
        self.metrics = metrics.Metrics([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25])
        self.measure()
        self.notifier = notifying.Notifier(self.provisioned, self.settings["root_url"], self.metrics)
        self.notifier.check()
        self.scheduler = alerts.Scheduler(self.provisioned, self.settings, self.notifier.tell, self.metrics)

    def measure(self):
        count = sum(len(group["rules"]) for group in self.provisioned["groups"])
        version = {"branch": "HEAD", "edition": "oss", "goversion": "", "revision": "stand-in", "version": notifying.VERSION}
        for name, kind, value, labels in (
            ("grafana_build_info", "gauge", 1, version),
            ("grafana_stat_totals_dashboard", "gauge", len(self.provisioned["dashboards"]), {}),
            ("grafana_stat_total_users", "gauge", 1, {}),
            ("grafana_stat_totals_datasource", "gauge", len(self.provisioned["datasources"]), {"plugin_id": "prometheus"}),
            ("grafana_alerting_rule_group_rules", "gauge", count, {"org": "1", "state": "active"}),
            ("grafana_alerting_rule_evaluations_total", "counter", 0, {"org": "1"}),
            ("grafana_alerting_rule_evaluation_failures_total", "counter", 0, {"org": "1"}),
            ("grafana_alerting_notifications_total", "counter", 0, {"integration": "discord", "org": "1"}),
            ("grafana_alerting_notifications_failed_total", "counter", 0, {"integration": "discord", "org": "1"}),
            ("process_start_time_seconds", "gauge", time.time(), {}),
        ):
            self.metrics.define(name, kind, name.replace("_", " "))
            self.metrics.put(name, value, **labels)
        self.metrics.define("grafana_http_request_duration_seconds", "histogram", "Histogram of latencies for HTTP requests.")

    def start(self, stopped):
        """Serves; returns the server."""
        handler = type("Handler", (api.Handler,), {"grafana": self})
        server = http.server.ThreadingHTTPServer(self.settings["address"], handler)
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        for group, listed in self.scheduler.groups:
            threading.Thread(target=self.scheduler.run, args=(group, listed, stopped), daemon=True).start()

        def notify():
            while not stopped.wait(0.5):
                self.notifier.flush(time.time())

        threading.Thread(target=notify, daemon=True).start()
        return server


def cli(arguments, environ):
    if arguments[:2] != ["admin", "reset-admin-password"] or len(arguments) != 3:
        sys.exit("grafana cli: the stand-in knows: admin reset-admin-password --password-from-stdin")
    password = sys.stdin.readline().rstrip("\n") if arguments[2] == "--password-from-stdin" else arguments[2]
    if len(password) < 4:
        sys.exit("Error: ✗ new password is too short")
    Accounts(settings(environ)).change(password)
    print("Admin password changed successfully ✔")


def main():
    arguments, waited = sys.argv[1:], {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, waited)
    try:
        if pathlib.Path(sys.argv[0]).name == "grafana-cli" or arguments[:1] == ["cli"]:
            return cli(arguments[arguments[:1] == ["cli"] :], os.environ)
        if arguments:
            sys.exit(f"grafana: the stand-in takes no {arguments[0]}")
        Grafana(os.environ).start(threading.Event())
    except (provisioning.Refused, texts.Wrong, OSError) as error:
        sys.exit(f"Failed to start grafana. error: {error}")
    alerts.log("HTTP Server Listen: stand-in for Grafana")
    signal.sigwait(waited)
    return None


if __name__ == "__main__":
    main()
