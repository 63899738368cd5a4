"""One entry point of Traefik: takes connections, finds the route, applies its middlewares and forwards the request."""
import http
import http.client
import http.server
import ipaddress
import json
import re
import socket
import ssl
import sys
import time
import urllib.parse

HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
FORWARDED = ("For", "Host", "Port", "Proto", "Server", "Prefix", "Method", "Uri", "Tls-Client-Cert", "Tls-Client-Cert-Info")


class EntryPoint(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, name, traefik):
        self.name, self.traefik = name, traefik
        self.settings = traefik.static["entryPoints"][name]
        address, _, port = self.settings["address"].removesuffix("/tcp").rpartition(":")
        super().__init__((address.strip("[]"), int(port)), Handler)

    def finish_request(self, request, client_address):
        """The first byte says whether the client speaks TLS: Traefik serves both on one port."""
        point = {"entrypoint": self.name, "protocol": "TCP"}
        self.traefik.metrics.change("traefik_open_connections", 1, **point)
        try:
            request.settimeout(180)
            if request.recv(1, socket.MSG_PEEK) == b"\x16":
                request = self.traefik.certificates.default.wrap_socket(request, server_side=True)
            super().finish_request(request, client_address)
        except (OSError, ssl.SSLError):
            pass  # The client went, or could not agree on TLS: Traefik says so in its debug log only.
        finally:
            self.traefik.metrics.change("traefik_open_connections", -1, **point)
            request.close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments):
        pass

    def send_response(self, code, message=None):
        self.log_request(code)
        self.send_response_only(code, message)

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.handle_request
        raise AttributeError(name)

    def handle_request(self):
        started, self.status, self.size, self.service, self.url = time.monotonic(), 0, 0, "", ""
        traefik, point = self.server.traefik, self.server.name
        self.tls = isinstance(self.connection, ssl.SSLSocket)
        self.host = re.sub(r":\d+$", "", self.headers.get("Host", ""))
        internal = traefik.internal(point, self.path)
        if internal:
            return self.answer(*internal)
        for name in FORWARDED:
            del self.headers[f"X-Forwarded-{name}"]
        del self.headers["X-Real-Ip"]
        redirection = self.server.settings.get("http", {}).get("redirections", {}).get("entryPoint")
        try:
            if redirection:
                self.redirect(redirection.get("scheme", "https"), self.port_of(redirection["to"]), redirection.get("permanent", True))
            else:
                self.route()
        except (OSError, ssl.SSLError):
            self.close_connection = True
        traefik.count(self, point, time.monotonic() - started)
        return None

    def route(self):
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        request = {"host": self.host, "path": path, "method": self.command, "client": self.client_address[0]}
        for route in self.server.traefik.routes[self.server.name]:
            if route["tls"] == self.tls and route["match"](request):
                self.service = route["service"]
                return self.serve(route)
        return self.answer(404, "404 page not found\n", {"X-Content-Type-Options": "nosniff"})

    def serve(self, route):
        extra = {}
        for middleware in route["middlewares"]:
            (kind, options), = middleware.items()
            if kind == "redirectScheme" and options["scheme"] != ("https" if self.tls else "http"):
                return self.redirect(options["scheme"], options.get("port", ""), options.get("permanent", False))
            if kind == "ipAllowList":
                client = ipaddress.ip_address(self.client_address[0])
                if not any(client in ipaddress.ip_network(net, strict=False) for net in options["sourceRange"]):
                    return self.answer(options.get("rejectStatusCode", 403), "Forbidden")
            if kind == "headers":
                for name, value in options.get("customRequestHeaders", {}).items():
                    del self.headers[name]
                    if value:
                        self.headers[name] = value
                extra |= response_headers(options, self.tls)
        return self.forward(route["balancer"], extra)

    def forward(self, balancer, extra):
        server = balancer["servers"][int(time.monotonic() * 1000) % len(balancer["servers"])]
        self.url = server["url"]
        target = urllib.parse.urlsplit(self.url)
        kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
        connection = kind(target.hostname, target.port, timeout=60)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP and (name.lower() != "host" or balancer.get("passHostHeader", True)):
                    connection.putheader(name, value)
            if not balancer.get("passHostHeader", True):
                connection.putheader("Host", target.netloc)
            for name, value in {
                "X-Forwarded-For": self.client_address[0],
                "X-Forwarded-Host": self.headers.get("Host", ""),
                "X-Forwarded-Port": "443" if self.tls else "80",
                "X-Forwarded-Proto": "https" if self.tls else "http",
                "X-Forwarded-Server": socket.gethostname(),
                "X-Real-Ip": self.client_address[0],
            }.items():
                connection.putheader(name, value)
            body = self.body()
            if body is not None and "Content-Length" not in self.headers:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
        except TimeoutError:
            return self.answer(504, "Gateway Timeout")
        except (OSError, http.client.HTTPException):
            return self.answer(502, "Bad Gateway")
        self.relay(answer, extra)
        return connection.close()

    def body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        length = int(self.headers.get("Content-Length", 0))
        return self.rfile.read(length) if length else None

    def relay(self, answer, extra):
        self.status = answer.status
        self.send_response_only(answer.status, answer.reason)
        set_here = {name.lower() for name in extra}
        for name, value in answer.getheaders():
            if name.lower() not in HOP | set_here:
                self.send_header(name, value)
        for name, value in extra.items():
            if value:
                self.send_header(name, value)
        empty = self.command == "HEAD" or answer.status in (204, 304) or answer.status < 200
        chunked = not empty and answer.getheader("Content-Length") is None
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while not empty and (part := answer.read1(65536)):
            self.size += len(part)
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def redirect(self, scheme, port, permanent):
        get = self.command == "GET"
        code = (301 if get else 308) if permanent else (302 if get else 307)
        suffix = "" if not port or (scheme, port) in (("https", "443"), ("http", "80")) else f":{port}"
        return self.answer(code, http.HTTPStatus(code).phrase, {"Location": f"{scheme}://{self.host}{suffix}{self.path}"})

    def port_of(self, target):
        points = self.server.traefik.static["entryPoints"]
        return (target if target.startswith(":") else points[target]["address"]).removesuffix("/tcp").rpartition(":")[2]

    def answer(self, code, text, headers=None):
        self.status, content = code, text.encode()
        self.size = len(content)
        self.body()
        self.send_response_only(code)
        for name, value in {"Content-Type": "text/plain; charset=utf-8", **(headers or {}), "Content-Length": self.size}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def access(self, form, seconds):
        """The line of the access log."""
        client, when = self.client_address[0], time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
        if form == "json":
            line = json.dumps({
                "ClientHost": client, "RequestMethod": self.command, "RequestHost": self.host, "RequestPath": self.path,
                "DownstreamStatus": self.status, "Duration": int(seconds * 1e9), "ServiceName": self.service,
                "entryPointName": self.server.name,
            })  # fmt: skip
        else:
            service = f'"{self.service}" "{self.url}"' if self.service else '"-" "-"'
            line = f'{client} - - [{when}] "{self.command} {self.path} HTTP/1.1" {self.status} {self.size} "-" "-" - {service} {int(seconds * 1000)}ms'
        print(line, file=sys.stdout, flush=True)


def response_headers(options, tls):
    """What the headers middleware adds to an answer; an empty value takes a header away."""
    found = dict(options.get("customResponseHeaders", {}))
    if options.get("stsSeconds") and (tls or options.get("forceSTSHeader")):
        found["Strict-Transport-Security"] = (
            f"max-age={options['stsSeconds']}"
            + "; includeSubDomains" * options.get("stsIncludeSubdomains", False)
            + "; preload" * options.get("stsPreload", False)
        )
    if options.get("contentTypeNosniff"):
        found["X-Content-Type-Options"] = "nosniff"
    frame = options.get("customFrameOptionsValue") or ("DENY" if options.get("frameDeny") else "")
    texts = {
        "X-Frame-Options": frame,
        "X-Xss-Protection": "1; mode=block" if options.get("browserXssFilter") else "",
        "Content-Security-Policy": options.get("contentSecurityPolicy"),
        "Referrer-Policy": options.get("referrerPolicy"),
        "Permissions-Policy": options.get("permissionsPolicy"),
    }
    return found | {name: value for name, value in texts.items() if value}
