"""Traefik's Docker provider: which containers there are, and what their labels make of them."""
import http.client
import json
import re
import socket
import threading
import time
import urllib.parse

from configuration import Refused, checked, log

# Labels are of lower case, keys of the configuration are not.
ROUTER = {"rule": str, "entrypoints": list, "middlewares": list, "service": str, "priority": int, "tls": bool,
          "tls.certresolver": str, "tls.options": str}  # fmt: skip
SERVER = {"port": str, "scheme": str, "url": str, "weight": int}
NAMES = {"entrypoints": "entryPoints", "certresolver": "certResolver"}


def typed(kind, value, label):
    if kind is list:
        return [part.strip() for part in value.split(",")]
    if kind is bool:
        if value not in ("true", "false"):
            raise Refused(f"{label} is neither true nor false")
        return value == "true"
    return kind(value)


def labelled(labels):
    """The dynamic configuration in a container's labels."""
    found = {"routers": {}, "services": {}, "middlewares": {}}
    for label, value in labels.items():
        if not label.startswith("traefik.") or label in ("traefik.enable", "traefik.docker.network"):
            continue
        match = re.fullmatch(r"traefik\.http\.(routers|services)\.([^.]+)\.(.+)", label, re.IGNORECASE)
        kind, name, key = (match[1].lower(), match[2], match[3].lower()) if match else ("", "", "")
        if kind == "routers" and key in ROUTER:
            router = found["routers"].setdefault(name, {})
            part, _, inner = key.partition(".")
            if part == "tls":
                if inner:
                    router.setdefault("tls", {})[NAMES.get(inner, inner)] = value
                elif typed(bool, value, label):
                    router.setdefault("tls", {})
            else:
                router[NAMES.get(key, key)] = typed(ROUTER[key], value, label)
            continue
        server = key.removeprefix("loadbalancer.server.")
        if kind == "services" and (server in SERVER or key == "loadbalancer.passhostheader"):
            balancer = found["services"].setdefault(name, {"loadBalancer": {"servers": [{}]}})["loadBalancer"]
            if server in SERVER:
                balancer["servers"][0][server] = typed(SERVER[server], value, label)
            else:
                balancer["passHostHeader"] = typed(bool, value, label)
            continue
        raise Refused(f"the label {label} is not known here")
    return found


def service_name(container):
    labels = container["Config"].get("Labels") or {}
    name = container["Name"]
    if "com.docker.compose.project" in labels and "com.docker.compose.service" in labels:
        name = f"{labels['com.docker.compose.service']}_{labels['com.docker.compose.project']}"
    return "-".join(re.findall(r"[A-Za-z0-9]+", name))


def address(container, provider):
    """The container's address on the network that the provider or the container names, else on any."""
    labels = container["Config"].get("Labels") or {}
    networks = container["NetworkSettings"]["Networks"]
    wanted = labels.get("traefik.docker.network") or provider.get("network")
    if wanted and wanted not in networks:
        log("WRN", f"{container['Name']} is not on the network {wanted}: another of its networks is used")
    chosen = networks.get(wanted) or next(iter(networks.values()), {})
    if not chosen.get("IPAddress"):
        raise Refused("it has no address")
    return chosen["IPAddress"]


def configured(containers, provider):
    """The dynamic configuration that the containers' labels amount to."""
    merged = {"routers": {}, "services": {}, "middlewares": {}}
    for container in containers:
        labels, state, name = container["Config"].get("Labels") or {}, container["State"], service_name(container)
        enabled = labels.get("traefik.enable", str(provider.get("exposedByDefault", True)).lower()) == "true"
        healthy = state.get("Health", {}).get("Status", "") in ("", "healthy")
        if not enabled or state["Status"] != "running" or not healthy:
            continue
        try:
            found = labelled(labels)
            found["services"] = found["services"] or {name: {"loadBalancer": {"servers": [{}]}}}
            for service in found["services"].values():
                server = service["loadBalancer"]["servers"][0]
                ports = sorted(int(port.split("/")[0]) for port in container["NetworkSettings"].get("Ports") or {})
                port = server.pop("port", "") or (ports[0] if ports else "")
                if not port and "url" not in server:
                    raise Refused("its port is missing")
                scheme = server.pop("scheme", "http")
                server.setdefault("url", f"{scheme}://{address(container, provider)}:{port}")
            found["routers"] = found["routers"] or {name: {}}
            for router in found["routers"].values():
                router.setdefault("rule", f"Host(`{name}`)")
                if "service" not in router:
                    if len(found["services"]) > 1:
                        raise Refused("it has several services, and a router that names none")
                    router["service"] = next(iter(found["services"]))
            checked({"http": found}, "traefik-dynamic.json", name)
        except (Refused, ValueError) as error:
            log("ERR", f"container {name}: {error}")
            continue
        for kind, values in found.items():
            merged[kind] |= values
    return {"http": merged}


class Client:
    """Asks Docker what Traefik asks it, over TCP or a socket."""

    def __init__(self, endpoint):
        self.endpoint = urllib.parse.urlparse(endpoint)
        self.version = None

    def request(self, method, path, timeout=10):
        if self.endpoint.scheme == "unix":
            connection = http.client.HTTPConnection("localhost", timeout=timeout)
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.connect(self.endpoint.path)
        else:
            connection = http.client.HTTPConnection(self.endpoint.hostname, self.endpoint.port, timeout=timeout)
        connection.request(method, path)
        return connection.getresponse()

    def get(self, path):
        if self.version is None:
            self.version = self.request("HEAD", "/_ping").headers.get("Api-Version", "1.51")
        answer = self.request("GET", f"/v{self.version}{path}")
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise OSError(f"{path} is answered with {answer.status}")
        return json.loads(answer.read())

    def containers(self):
        self.get("/version")
        listed = [self.get(f"/containers/{one['Id']}/json") for one in self.get("/containers/json?all=1")]
        return [container for container in listed if container]

    def events(self):
        filters = urllib.parse.quote(json.dumps({"type": {"container": True}}))
        answer = self.request("GET", f"/v{self.version}/events?filters={filters}", timeout=None)
        if answer.status != 200:
            raise OSError(f"/events is answered with {answer.status}")
        for line in answer:
            if re.match(r"start|die|health_status", json.loads(line).get("Action", "")):
                yield line


def watch(provider, changed):
    """Calls `changed` with the configuration at the start and after every event. Never ends."""

    def listen(client, woken, broken):
        try:
            for _ in client.events():
                woken.set()
            broken.append("its events have ended")
        except (OSError, ValueError, http.client.HTTPException) as error:
            broken.append(error)
        woken.set()

    while True:
        client, woken, broken = Client(provider["endpoint"]), threading.Event(), []
        try:
            client.get("/version")
            threading.Thread(target=listen, args=(client, woken, broken), daemon=True).start()
            while not broken:
                woken.clear()
                changed(configured(client.containers(), provider))
                woken.wait()
            log("ERR", f"Docker at {provider['endpoint']}: {broken[0]}, retrying")
        except (OSError, ValueError, http.client.HTTPException) as error:
            log("ERR", f"Docker at {provider['endpoint']}: {error}, retrying")
        time.sleep(1)
