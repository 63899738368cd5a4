"""The stand-in for Grafana: strict in what it reads, closed to strangers, and clear in what it tells Discord."""
import base64
import http.client
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE / "grafana"), str(HERE / "base")]

import alerts as alerting  # noqa: E402
import grafana  # noqa: E402
import notifying  # noqa: E402
import provisioning  # noqa: E402
import texts  # noqa: E402

FILES = {
    "datasources/prometheus.yaml": """
apiVersion: 1
datasources: [{ name: Prometheus, type: prometheus, uid: prometheus, access: proxy, url: "$PROMETHEUS_URL", isDefault: true }]
""",
    "dashboards/lostops.yaml": """
apiVersion: 1
providers: [{ name: lostops, type: file, folder: lostops, options: { path: FOLDER/json } }]
""",
    "alerting/lostops.yaml": """
apiVersion: 1
templates:
  - name: lostops
    template: |
      {{ define "lostops.message" }}{{ range .Alerts }}{{ $what := .Annotations.summary }}**{{ .Status }}** {{ $what }} since {{ .StartsAt.Format "15:04" }} {{ .GeneratorURL }}
      {{ end }}{{ end }}
contactPoints:
  - name: discord
    receivers:
      - { uid: discord, type: discord, settings: { url: "${DISCORD_WEBHOOK_URL}", message: '{{ template "lostops.message" . }}' } }
policies: [{ receiver: discord, group_by: [alertname], group_wait: 10s, group_interval: 1m, repeat_interval: 4h }]
groups:
  - name: lostops
    folder: lostops
    interval: 10s
    rules:
      - uid: server-down
        title: Server down
        condition: B
        for: 1m
        labels: { severity: critical, where: "{{ $$labels.server }}" }
        annotations: { summary: "{{ $labels.server }} is at {{ $values.A.Value | humanizePercentage }}" }
        data:
          - { refId: A, datasourceUid: prometheus, relativeTimeRange: { from: 600, to: 0 }, model: { refId: A, expr: up, instant: true } }
          - refId: B
            datasourceUid: __expr__
            model: { refId: B, type: threshold, expression: A, conditions: [{ evaluator: { type: lt, params: [1] } }] }
""",
    "json/fleet.json": json.dumps({"uid": "fleet", "title": "Fleet", "panels": [
        {"id": 1, "type": "stat", "gridPos": {"h": 1, "w": 1, "x": 0, "y": 0}, "datasource": {"uid": "prometheus"}},
    ]}),
}  # fmt: skip
ENVIRONMENT = {"PROMETHEUS_URL": "http://127.0.0.1:9", "DISCORD_WEBHOOK_URL": "https://discord.example/hook"}


def amtool():
    """Alertmanager's amtool: the one on PATH, else the one in Debian's package, taken out of it and not installed."""
    tools = HERE.parent.parent / ".tools" / "alertmanager"
    found = shutil.which("amtool") or str(tools / "usr" / "bin" / "amtool")
    if not os.path.exists(found):
        tools.mkdir(parents=True, exist_ok=True)
        download = ["apt-get", "download", "-qq", "prometheus-alertmanager"]
        if subprocess.run(download, cwd=tools, capture_output=True).returncode:  # as on a machine whose lists were cleared
            subprocess.run([HERE.parent.parent / "scripts" / "apt-install"], check=True)
            subprocess.run(download, cwd=tools, check=True, capture_output=True)
        package = next(tools.glob("*.deb"))
        subprocess.run(["dpkg", "--extract", package, tools], check=True)
    return found


def setUpModule():
    texts.AMTOOL = amtool()


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name, text):
        path = pathlib.Path(self.folder.name) / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace("FOLDER", self.folder.name))

    def load(self, **environ):
        return provisioning.load(self.folder.name, {**ENVIRONMENT, **environ})

    def refused(self, name, old, new):
        self.write(name, FILES[name].replace(old, new))
        with self.assertRaises(provisioning.Refused) as caught:
            self.load()
        return str(caught.exception)


class Provisioning(Case):
    def test_variables_are_expanded_where_grafana_expands_them(self):
        found = self.load()
        rule = found["groups"][0]["rules"][0]
        self.assertEqual(found["receivers"]["discord"][0]["settings"]["url"], "https://discord.example/hook")
        self.assertEqual(rule["labels"]["where"], "{{ $labels.server }}")
        self.assertTrue(rule["annotations"]["summary"].startswith("{{ $labels.server }}"))

    def test_a_dollar_that_is_lost_is_refused(self):
        self.assertIn("write $$", self.refused("alerting/lostops.yaml", "$$labels", "$labels"))

    def test_what_grafana_does_not_have_is_refused(self):
        for old, new, said in (
            ("contactPoints:", "contact_points:", "contact_points: there is no such key"),
            ("repeat_interval: 4h", "repeat_intervall: 4h", "repeat_intervall: there is no such key"),
            ("interval: 10s\n", "interval: 15s\n", "multiple of 10s"),
            ("condition: B", "condition: C", "the condition C"),
            ("datasourceUid: prometheus", "datasourceUid: other", "no datasource other"),
            ("policies: [{ receiver: discord", "policies: [{ receiver: mail", "contact point mail"),
            ("${DISCORD_WEBHOOK_URL}", "${DISCORD}", "has no URL"),
        ):
            with self.subTest(new):
                self.assertIn(said, self.refused("alerting/lostops.yaml", old, new))

    def test_a_panel_of_a_datasource_that_is_not_there_is_refused(self):
        self.assertIn("no datasource prom", self.refused("json/fleet.json", '"uid": "prometheus"', '"uid": "prom"'))

    def test_an_unknown_setting_is_refused(self):
        with self.assertRaises(provisioning.Refused):
            grafana.settings({"GF_SERVER_ROOTURL": "x"})
        chosen = grafana.settings({"GF_SERVER_ROOT_URL": "https://%(domain)s/", "GF_SERVER_DOMAIN": "g.example"})
        self.assertEqual(chosen["root_url"], "https://g.example/")


class Alerts(Case):
    def evaluate(self, rule, values, *moments):
        told = []
        for now in moments:
            told = rule.step(self.load()["datasources"], now, lambda *_: [({"server": s}, v) for s, v in values.items()])
        return told

    def rule(self):
        return alerting.Rule(self.load()["groups"][0]["rules"][0], {"root_url": "https://g.example"})

    def test_a_series_fires_after_its_time_and_ends(self):
        rule = self.rule()
        self.assertEqual(self.evaluate(rule, {"backend": 0.25, "database": 1}, 0, 59), [])
        self.assertEqual(rule.state(), "pending")
        alert, = self.evaluate(rule, {"backend": 0.25, "database": 1}, 60)
        self.assertEqual(alert["annotations"]["summary"], "backend is at 25%")
        self.assertEqual(alert["labels"]["where"], "backend")
        self.assertEqual(rule.state(), "firing")
        ended, = self.evaluate(rule, {"backend": 1, "database": 1}, 70)
        self.assertEqual((ended["status"], ended["started"], ended["ended"]), ("resolved", 60, 70))
        self.assertEqual(self.evaluate(rule, {"backend": 1, "database": 1}, 80), [])

    def test_no_data_fires_at_once_and_says_so(self):
        alert, = self.evaluate(self.rule(), {}, 0)
        self.assertEqual(alert["labels"]["alertname"], "DatasourceNoData")
        self.assertEqual(alert["labels"]["rulename"], "Server down")

    def test_discord_gets_grafanas_json(self):
        sent = []
        provisioned = self.load()
        notifier = notifying.Notifier(provisioned, "https://g.example/", grafana.metrics.Metrics(), lambda *one: sent.append(one))
        alerts = self.evaluate(self.rule(), {"backend": 0.25}, 0, 60)
        notifier.tell(alerts, 60)
        notifier.flush(69)
        self.assertEqual(sent, [], "before group_wait")
        notifier.flush(70)
        (url, body), = sent
        self.assertEqual(url, "https://discord.example/hook")
        self.assertEqual(body["username"], "Grafana")
        self.assertEqual(body["content"].strip(), "**firing** backend is at 25% since 00:01 https://g.example/alerting/grafana/server-down/view?orgId=1")
        embed, = body["embeds"]
        self.assertEqual((embed["color"], embed["type"], embed["url"]), (0xD63232, "rich", "https://g.example/alerting/list"))
        self.assertEqual(embed["title"], "[FIRING:1] Server down")
        notifier.tell(alerts, 130)
        notifier.flush(130)
        self.assertEqual(len(sent), 1, "nothing new")
        notifier.tell([{**alerts[0], "status": "resolved", "ended": 180}], 180)
        notifier.flush(200)
        self.assertIn("**resolved**", sent[1][1]["content"])
        self.assertEqual(sent[1][1]["embeds"][0]["color"], 0x36A64F)
        notifier.flush(100_000)
        self.assertEqual(len(sent), 2, "ended is ended")

    def test_a_template_that_is_wrong_shows_at_the_start(self):
        provisioned = self.load()
        provisioned["templates"][0]["template"] = '{{ define "lostops.message" }}{{ .Nothing }}{{ end }}'
        with self.assertRaises(texts.Wrong):
            notifying.Notifier(provisioned, "https://g.example/", grafana.metrics.Metrics()).check()

    def test_a_label_that_is_not_there_reads_as_in_grafana(self):
        self.assertEqual(texts.expanded("{{ $labels.nobody }}", {"server": "a"}, {}), "[no value]")
        self.assertEqual(texts.expanded("{{ $values.A }}", {}, {}), "[no value]")
        self.assertEqual(texts.expanded('{{ printf "%.1f" $values.A.Value }}', {}, {"A": 2.0}), "2.0")


class Prometheus(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status":"success","data":{"resultType":"scalar","result":[0,"2"]}}')

    def log_message(self, *_arguments):
        pass


class Serving(Case):
    def setUp(self):
        super().setUp()
        prometheus = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Prometheus)
        threading.Thread(target=prometheus.serve_forever, daemon=True).start()
        password = pathlib.Path(self.folder.name) / "password"
        password.write_text("right\n")
        self.environ = {
            **ENVIRONMENT, "PROMETHEUS_URL": f"http://127.0.0.1:{prometheus.server_address[1]}", "GF_PATHS_DATA": self.folder.name,
            "GF_PATHS_PROVISIONING": self.folder.name, "GF_SERVER_HTTP_ADDR": "127.0.0.1", "GF_SERVER_HTTP_PORT": "0",
            "GF_SECURITY_ADMIN_PASSWORD__FILE": str(password),
        }  # fmt: skip
        self.stopped = threading.Event()
        self.server = grafana.Grafana(self.environ).start(self.stopped)
        for server in (prometheus, self.server):
            self.addCleanup(server.server_close)
            self.addCleanup(server.shutdown)
        self.addCleanup(self.stopped.set)

    def ask(self, path, password=None, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_address[1], timeout=5)
        self.addCleanup(connection.close)
        word = base64.b64encode(f"admin:{password}".encode()).decode()
        connection.request(method, path, headers={"Authorization": f"Basic {word}"} if password else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def test_strangers_see_health_and_the_login_page_only(self):
        for path, status in (("/api/health", 200), ("/login", 200), ("/", 302), ("/api/search", 401), ("/api/datasources", 401)):
            self.assertEqual(self.ask(path)[0], status, path)
        self.assertEqual(self.ask("/api/search", "wrong")[0], 401)
        self.assertEqual(self.ask("/api/user/signup", method="POST")[0], 401)

    def test_admin_sees_what_is_provisioned(self):
        for path, words in (
            ("/api/v1/provisioning/contact-points", "[REDACTED]"), ("/api/v1/provisioning/alert-rules", "server-down"),
            ("/api/v1/provisioning/policies", "group_by"), ("/api/search", "Fleet"), ("/api/dashboards/uid/fleet", "panels"),
            ("/api/datasources/uid/prometheus/health", "Successfully queried"),
        ):  # fmt: skip
            status, text = self.ask(path, "right")
            self.assertEqual(status, 200, path)
            self.assertIn(words, text)

    def test_the_password_of_the_first_start_stays_until_it_is_reset(self):
        chosen = grafana.settings(self.environ)
        grafana.Accounts({**chosen, "password": "other"})
        self.assertEqual(self.ask("/api/org", "right")[0], 200)
        grafana.Accounts(chosen).change("newer")
        self.assertEqual((self.ask("/api/org", "right")[0], self.ask("/api/org", "newer")[0]), (401, 200))

    def test_metrics_have_grafanas_names(self):
        self.ask("/api/health")
        text = self.ask("/metrics")[1]
        for name in ("grafana_build_info{", "grafana_stat_totals_dashboard 1", "grafana_http_request_duration_seconds_count{",
                     'grafana_alerting_rule_evaluations_total{org="1"}'):  # fmt: skip
            self.assertIn(name, text)


if __name__ == "__main__":
    unittest.main()
