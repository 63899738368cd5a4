#!/usr/bin/python3
"""Stands in for cAdvisor where its image cannot be had: the same names and labels, from what Docker itself counts."""
import concurrent.futures
import datetime
import http.client
import http.server
import json
import os
import re
import signal
import socket
import sys
import threading
import time
import urllib.parse

import files
import metrics

FLAGS = {
    "docker": "unix:///var/run/docker.sock", "port": "8080", "listen_ip": "", "store_container_labels": "true",
    "whitelisted_container_labels": "", "docker_only": "false", "housekeeping_interval": "1s", "logtostderr": "true",
    "disable_metrics": "", "enable_metrics": "", "disable_root_cgroup_stats": "false", "max_housekeeping_interval": "1m0s",
    "allow_dynamic_housekeeping": "true", "global_housekeeping_interval": "1m0s", "containerd": "", "v": "0",
}  # fmt: skip
CONTAINER = {
    "container_cpu_usage_seconds_total": ("counter", "Cumulative cpu time consumed in seconds."),
    "container_cpu_cfs_throttled_seconds_total": ("counter", "Total time duration the container has been throttled."),
    "container_fs_reads_bytes_total": ("counter", "Cumulative count of bytes read"),
    "container_fs_writes_bytes_total": ("counter", "Cumulative count of bytes written"),
    "container_last_seen": ("gauge", "Last time a container was seen by the exporter"),
    "container_memory_cache": ("gauge", "Number of bytes of page cache memory."),
    "container_memory_rss": ("gauge", "Size of RSS in bytes."),
    "container_memory_usage_bytes": ("gauge", "Current memory usage in bytes, including all memory"),
    "container_memory_working_set_bytes": ("gauge", "Current working set in bytes."),
    "container_network_receive_bytes_total": ("counter", "Cumulative count of bytes received"),
    "container_network_receive_errors_total": ("counter", "Cumulative count of errors encountered while receiving"),
    "container_network_transmit_bytes_total": ("counter", "Cumulative count of bytes transmitted"),
    "container_network_transmit_errors_total": ("counter", "Cumulative count of errors encountered while transmitting"),
    "container_processes": ("gauge", "Number of processes running inside the container."),
    "container_spec_memory_limit_bytes": ("gauge", "Memory limit for the container."),
    "container_start_time_seconds": ("gauge", "Start time of the container since unix epoch in seconds."),
}
MACHINE = {
    "cadvisor_version_info": ("gauge", "A metric with a constant '1' value labeled by versions."),
    "machine_cpu_cores": ("gauge", "Number of logical CPU cores."),
    "machine_memory_bytes": ("gauge", "Amount of memory installed on the machine."),
    "machine_scrape_error": ("gauge", "1 if there was an error while getting machine metrics, 0 otherwise."),
}


def flags(arguments):
    found, waiting = dict(FLAGS), list(arguments)
    while waiting:
        match = re.fullmatch(r"--?([a-z_]+)(?:=(.*))?", waiting.pop(0))
        if not match or match[1] not in FLAGS:
            raise ValueError(f"{match[0] if match else 'an argument'} is not known here")
        found[match[1]] = match[2] if match[2] is not None else "true"
    return found


def labels_of(container, given):
    """The labels that cAdvisor gives every metric of a container."""
    kept = [name for name in given["whitelisted_container_labels"].split(",") if name]
    every = given["store_container_labels"] == "true"
    found = {"id": f"/system.slice/docker-{container['Id']}.scope", "image": container["Image"], "name": container["Names"][0][1:]}
    for name, value in sorted(container.get("Labels", {}).items()):
        if every or name in kept:
            found["container_label_" + re.sub(r"[^A-Za-z0-9_]", "_", name)] = value
    return found


def seconds(text):
    """Docker's times have nanoseconds."""
    moment = datetime.datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
    return moment.timestamp()


def add(into, labels, stats, details, now):
    """Everything about one container."""
    memory, cpu = stats.get("memory_stats", {}), stats.get("cpu_stats", {})
    parts = memory.get("stats", {})
    usage = memory.get("usage", 0)
    idle = parts.get("total_inactive_file", parts.get("inactive_file", 0))
    values = {
        "container_cpu_cfs_throttled_seconds_total": cpu.get("throttling_data", {}).get("throttled_time", 0) / 1e9,
        "container_last_seen": int(now),
        "container_memory_cache": parts.get("total_cache", parts.get("file", 0)),
        "container_memory_rss": parts.get("total_rss", parts.get("anon", 0)),
        "container_memory_usage_bytes": usage,
        "container_memory_working_set_bytes": max(usage - idle, 0),
        "container_processes": stats.get("pids_stats", {}).get("current", 0),
        "container_spec_memory_limit_bytes": details["HostConfig"].get("Memory", 0),
        "container_start_time_seconds": min(seconds(details["State"]["StartedAt"]), now),
    }
    for name, value in values.items():
        into.put(name, value, **labels)
    into.put("container_cpu_usage_seconds_total", cpu.get("cpu_usage", {}).get("total_usage", 0) / 1e9, **labels, cpu="total")
    for interface, counted in (stats.get("networks") or {}).items():
        for way, short in (("receive", "rx"), ("transmit", "tx")):
            for what in ("bytes", "errors"):
                into.put(f"container_network_{way}_{what}_total", counted[f"{short}_{what}"], **labels, interface=interface)
    for entry in stats.get("blkio_stats", {}).get("io_service_bytes_recursive") or []:
        way = {"read": "reads", "write": "writes"}.get(entry["op"].lower())
        if way:
            into.change(f"container_fs_{way}_bytes_total", entry["value"], **labels, device="")


def memory_of_machine():
    with open("/proc/meminfo", encoding="ascii") as file:
        return {line.split(":")[0]: int(line.split()[1]) * 1024 for line in file}


def root(into, now):
    """cAdvisor counts the whole machine as a container whose id is /, without a name."""
    memory = memory_of_machine()
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(word) for word in file.readline().split()[1:]]
    used = memory["MemTotal"] - memory["MemAvailable"]
    for name, value in {
        "container_last_seen": int(now), "container_memory_usage_bytes": memory["MemTotal"] - memory["MemFree"],
        "container_memory_working_set_bytes": used, "container_spec_memory_limit_bytes": memory["MemTotal"],
    }.items():  # fmt: skip
        into.put(name, value, id="/", image="", name="")
    busy = sum(ticks) - ticks[3] - ticks[4]
    into.put("container_cpu_usage_seconds_total", busy / os.sysconf("SC_CLK_TCK"), id="/", image="", name="", cpu="total")


class Docker:
    def __init__(self, endpoint):
        self.endpoint = urllib.parse.urlparse(endpoint)

    def get(self, path):
        connection = http.client.HTTPConnection(self.endpoint.hostname or "localhost", self.endpoint.port, timeout=10)
        if self.endpoint.scheme == "unix":
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(10)
            connection.sock.connect(self.endpoint.path)
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise OSError(f"Docker answers {path} with {answer.status}")
        return json.loads(text)


def collect(docker, given):
    """The text of /metrics. A container that goes meanwhile is left out."""
    now, into = time.time(), metrics.Metrics()
    for name, (kind, text) in {**MACHINE, **CONTAINER}.items():
        into.define(name, kind, text)
    version = docker.get("/version") or {}
    into.put("cadvisor_version_info", 1, cadvisorRevision="", cadvisorVersion="stand-in", dockerVersion=version.get("Version", ""),
             kernelVersion=os.uname().release, osVersion="")  # fmt: skip
    into.put("machine_cpu_cores", os.cpu_count())
    into.put("machine_memory_bytes", memory_of_machine()["MemTotal"])
    into.put("machine_scrape_error", 0)
    if given["disable_root_cgroup_stats"] != "true":
        root(into, now)

    def one(container):
        path = f"/containers/{container['Id']}"
        return container, docker.get(f"{path}/json"), docker.get(f"{path}/stats?stream=false&one-shot=true")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for container, details, stats in pool.map(one, docker.get("/containers/json") or []):
            if details and stats and details["State"]["Running"]:
                if not stats.get("memory_stats", {}).get("usage"):
                    stats = files.stats(container["Id"], details["State"]["Pid"])
                add(into, labels_of(container, given), stats, details, now)
    return into.text()


def serve(given):
    docker = Docker(given["docker"])

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status, text = 404, "404 page not found\n"
            if self.path == "/healthz":
                status, text = 200, "ok"
            elif self.path.split("?")[0] == "/metrics":
                try:
                    status, text = 200, collect(docker, given)
                except (OSError, ValueError, http.client.HTTPException) as error:
                    print(f"E {error}", file=sys.stderr, flush=True)
                    status, text = 500, f"{error}\n"
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text.encode())

        do_HEAD = do_GET

        def log_message(self, *_arguments):
            pass

    return http.server.ThreadingHTTPServer((given["listen_ip"], int(given["port"])), Handler)


def main():
    waited = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, waited)
    try:
        server = serve(flags(sys.argv[1:]))
    except ValueError as error:
        sys.exit(f"cadvisor: {error}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    signal.sigwait(waited)


if __name__ == "__main__":
    main()
