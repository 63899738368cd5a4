#!/usr/bin/python3
"""Stands in for Traefik where its image cannot be had: reads its real configuration strictly, and serves as it would.

traefik [--configFile=FILE], traefik healthcheck [--configFile=FILE] [--ping], traefik version
"""
import http.client
import pathlib
import signal
import sys
import threading
import time

import certificates
import configuration
import docker
import metrics
import proxy
from configuration import Refused, log

PLACES = ("/etc/traefik/traefik.yml", "/etc/traefik/traefik.yaml", "traefik.yml", "traefik.yaml")
NOTHING = {"http": {"routers": {}, "services": {}, "middlewares": {}}}
NO_TLS = {"certificates": [], "options": {}, "stores": {}}


class Traefik:
    def __init__(self, static, own=certificates.OWN):
        self.static, self.own, self.lock, self.dynamic = static, own, threading.Lock(), {}
        self.settings = static.get("metrics", {}).get("prometheus")
        self.metrics = metrics.Metrics((self.settings or {}).get("buckets") or [0.1, 0.3, 1.2, 5.0])
        for kind in ("entrypoint", "service"):
            self.metrics.define(f"traefik_{kind}_requests_total", "counter", f"How many HTTP requests processed on a {kind}.")
            self.metrics.define(f"traefik_{kind}_request_duration_seconds", "histogram", f"How long it took on a {kind}.")
        self.metrics.define("traefik_open_connections", "gauge", "How many open connections exist, by entryPoint and protocol")
        self.metrics.define("traefik_tls_certs_not_after", "gauge", "Certificate expiration timestamp")
        self.metrics.define("traefik_config_reloads_total", "counter", "Config reloads")
        self.metrics.define("traefik_config_last_reload_success", "gauge", "Last config reload success")
        self.metrics.put("traefik_config_reloads_total", 0)
        self.apply("internal", NOTHING)

    def apply(self, provider, found):
        """Takes what a provider says from now on. Connections that are open stay."""
        with self.lock:
            self.dynamic[provider] = found
            self.routes = configuration.routes(self.static, self.dynamic)
            if provider in ("internal", "file"):
                self.certificates = certificates.Certificates(found.get("tls", NO_TLS), self.own)
                self.certificates.tell(self.metrics)
            self.metrics.change("traefik_config_reloads_total", 1)
            self.metrics.put("traefik_config_last_reload_success", time.time())

    def internal(self, point, path):
        """What Traefik answers itself on an entry point: status and text, or nothing."""
        ping = self.static.get("ping")
        if ping is not None and ping.get("entryPoint", "traefik") == point and path == "/ping":
            return 200, "OK"
        if self.settings is not None and self.settings.get("entryPoint", "traefik") == point and path == "/metrics":
            return 200, self.metrics.text(), {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        return None

    def count(self, request, point, seconds):
        log_settings = self.static.get("accessLog")
        if log_settings is not None:
            request.access(log_settings.get("format", "common"), seconds)
        settings = self.settings or {}
        of = {"code": request.status, "method": request.command, "protocol": "http"}
        kinds = []
        if settings.get("addEntryPointsLabels", True):
            kinds.append(("entrypoint", point))
        if request.service and settings.get("addServicesLabels", True):
            kinds.append(("service", request.service))
        for kind, name in kinds:
            self.metrics.change(f"traefik_{kind}_requests_total", 1, **of, **{kind: name})
            self.metrics.observe(f"traefik_{kind}_request_duration_seconds", seconds, **of, **{kind: name})

    def watch_files(self, provider, stopped):
        """Reads the files again when one of them has changed. A configuration that is wrong is not taken."""
        folder = pathlib.Path(provider.get("directory") or provider["filename"])

        def state():
            paths = sorted(folder.rglob("*")) if folder.is_dir() else [folder]
            certs = [pathlib.Path(one["certFile"]) for one in self.dynamic["file"]["tls"]["certificates"]]
            return [(str(path), path.stat().st_mtime_ns) for path in [*paths, *certs] if path.exists()]

        before = state()
        while not stopped.wait(1):
            if (now := state()) != before:
                before = now
                try:
                    self.apply("file", configuration.files(provider))
                    log("INF", f"took the files in {folder} again")
                except Refused as error:
                    log("ERR", str(error))

    def start(self):
        """Opens every entry point; returns them, served by threads."""
        stopped = threading.Event()
        providers = self.static.get("providers", {})
        if "file" in providers:
            self.apply("file", configuration.files(providers["file"]))
            if providers["file"].get("watch", True):
                threading.Thread(target=self.watch_files, args=(providers["file"], stopped), daemon=True).start()
        servers = [proxy.EntryPoint(name, self) for name in self.static["entryPoints"]]
        for server in servers:
            threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        if "docker" in providers:
            take = lambda found: self.apply("docker", found)  # noqa: E731
            threading.Thread(target=docker.watch, args=(providers["docker"], take), daemon=True).start()
        return servers


def healthcheck(static):
    if "ping" not in static:
        sys.exit("Error calling healthcheck: please enable `ping` to use health check")
    address = static["entryPoints"][static["ping"].get("entryPoint", "traefik")]["address"].removesuffix("/tcp")
    host, _, port = address.rpartition(":")
    try:
        connection = http.client.HTTPConnection(host or "localhost", int(port), timeout=5)
        connection.request("HEAD", "/ping")
        status = connection.getresponse().status
    except OSError as error:
        sys.exit(f"Error calling healthcheck: {error}")
    if status != 200:
        sys.exit(f"Bad healthcheck status: {status}")
    print(f"OK: http://{address}/ping")


def main():
    arguments = sys.argv[1:]
    command = arguments.pop(0) if arguments and not arguments[0].startswith("-") else "traefik"
    if command == "version":
        return print("Version: stand-in for Traefik v3")
    path = next((place for place in PLACES if pathlib.Path(place).exists()), None)
    for argument in arguments:
        name, _, value = argument.lstrip("-").partition("=")
        if name.lower() == "configfile":
            path = value
        elif not (command == "healthcheck" and name == "ping"):
            sys.exit(f"traefik: this stand-in reads its configuration from a file, not from {argument}")
    if command not in ("traefik", "healthcheck") or not path:
        sys.exit(f"traefik: {f'no command {command}' if path else 'there is no configuration file'}")
    waited = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, waited)  # before there are threads
    try:
        static = configuration.static(path)
        if command == "healthcheck":
            return healthcheck(static)
        Traefik(static).start()
    except Refused as error:
        sys.exit(f"traefik: {error}")
    log("INF", f"stand-in for Traefik v3 serves {', '.join(static['entryPoints'])} by {path}")
    signal.sigwait(waited)
    return None


if __name__ == "__main__":
    main()
