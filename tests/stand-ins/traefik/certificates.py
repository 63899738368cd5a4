"""Which certificate Traefik shows to whom, and from which version of TLS on."""
import ssl
import time

from configuration import log

VERSIONS = {
    "VersionTLS10": ssl.TLSVersion.TLSv1,
    "VersionTLS11": ssl.TLSVersion.TLSv1_1,
    "VersionTLS12": ssl.TLSVersion.TLSv1_2,
    "VersionTLS13": ssl.TLSVersion.TLSv1_3,
}
OWN = ("/default.pem", "/default.key")  # self-signed, as Traefik makes itself one


def described(path):
    """Names, serial number and end of the certificate in a file."""
    found = ssl._ssl._test_decode_cert(path)
    names = [value for kind, value in found.get("subjectAltName", ()) if kind in ("DNS", "IP Address")]
    common = next((value for part in found["subject"] for kind, value in part if kind == "commonName"), "")
    return {
        "cn": common,
        "serial": str(int(found["serialNumber"], 16)),
        "sans": ",".join(sorted(names)),
        "names": {name.lower() for name in names or [common]},
        "end": ssl.cert_time_to_seconds(found["notAfter"]),
    }


def context(certificate, options):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*certificate)
    made.minimum_version = VERSIONS[options.get("minVersion", "VersionTLS12")]
    if "maxVersion" in options:
        made.maximum_version = VERSIONS[options["maxVersion"]]
    made.set_alpn_protocols(["http/1.1"])
    return made


class Certificates:
    """The context for each name, and the one for all others."""

    def __init__(self, tls, own=OWN):
        self.contexts, self.known = {}, []
        options = tls["options"].get("default", {})
        for listed in tls["certificates"]:
            pair = (listed["certFile"], listed["keyFile"])
            try:
                found, made = described(pair[0]), context(pair, options)
            except (OSError, ssl.SSLError) as error:
                log("ERR", f"unable to append the certificate {pair[0]}: {error}")
                continue
            self.known.append(found)
            for name in found["names"]:
                self.contexts[name] = made
        chosen = tls["stores"].get("default", {}).get("defaultCertificate")
        if chosen:
            own = (chosen["certFile"], chosen["keyFile"])
            self.known.append(described(own[0]))
        self.default = context(own, options)
        self.default.sni_callback = self.choose
        self.strict = options.get("sniStrict", False)

    def choose(self, connection, name, _context):
        name = (name or "").lower()
        found = self.contexts.get(name) or self.contexts.get("*." + name.partition(".")[2])
        if found:
            connection.context = found
        elif self.strict:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        return None

    def tell(self, metrics):
        metrics.clear("traefik_tls_certs_not_after")
        for found in self.known:
            labels = {key: found[key] for key in ("cn", "serial", "sans")}
            metrics.put("traefik_tls_certs_not_after", float(found["end"]), **labels)
            if found["end"] < time.time():
                log("WRN", f"the certificate of {found['sans'] or found['cn']} has ended")
