//! Codes about what runs on servers.

use crate::finding::{Meta, Severity};

pub(crate) static LO115: Meta = Meta {
    code: "LO115",
    name: "service-alone",
    severity: Severity::Error,
    summary: "a service stands where it cannot do its work",
    why: "A web application needs Traefik in front of it, an exporter the thing that it measures, encrypted connections an \
authority that signs certificates; and a server runs what its role is for. Without its partner a service starts, and \
nobody reaches it.",
    fix: "Add what the message names, or move the service to a server of the right role.",
    example: "```yaml\nservices:\n  traefik: {}           # without it nobody would reach the application\n  laravel: { image: \"ghcr.io/example/app:1.0\", domain: app }\n```",
};

pub(crate) static LO116: Meta = Meta {
    code: "LO116",
    name: "metrics-not-collected",
    severity: Severity::Warning,
    summary: "Prometheus cannot reach an exporter that is described",
    why: "Prometheus asks every exporter of every running server, at the port that the server's describer opens for it. An \
exporter without a port runs and is never asked: its dashboards stay empty and its alerts silent.",
    fix: "Open the port to the monitoring server, with the exporter's name after `for:`.",
    example: "```yaml\nports:\n  - { port: 9104, from: monitoring, for: mysqld-exporter }\n```",
};

pub(crate) static LO117: Meta = Meta {
    code: "LO117",
    name: "image-end-of-life",
    severity: Severity::Note,
    summary: "a service runs a version that gets no more security fixes",
    why: "MySQL 8.0 ended in April 2026 with 8.0.46. It works, and what is found in it from now on stays open; 8.4 is cared \
for until April 2032.",
    fix: "Restore a backup into a server of the next line, try the application with it, then name the image in the describer.",
    example: "```yaml\nservices:\n  mysql: { image: \"mysql:8.4.9\" }\n```",
};

pub(crate) static LO118: Meta = Meta {
    code: "LO118",
    name: "bad-authority",
    severity: Severity::Error,
    summary: "the certificate of the environment's authority cannot be used",
    why: "Every server trusts the certificates that this authority signs. One that has ended, or that may not sign, makes the \
application refuse its database.",
    fix: "Make an authority with `openssl req -x509` as docs/certificates.md shows, paste its certificate, and keep its key as a secret.",
    example: "```yaml\ncertificates:\n  authority: |\n    -----BEGIN CERTIFICATE-----\n    …\n    -----END CERTIFICATE-----\n  key: secret:AUTHORITY_KEY\n```",
};
