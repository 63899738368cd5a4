"""Traefik's static and dynamic configuration: read, held to the schemas, and made into one set of routes."""
import json
import pathlib
import sys

import yaml

import rules
import schema

SCHEMAS = pathlib.Path(__file__).parent / "schemas"
if not SCHEMAS.is_dir():
    SCHEMAS = pathlib.Path(__file__).parent.parent / "schemas"


class Refused(Exception):
    """Traefik would not take this configuration."""


def log(level, text):
    print(f"{level} {text}", file=sys.stderr, flush=True)


def checked(value, name, where):
    errors = schema.errors(value, json.loads((SCHEMAS / name).read_text()))
    if errors:
        raise Refused("\n".join(f"{where}: {error}" for error in errors))
    return value


def read(path, name):
    try:
        return checked(yaml.safe_load(path.read_text()), name, path)
    except (OSError, yaml.YAMLError) as error:
        raise Refused(f"{path}: {error}") from error


def static(path):
    found = read(pathlib.Path(path), "traefik-static.json")
    points = found["entryPoints"]
    ping, metrics = found.get("ping"), found.get("metrics", {}).get("prometheus")
    internal = [part.get("entryPoint", "traefik") for part in (ping, metrics) if part is not None]
    if "traefik" in internal or found.get("api", {}).get("insecure"):
        points.setdefault("traefik", {"address": ":8080"})
    http = [point.get("http", {}) for point in points.values()]
    targets = [part["redirections"]["entryPoint"]["to"] for part in http if "redirections" in part]
    for name in internal + targets:
        if name not in points and not name.startswith(":"):
            raise Refused(f"{path}: there is no entry point {name}")
    return found


def files(provider):
    """The file provider's files, merged as Traefik merges them."""
    folder = provider.get("directory")
    paths = [pathlib.Path(provider["filename"])] if "filename" in provider else []
    if folder and not pathlib.Path(folder).is_dir():
        raise Refused(f"{folder}: is no folder")
    paths += [path for path in sorted(pathlib.Path(folder).rglob("*")) if path.suffix in (".yml", ".yaml")] if folder else []
    merged = {"tls": {"certificates": [], "options": {}, "stores": {}}, "http": {"routers": {}, "services": {}, "middlewares": {}}}
    for path in paths:
        found = read(path, "traefik-dynamic.json")
        merged["tls"]["certificates"] += found.get("tls", {}).get("certificates", [])
        for part, kinds in (("tls", ("options", "stores")), ("http", ("routers", "services", "middlewares"))):
            for kind in kinds:
                for name, value in found.get(part, {}).get(kind, {}).items():
                    if name in merged[part][kind]:
                        raise Refused(f"{path}: {kind} {name} is defined twice")
                    merged[part][kind][name] = value
    return merged


def full(name, provider):
    return name if "@" in name else f"{name}@{provider}"


def middlewares(names, known):
    """Each middleware of a router, chains opened; one that is missing makes the router useless."""
    for name in names:
        if name not in known:
            raise Refused(f"middleware {name} does not exist")
        chain = known[name].get("chain")
        if chain:
            provider = name.partition("@")[2]
            yield from middlewares([full(inner, provider) for inner in chain["middlewares"]], known)
        else:
            yield known[name]


def routes(settings, dynamic):
    """Routes by entry point, the first that matches first. `dynamic` has a configuration for each provider."""
    services, known = {}, {}
    for provider, found in dynamic.items():
        services |= {full(name, provider): value for name, value in found["http"]["services"].items()}
        known |= {full(name, provider): value for name, value in found["http"]["middlewares"].items()}
    points = settings["entryPoints"]
    found = {name: [] for name in points}
    default = [name for name, point in points.items() if point.get("asDefault")]
    default = default or [name for name in points if name != "traefik"]
    for provider, dynamic_configuration in dynamic.items():
        for name, router in dynamic_configuration["http"]["routers"].items():
            own = full(name, provider)
            try:
                add(found, points, own, router, default, services, known)
            except (Refused, rules.Wrong) as error:
                log("ERR", f"router {own}: {error}")
    for listed in found.values():
        listed.sort(key=lambda route: -route["priority"])
    return found


def add(found, points, name, router, default, services, known):
    provider = name.partition("@")[2]
    if not router.get("service"):
        raise Refused("it has no service")
    service = full(router["service"], provider)
    if service not in services:
        raise Refused(f"the service {service} does not exist")
    match = rules.parse(router["rule"])
    for point in router.get("entryPoints", default):
        if point not in points:
            raise Refused(f"there is no entry point {point}")
        http = points[point].get("http", {})
        names = [full(one, "file") for one in http.get("middlewares", [])]
        names += [full(one, provider) for one in router.get("middlewares", [])]
        found[point].append({
            "name": name,
            "match": match,
            "priority": router.get("priority") or len(router["rule"]),
            "tls": "tls" in router or "tls" in http,
            "middlewares": list(middlewares(names, known)),
            "service": service,
            "balancer": services[service]["loadBalancer"],
        })  # fmt: skip
