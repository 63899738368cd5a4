//! What a file says beside its ports: networks, what it leads to, and what it repeats.

use super::{said, service};
use crate::compose::{File, Says};

#[test]
fn the_servers_network_is_every_port() {
    assert_eq!(said(&service("network_mode: host")), ["network"]);
    assert_eq!(said(&service("network_mode: \"host\"")), ["network"]);
    for mode in ["bridge", "none", "\"service:db\"", "null"] {
        assert_eq!(
            said(&service(&format!("network_mode: {mode}"))),
            [""; 0],
            "{mode}"
        );
    }
}

#[test]
fn a_network_may_be_the_servers_under_another_name() {
    for network in [
        "open: { external: true, name: host }",
        "open: { name: host }",
        "host: { external: true }",
        "open: { external: { name: host } }",
        "open: { driver: host }",
        "default: { external: true, name: host }",
        "open: { external: true, name: \"${NETWORK:-host}\" }",
    ] {
        let text = format!("{}networks:\n  {network}\n", service("networks: [open]"));
        assert_eq!(said(&text), ["network"], "{network}");
    }
    for network in [
        "inner:",
        "inner: { internal: true }",
        "lostops: { external: true }",
        "inner: { driver: bridge }",
    ] {
        let text = format!("{}networks:\n  {network}\n", service("networks: [inner]"));
        assert_eq!(said(&text), [""; 0], "{network}");
    }
}

#[test]
fn a_network_in_which_containers_have_addresses_of_their_own_cannot_be_shown() {
    for network in [
        "lan: { driver: macvlan, driver_opts: { parent: eth0 } }",
        "lan: { driver: ipvlan }",
        "lan: { driver_opts: { com.docker.network.bridge.gateway_mode_ipv4: routed } }",
        "lan: { external: true, name: \"${NONE}\" }",
    ] {
        let said = said(&format!("{}networks:\n  {network}\n", service("image: b")));
        assert!(
            said.iter().any(|line| line.starts_with("unclear: ")),
            "{network}: {said:?}"
        );
    }
}

#[test]
fn what_leads_to_another_file_cannot_be_shown() {
    for (text, why) in [
        (
            format!("include: [other.yaml]\n{}", service("init: true")),
            "`include` brings in",
        ),
        (
            service("extends: { file: other.yaml, service: db }"),
            "`extends` brings in",
        ),
        (
            service("provider: { type: model }"),
            "`provider` starts a program",
        ),
    ] {
        let said = said(&text);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains(why), "{said:?}");
    }
    assert_eq!(
        said(&format!("include: []\n{}", service("init: true"))),
        [""; 0]
    );
}

#[test]
fn what_a_service_takes_from_another_of_its_file_is_found_there() {
    let base = service("ports: [\"80:80\"]");
    let text =
        format!("{base}  more:\n    extends: {{ service: web }}\n  most:\n    extends: web\n");
    assert_eq!(said(&text), ["tcp 80"]);
}

#[test]
fn anchors_aliases_and_merged_keys_are_followed() {
    let text = "x-base: &base\n  ports: &ports [\"8025:8025\"]\nservices:\n  a:\n    <<: *base\n  b:\n    ports: *ports\n  c:\n    <<: [*base]\n    ports: []\n";
    assert_eq!(said(text), ["tcp 8025", "tcp 8025"]);
}

#[test]
fn a_service_behind_a_profile_counts() {
    assert_eq!(
        said(&service("profiles: [debug]\nports: [\"80:80\"]")),
        ["tcp 80"]
    );
}

#[test]
fn tags_several_documents_and_what_stands_twice_cannot_be_shown() {
    for text in [
        service("ports: !reset [\"80:80\"]"),
        service("ports: !override [\"80:80\"]"),
        format!(
            "{}---\n{}",
            service("init: true"),
            service("ports: [\"80:80\"]")
        ),
        service("ports: []\nports: [\"80:80\"]"),
        format!(
            "{}services:\n  b: {{ ports: [\"80:80\"] }}\n",
            service("init: true")
        ),
        service("<<: *nobody"),
        service("<<: 3"),
        "services: [web]".to_owned(),
        "services:\n".to_owned(),
        "services:\n  web:\n".to_owned(),
        "service:\n  web: {}\n".to_owned(),
        "[]".to_owned(),
        String::new(),
        "services: [".to_owned(),
        format!("networks: [a]\n{}", service("init: true")),
    ] {
        let said = said(&text);
        assert!(
            said.iter().any(|line| line.starts_with("unclear: ")),
            "{text}: {said:?}"
        );
    }
}

#[test]
fn a_container_that_commands_its_server_is_told_of() {
    for keys in [
        "privileged: true",
        "privileged: yes",
        "pid: host",
        "use_api_socket: true",
        "volumes: [\"/var/run/docker.sock:/var/run/docker.sock:ro\"]",
        "volumes: [\"/run/docker.sock:/tmp/d\"]",
        "volumes: [{ type: bind, source: /var/run/docker.sock, target: /d }]",
        "volumes: [\"${SOCKET:-/var/run/docker.sock}:/d\"]",
    ] {
        let said = said(&service(keys));
        assert_eq!(said.len(), 1, "{keys}: {said:?}");
        assert!(said[0].starts_with("commands: "), "{keys}: {said:?}");
    }
    for keys in [
        "privileged: false",
        "pid: service:db",
        "volumes: [\"data:/var/lib\", \"./run:/run\"]",
    ] {
        assert_eq!(said(&service(keys)), [""; 0], "{keys}");
    }
}

#[test]
fn a_statement_names_its_service_and_its_place() {
    let text = "services:\n  mail:\n    ports:\n      - 1025:1025\n      - { target: 80, published: 8025 }\n";
    let statements = File::new(text).says(&|_| None);
    let places: Vec<(&str, &str)> = statements
        .iter()
        .map(|one| (one.by.as_str(), &text[one.range.start..one.range.end]))
        .collect();
    assert_eq!(
        places,
        [
            ("service mail", "1025:1025"),
            ("service mail", "target: 80, published: 8025")
        ]
    );
    assert!(matches!(statements[0].says, Says::Publishes(..)));
}
