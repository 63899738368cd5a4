//! Every form of an entry of `ports`.

use super::{port, said, service};

#[test]
fn the_short_form_is_read_however_it_is_quoted() {
    for (entry, expected) in [
        ("\"80:80\"", "tcp 80"),
        ("80:80", "tcp 80"),
        ("'22:22'", "tcp 22"),
        // Sixty times 22 and 22 to YAML 1.1; to Compose a text.
        ("22:22", "tcp 22"),
        ("8080:80", "tcp 8080"),
        ("\"6060:6060/udp\"", "udp 6060"),
        ("\"6060:6060/UDP\"", "udp 6060"),
        ("\"80:80/\"", "tcp 80"),
        ("0080:80", "tcp 80"),
    ] {
        assert_eq!(port(entry), expected, "{entry}");
    }
}

#[test]
fn ranges_are_read_to_the_port() {
    for (entry, expected) in [
        ("\"9090-9091:8080-8081\"", "tcp 9090-9091"),
        ("8025-8030:8025-8030", "tcp 8025-8030"),
        // Docker takes one of them, and nobody knows which.
        ("\"8000-9000:80\"", "tcp 8000-9000"),
        ("\"53-54:53-54/udp\"", "udp 53-54"),
    ] {
        assert_eq!(port(entry), expected, "{entry}");
    }
}

#[test]
fn an_address_of_the_machine_alone_publishes_nothing() {
    for entry in [
        "\"127.0.0.1:5432:5432\"",
        "127.0.0.1:5432:5432",
        "\"127.1.2.3:80:80\"",
        "\"[::1]:80:80\"",
        "\"::1:80:80\"",
        "\"127.0.0.1::80\"",
        "\"127.0.0.1:53:53/udp\"",
        "{ target: 80, published: 80, host_ip: 127.0.0.1 }",
        "{ target: 80, host_ip: \"::1\" }",
    ] {
        assert_eq!(port(entry), "", "{entry}");
    }
}

#[test]
fn every_other_address_is_an_exposure() {
    for entry in [
        "\"0.0.0.0:80:80\"",
        "\"[::]:80:80\"",
        "\":::80:80\"",
        "\"10.10.0.5:80:80\"",
        "\"203.0.113.7:80:80\"",
        "\"[2001:db8::5]:80:80\"",
        "\"[::ffff:127.0.0.1]:80:80\"",
        "{ target: 80, published: 80, host_ip: 0.0.0.0 }",
        "{ target: 80, published: 80, host_ip: \"\" }",
    ] {
        assert_eq!(port(entry), "tcp 80", "{entry}");
    }
}

#[test]
fn a_port_that_docker_chooses_is_said_to_be_one() {
    for (entry, expected) in [
        ("\"3000\"", "any tcp"),
        ("3000", "any tcp"),
        ("\"3000-3005\"", "any tcp"),
        ("3000-3005", "any tcp"),
        ("\"3000/udp\"", "any udp"),
        ("\":3000\"", "any tcp"),
        ("\"0.0.0.0::3000\"", "any tcp"),
        ("\"0:3000\"", "any tcp"),
        ("{ target: 3000 }", "any tcp"),
        ("{ target: 3000, protocol: udp }", "any udp"),
        ("{ target: 3000, published: \"\" }", "any tcp"),
        ("{ target: 3000, published: 0 }", "any tcp"),
        ("{ target: 3000, published: null }", "any tcp"),
    ] {
        assert_eq!(port(entry), expected, "{entry}");
    }
}

#[test]
fn the_long_form_is_read_with_text_number_and_range() {
    for (entry, expected) in [
        ("{ target: 80, published: 8080 }", "tcp 8080"),
        ("{ target: 80, published: \"8080\" }", "tcp 8080"),
        (
            "{ target: \"80\", published: \"8080-8090\" }",
            "tcp 8080-8090",
        ),
        (
            "{ name: web, target: 80, published: 8080, protocol: udp, mode: host, app_protocol: http }",
            "udp 8080",
        ),
        ("{ target: 80, published: 8080, mode: ingress }", "tcp 8080"),
    ] {
        assert_eq!(port(entry), expected, "{entry}");
    }
}

#[test]
fn what_compose_would_refuse_or_read_otherwise_is_never_lost() {
    for entry in [
        "ssh:22",
        "\"80:\"",
        "\"\"",
        "\"80:80/sctp\"",
        "\"80:80/http\"",
        "\"localhost:80:80\"",
        "\"[::1:80:80\"",
        "\"+80:80\"",
        "\" 80:80\"",
        "\"90-80:80\"",
        "\"80-82:80-81\"",
        "\"70000:80\"",
        "80.5",
        "true",
        "null",
        "[80]",
        "{ published: 80 }",
        "{ target: 80, published: [80] }",
        // 511 to Compose.
        "{ target: 80, published: 0777 }",
        "{ target: 80, published: 0x50 }",
        "{ target: 80, published: 8_080 }",
        "{ target: 80, published: 1e3 }",
        "{ target: 80, published: 80, published: 81 }",
        "{ target: 80, published: 80, host_ip: localhost }",
    ] {
        assert!(
            port(entry).starts_with("unclear: "),
            "{entry}: {}",
            port(entry)
        );
    }
}

#[test]
fn what_is_only_exposed_to_other_containers_is_not_published() {
    assert_eq!(said(&service("expose: [\"80\", 8080]")), [""; 0]);
    for nothing in ["ports: []", "ports:", "ports: null", "ports: ~"] {
        assert_eq!(said(&service(nothing)), [""; 0], "{nothing}");
    }
    for wrong in ["ports: 80:80", "ports: { 80: 80 }"] {
        assert_eq!(
            said(&service(wrong)),
            ["unclear: `ports` is not a list"],
            "{wrong}"
        );
    }
}
