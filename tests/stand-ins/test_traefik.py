"""The stand-in for Traefik: strict in what it reads, and like Traefik in what it answers."""
import http.client
import http.server
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE / "traefik"), str(HERE / "base")]

import certificates  # noqa: E402
import configuration  # noqa: E402
import docker  # noqa: E402
import rules  # noqa: E402
import traefik  # noqa: E402

STATIC = """
entryPoints:
  web: { address: "127.0.0.1:0", http: { redirections: { entryPoint: { to: ":443", scheme: https, permanent: true } } } }
  websecure: { address: "127.0.0.1:0", asDefault: true, http: { middlewares: [hsts@file], tls: {} } }
  metrics: { address: "127.0.0.1:0" }
metrics: { prometheus: { entryPoint: metrics } }
ping: { entryPoint: metrics }
providers: { file: { directory: %s, watch: false } }
"""
DYNAMIC = """
tls:
  certificates: [{ certFile: %(folder)s/app.pem, keyFile: %(folder)s/app.key }]
  options: { default: { minVersion: VersionTLS12, sniStrict: false } }
http:
  middlewares: { hsts: { headers: { stsSeconds: 31536000, stsIncludeSubdomains: true } } }
"""


def container(name, labels, health="healthy", networks=None):
    return {
        "Name": f"/{name}",
        "Config": {"Labels": labels},
        "State": {"Status": "running", "Health": {"Status": health}},
        "NetworkSettings": {"Networks": networks or {"lostops": {"IPAddress": "127.0.0.1"}}, "Ports": {}},
    }


class Application(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        text = "\n".join(f"{name}: {value}" for name, value in self.headers.items()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_arguments):
        pass


def certificate(folder, name):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext",
         f"subjectAltName=DNS:{name}.example", "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return f"{folder}/{name}.pem", f"{folder}/{name}.key"


class Serving(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(cls.folder.name)
        (folder / "dynamic").mkdir()
        certificate(folder, "app")
        (folder / "static.yml").write_text(STATIC % (folder / "dynamic"))
        (folder / "dynamic" / "tls.yml").write_text(DYNAMIC % {"folder": folder})
        cls.traefik = traefik.Traefik(configuration.static(folder / "static.yml"), certificate(folder, "default"))
        cls.servers = cls.traefik.start()
        cls.ports = {server.name: server.server_address[1] for server in cls.servers}
        cls.application = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application)
        threading.Thread(target=cls.application.serve_forever, daemon=True).start()
        labels = {
            "traefik.enable": "true",
            "traefik.http.routers.app.rule": "Host(`app.example`) && PathPrefix(`/`)",
            "traefik.http.services.app.loadbalancer.server.port": str(cls.application.server_address[1]),
        }
        cls.traefik.apply("docker", docker.configured([container("app", labels)], {"exposedByDefault": False}))

    @classmethod
    def tearDownClass(cls):
        for server in [*cls.servers, cls.application]:
            server.shutdown()
            server.server_close()
        cls.folder.cleanup()

    def ask(self, point, path="/", method="GET", host="app.example", context=None):
        if context or point == "websecure":
            context = context or ssl._create_unverified_context()
            connection = http.client.HTTPSConnection("127.0.0.1", self.ports[point], context=context, timeout=5)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.ports[point], timeout=5)
        self.addCleanup(connection.close)
        connection.request(method, path, headers={"Host": host, "X-Forwarded-For": "1.2.3.4"})
        answer = connection.getresponse()
        return answer, answer.read().decode()

    def test_http_is_redirected_for_good(self):
        for method, status in (("GET", 301), ("POST", 308)):
            answer, _ = self.ask("web", "/a?b=c", method)
            self.assertEqual((answer.status, answer.headers["Location"]), (status, "https://app.example/a?b=c"))

    def test_a_healthy_container_is_reached_over_https_with_hsts(self):
        answer, text = self.ask("websecure")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Strict-Transport-Security"], "max-age=31536000; includeSubDomains")
        self.assertIn("X-Forwarded-Proto: https", text)
        self.assertIn("X-Forwarded-For: 127.0.0.1", text)
        self.assertNotIn("1.2.3.4", text)

    def test_other_hosts_and_plain_http_find_nothing(self):
        self.assertEqual(self.ask("websecure", host="other.example")[0].status, 404)
        self.assertEqual(self.ask("metrics")[0].status, 404)
        with socket.create_connection(("127.0.0.1", self.ports["websecure"]), 5) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\r\n")
            self.assertIn(b" 404 ", plain.recv(100))

    def test_old_tls_is_refused(self):
        pair = certificate(self.folder.name, "old")
        for name, version in (("VersionTLS13", ssl.TLSVersion.TLSv1_3), ("VersionTLS12", ssl.TLSVersion.TLSv1_2)):
            self.assertEqual(certificates.context(pair, {"minVersion": name}).minimum_version, version)
        self.assertEqual(certificates.context(pair, {}).minimum_version, ssl.TLSVersion.TLSv1_2)
        strict = ssl._create_unverified_context()
        strict.maximum_version = ssl.TLSVersion.TLSv1_2
        self.assertEqual(self.ask("websecure", context=strict)[0].status, 200)
        self.traefik.certificates.default.minimum_version = ssl.TLSVersion.TLSv1_3
        self.addCleanup(setattr, self.traefik.certificates.default, "minimum_version", ssl.TLSVersion.TLSv1_2)
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.ask("websecure", context=strict)

    def test_the_certificate_is_chosen_by_name(self):
        for name, common in (("app.example", "app"), ("other.example", "default")):
            folder = pathlib.Path(self.folder.name)
            context = ssl.create_default_context(cafile=folder / f"{common}.pem")
            context.check_hostname = False
            with socket.create_connection(("127.0.0.1", self.ports["websecure"]), 5) as raw, context.wrap_socket(raw, server_hostname=name) as wrapped:
                self.assertEqual(dict(part[0] for part in wrapped.getpeercert()["subject"])["commonName"], common)

    def test_metrics_have_traefiks_names(self):
        self.ask("web")
        self.ask("websecure")
        _, text = self.ask("metrics", "/metrics")
        self.assertIn('traefik_entrypoint_requests_total{code="301",method="GET",protocol="http",entrypoint="web"}', text)
        self.assertIn('traefik_service_requests_total{code="200",method="GET",protocol="http",service="app@docker"}', text)
        self.assertIn('traefik_service_request_duration_seconds_bucket{code="200"', text)
        self.assertRegex(text, r'traefik_tls_certs_not_after\{cn="app",serial="\d+",sans="app.example"\} \d+')
        self.assertEqual(self.ask("metrics", "/ping")[1], "OK")




class Reading(unittest.TestCase):
    def refused(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            file.write(text)
            file.flush()
            with self.assertRaises(configuration.Refused) as caught:
                configuration.static(file.name)
        return str(caught.exception)

    def test_a_key_that_traefik_does_not_have_is_refused(self):
        self.assertIn("entryPoints.web.adress", self.refused("entryPoints: { web: { adress: ':80' } }"))
        self.assertIn("pilot", self.refused("entryPoints: { web: { address: ':80' } }\npilot: {}"))

    def test_an_entry_point_that_is_not_there_is_refused(self):
        self.assertIn("metrics", self.refused("entryPoints: { web: { address: ':80' } }\nping: { entryPoint: metrics }"))

    def test_rules_combine_hosts_and_paths(self):
        matches = rules.parse("(Host(`a`) || Host(`b`)) && !PathPrefix(`/private`)")
        asked = {"method": "GET", "client": "127.0.0.1"}
        self.assertTrue(matches({**asked, "host": "B", "path": "/"}))
        self.assertFalse(matches({**asked, "host": "b", "path": "/private/x"}))
        self.assertFalse(matches({**asked, "host": "c", "path": "/"}))
        for wrong in ("Host(`a`, `b`)", "Host(`a`) Host(`b`)", "Hosts(`a`)", "Host(a)", ""):
            with self.subTest(wrong), self.assertRaises(rules.Wrong):
                rules.parse(wrong)

    def test_only_healthy_containers_that_ask_for_it_are_served(self):
        on = {"traefik.enable": "true", "traefik.http.routers.a.rule": "Host(`a`)", "traefik.http.services.a.loadbalancer.server.port": "80"}
        provider = {"exposedByDefault": False, "network": "lostops"}
        self.assertIn("a", docker.configured([container("a", on)], provider)["http"]["routers"])
        for wrong in (container("a", on, "starting"), container("a", {**on, "traefik.enable": "false"}), container("a", {}),
                      container("a", {**on, "traefik.http.routers.a.rul": "x"})):  # fmt: skip
            self.assertEqual(docker.configured([wrong], provider)["http"]["routers"], {})

    def test_the_address_is_the_one_on_the_named_network(self):
        labels = {"traefik.enable": "true", "traefik.http.services.a.loadbalancer.server.port": "80"}
        networks = {"one": {"IPAddress": "10.0.0.1"}, "lostops": {"IPAddress": "10.0.0.2"}}
        found = docker.configured([container("a", labels, networks=networks)], {"network": "lostops"})
        self.assertEqual(found["http"]["services"]["a"]["loadBalancer"]["servers"][0]["url"], "http://10.0.0.2:80")


if __name__ == "__main__":
    unittest.main()
