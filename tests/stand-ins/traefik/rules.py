"""Traefik's rules: Host, Path, PathPrefix, Method and ClientIP, with !, &&, || and parentheses."""
import ipaddress
import re

TOKEN = re.compile(r"\s*(?:(\|\||&&|!|\(|\))|([A-Za-z]+)\(\s*(?:`([^`]*)`|\"([^\"]*)\")\s*\))")


class Wrong(Exception):
    """Traefik could not read this rule."""


def host(value):
    wanted = value.lower()
    return lambda request: wanted == "*" or request["host"].lower() == wanted


MATCHERS = {
    "Host": host,
    "Path": lambda value: lambda request: request["path"] == value,
    "PathPrefix": lambda value: lambda request: request["path"].startswith(value),
    "Method": lambda value: lambda request: request["method"] == value.upper(),
    "ClientIP": lambda value: (
        lambda request, net=ipaddress.ip_network(value): ipaddress.ip_address(request["client"]) in net
    ),
}


def tokens(rule):
    found, position = [], 0
    while rule[position:].strip():
        match = TOKEN.match(rule, position)
        if not match:
            raise Wrong(f"cannot read the rule {rule!r} at {rule[position:]!r}")
        operator, name, ticked, quoted = match.groups()
        if name and name not in MATCHERS:
            raise Wrong(f"no matcher {name} is known here")
        found.append(operator or MATCHERS[name](ticked if ticked is not None else quoted))
        position = match.end()
    return found


def parse(rule):
    """A function of a request (host, path, method, client) that says whether the rule matches it."""
    waiting = tokens(rule)

    def take(*wanted):
        if waiting and waiting[0] in wanted:
            return waiting.pop(0)
        return None

    def one():
        if take("!"):
            inner = one()
            return lambda request: not inner(request)
        if take("("):
            inner = either()
            if not take(")"):
                raise Wrong(f"a parenthesis is missing in {rule!r}")
            return inner
        if not waiting or not callable(waiting[0]):
            raise Wrong(f"a matcher is missing in {rule!r}")
        return waiting.pop(0)

    def both():
        found = [one()]
        while take("&&"):
            found.append(one())
        return lambda request: all(part(request) for part in found)

    def either():
        found = [both()]
        while take("||"):
            found.append(both())
        return lambda request: any(part(request) for part in found)

    whole = either()
    if waiting:
        raise Wrong(f"an operator is missing in {rule!r}")
    return whole
