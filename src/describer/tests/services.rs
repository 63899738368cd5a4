//! Services, and what each needs to do its work.

use super::Copy;

/// The findings after one change.
fn found(file: &str, old: &str, new: &str) -> Vec<String> {
    let copy = Copy::new();
    copy.change(file, old, new);
    copy.findings()
}

#[test]
fn a_server_runs_what_its_role_is_for() {
    assert_eq!(
        found(
            "monitoring.yaml",
            "  traefik: {}\n",
            "  traefik: {}\n  mysql: {}\n"
        ),
        ["LO115 error monitoring.yaml [{}] a server of the role `monitoring` runs no `mysql`"]
    );
}

#[test]
fn a_service_is_told_which_partner_it_lacks() {
    for (file, old, new, expected) in [
        (
            "backend.yaml",
            "  traefik: {} ",
            "  #",
            "LO115 error backend.yaml [image: ghcr.io/lostops/app:1.0] `laravel` needs `traefik` on its server",
        ),
        (
            "monitoring.yaml",
            "  prometheus: { retention: 15d }\n",
            "",
            "LO115 error monitoring.yaml [domain: grafana                  # of environment.yaml] `grafana` needs `prometheus` on its server",
        ),
        (
            "environment.yaml",
            "discord: { webhook: secret:DISCORD_WEBHOOK }",
            "",
            "LO115 error monitoring.yaml [domain: grafana                  # of environment.yaml] `grafana` is to send alerts to Discord, and the environment names no webhook",
        ),
        (
            "database.yaml",
            "  - { port: 3306, from: backend,    for: mysql, tls: required }   # the server `backend`, nobody else\n",
            "",
            "LO115 error backend.yaml [lostops] `database` does not let `backend` reach its MySQL",
        ),
    ] {
        assert_eq!(found(file, old, new), [expected]);
    }
}

#[test]
fn encrypted_connections_need_somebody_who_signs_certificates() {
    let copy = Copy::new();
    let text = fs_err::read_to_string(copy.path.join("environment.yaml")).unwrap();
    let (before, rest) = text.split_once("certificates:\n").unwrap();
    let (_, after) = rest.split_once("secret:AUTHORITY_KEY\n").unwrap();
    copy.write("environment.yaml", format!("{before}{after}"));
    let mysql = "LO115 error database.yaml [image: mysql:8.4.9] `mysql` needs an authority that signs its certificate";
    assert_eq!(copy.findings(), [mysql]);
    copy.change(
        "environment.yaml",
        "acme: { email: operations@lostops.example }\n",
        "",
    );
    let traefik = |file: &str| {
        format!(
            "LO115 error {file}.yaml [{{}}] `traefik` needs somebody who signs its certificates"
        )
    };
    assert_eq!(
        copy.findings(),
        [traefik("backend"), mysql.to_owned(), traefik("monitoring")]
    );
}

#[test]
fn names_of_domains_and_databases_are_those_that_there_are() {
    for (old, new, expected) in [
        (
            "domain: app ",
            "domain: ap ",
            "LO107 error backend.yaml [ap] no domain is called `ap`",
        ),
        (
            "domain: app ",
            "domain: App.example.org ",
            "LO107 error backend.yaml [App.example.org] `App.example.org` is no domain name",
        ),
        (
            "database: lostops ",
            "database: lostop ",
            "LO107 error backend.yaml [lostop] no database is called `lostop`",
        ),
    ] {
        assert_eq!(found("backend.yaml", old, new), [expected]);
    }
}

#[test]
fn an_exporter_that_nobody_can_ask_is_found() {
    assert_eq!(
        found(
            "database.yaml",
            "  - { port: 9104, from: monitoring, for: mysqld-exporter }\n",
            ""
        ),
        [
            "LO116 warning database.yaml [password: secret:MYSQL_EXPORTER_PASSWORD] `monitoring` cannot ask the `mysqld_exporter` of `database`"
        ]
    );
}

#[test]
fn a_line_of_mysql_that_has_ended_is_told() {
    assert_eq!(
        found("database.yaml", "image: mysql:8.4.9", "image: mysql:8.0.46"),
        [
            "LO117 note database.yaml [mysql:8.0.46] `mysql:8.0.46` is of a line that ended in April 2026"
        ]
    );
}

#[test]
fn an_authority_may_sign_and_has_not_ended() {
    let leaf = rcgen::generate_simple_self_signed(["x".to_owned()]).unwrap();
    let mut ended = rcgen::CertificateParams::default();
    ended.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    ended.not_after = rcgen::date_time_ymd(2026, 11, 1);
    let mut soon = ended.clone();
    soon.not_after = rcgen::date_time_ymd(2026, 12, 1);
    let sign = |params: rcgen::CertificateParams| {
        params
            .self_signed(&rcgen::KeyPair::generate().unwrap())
            .unwrap()
            .pem()
    };
    for (pem, expected) in [
        (
            "hello".to_owned(),
            "LO118 error the authority's certificate is no PEM",
        ),
        (
            leaf.cert.pem(),
            "LO118 error the authority's certificate may not sign others (no `CA:TRUE`)",
        ),
        (
            sign(ended),
            "LO118 error the authority's certificate has ended",
        ),
        (
            sign(soon),
            "LO118 warning the authority's certificate ends in 8 days",
        ),
    ] {
        let copy = Copy::new();
        let text = fs_err::read_to_string(copy.path.join("environment.yaml")).unwrap();
        let start = text.find("    -----BEGIN").unwrap();
        let end = text.find("  key: secret:").unwrap();
        let indented: Vec<String> = pem.lines().map(|line| format!("    {line}")).collect();
        let indented = indented.join("\n") + "\n";
        copy.write(
            "environment.yaml",
            format!("{}{indented}{}", &text[..start], &text[end..]),
        );
        let found: Vec<String> = copy
            .findings()
            .into_iter()
            .map(|line| {
                let (start, rest) = line.split_once(" environment.yaml [").unwrap();
                format!("{start} {}", rest.split_once("] ").unwrap().1)
            })
            .collect();
        assert_eq!(found, [expected]);
    }
}
