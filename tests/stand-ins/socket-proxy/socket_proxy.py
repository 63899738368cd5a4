#!/usr/bin/python3
"""Turns the arguments and variables of wollomatic/socket-proxy into a configuration of HAProxy, and becomes HAProxy."""
import ipaddress
import os
import re
import sys

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "TRACE", "OPTIONS"]
SWITCHES = {"allowhealthcheck", "logjson", "stoponwatchdog"}
DEFAULTS = {
    "allowfrom": "127.0.0.1/32",
    "listenip": "127.0.0.1",
    "loglevel": "INFO",
    "proxyport": "2375",
    "shutdowngracetime": "10",
    "socketpath": "/var/run/docker.sock",
    "watchdoginterval": "0",
}


class Refused(Exception):
    """What the real one refuses too, or what this one does not know."""


def settings(arguments, environ):
    """The settings, and for each method the paths that are allowed. Arguments come before variables, per setting."""
    found, allowed = dict(DEFAULTS), {}
    for name in [*DEFAULTS, *SWITCHES]:
        if environ.get("SP_" + name.upper()):
            found[name] = environ["SP_" + name.upper()]
    for name, value in sorted(environ.items()):
        match = re.fullmatch(r"SP_ALLOW_([A-Z]+)(_.*)?", name)
        if match and match[1] in METHODS:
            allowed.setdefault(match[1], []).append(value)
    given, waiting = {}, list(arguments)
    while waiting:
        match = re.fullmatch(r"--?([A-Za-z]+)(?:=(.*))?", waiting.pop(0), re.DOTALL)
        if not match:
            raise Refused("an argument is not of the form -name=value")
        name, value = match.groups()
        if value is None:
            if name not in SWITCHES and not waiting:
                raise Refused(f"-{name} needs a value")
            value = "true" if name in SWITCHES else waiting.pop(0)
        if name.startswith("allow") and name[5:] in METHODS:
            given.setdefault(name[5:], []).append(value)
        elif name in DEFAULTS or name in SWITCHES:
            found[name] = value
        else:
            raise Refused(f"-{name} is not known here")
    return found, {**allowed, **given}


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def configuration(arguments, environ):
    """The text of haproxy.cfg."""
    found, allowed = settings(arguments, environ)
    for pattern in sum(allowed.values(), []):
        try:
            re.compile(pattern)
        except re.error as error:
            raise Refused(f"{pattern!r} is not a regular expression: {error}") from error
    ipaddress.ip_address(found["listenip"])
    lines = [
        "global", "  hard-stop-after 1s",
        "resolvers docker", "  parse-resolv-conf", "  hold valid 1s",
        "defaults", "  mode http", "  timeout connect 5s", "  timeout client 24d", "  timeout server 24d",
        "frontend proxy", f"  bind {found['listenip']}:{found['proxyport']}",
        "  http-request set-var-fmt(txn.client) %[src]",
    ]  # fmt: skip
    clients = []
    for number, client in enumerate(found["allowfrom"].split(",")):
        try:
            lines.append(f"  acl client{number} src {ipaddress.ip_network(client, strict=False)}")
        except ValueError:
            lines += [
                f"  http-request do-resolve(txn.address{number},docker,ipv4) str({client})",
                f"  http-request set-var-fmt(txn.name{number}) %[var(txn.address{number})]",
                f"  acl client{number} var(txn.client),strcmp(txn.name{number}) eq 0",
            ]
        clients.append(f"!client{number}")
    lines.append(f"  http-request deny deny_status 403 if {' '.join(clients)}")
    for method, patterns in allowed.items():
        for pattern in patterns:
            lines.append(f"  acl path{method} path,url_dec -m reg {quoted('^' + pattern + '$')}")
        lines.append(f"  http-request deny deny_status 403 if {{ method {method} }} !path{method}")
    listed = " ".join(f"!{{ method {method} }}" for method in allowed)
    lines.append(f"  http-request deny deny_status 405 {'if ' + listed if listed else ''}".rstrip())
    lines += ["  default_backend docker", "backend docker", f"  server docker unix@{found['socketpath']}"]
    if found.get("allowhealthcheck", "").lower() in ("1", "t", "true"):
        lines += [
            "frontend health", "  bind 127.0.0.1:55555",
            "  http-request return status 200 if { path /health } { method HEAD } { srv_is_up(probe/docker) }",
            "  http-request return status 503",
            "backend probe", "  option httpchk GET /_ping",
            f"  server docker unix@{found['socketpath']} check inter 2s fall 1 rise 1",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


def main():
    try:
        text = configuration(sys.argv[1:], os.environ)
    except (Refused, ValueError) as error:
        sys.exit(f"socket-proxy: {error}")
    # The root file system may be read-only.
    file = os.memfd_create("haproxy.cfg", 0)
    os.write(file, text.encode())
    os.execv("/usr/sbin/haproxy", ["haproxy", "-db", "-f", f"/proc/self/fd/{file}"])


if __name__ == "__main__":
    main()
