//! What the complete fleet is measured to be: clean where it is as written, and every fault of its services found.

use super::Hosts;
use crate::hosts::measured::{evidence, expected, found, verdict};
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) fn nothing_is_found_where_all_is_as_written(applied: &Value) {
    assert_eq!(found(applied), BTreeSet::new(), "{applied:#}");
    // The positive control, and whom it proves to be kept out.
    assert_eq!(verdict(applied, "backend", "database", 3306), "open");
    assert_eq!(verdict(applied, "monitoring", "database", 3306), "closed");
    assert_eq!(verdict(applied, "operators", "database", 3306), "closed");
    assert_eq!(verdict(applied, "monitoring", "backend", 8082), "open");
    assert_eq!(verdict(applied, "operators", "monitoring", 443), "open");
    let ways = applied["verify"]["reachability"].as_array().expect("ways");
    let all = ways
        .iter()
        .flat_map(|way| way["from"].as_array().expect("tries"));
    let odd: Vec<&Value> = all
        .filter(|tried| {
            !["open", "closed"].contains(&tried["verdict"].as_str().expect("a verdict"))
        })
        .collect();
    assert!(odd.is_empty(), "{odd:#?}");
}

/// The last of all: what is broken here stays broken.
pub(super) fn every_fault_is_found(hosts: &Hosts) {
    let root = "docker exec mysql mysql --defaults-extra-file=/run/secrets/root.cnf --execute";
    // MySQL for everybody, without TLS, with a certificate of a stranger's.
    hosts.simulator(&["open", "database", "3306", "--from", "10.10.0.6"]);
    hosts.on("database", "nft insert rule inet lostops forward accept");
    hosts.on(
        "database",
        &format!(
            "{root} \"SET GLOBAL require_secure_transport=OFF; ALTER USER laravel@'10.10.0.4' REQUIRE NONE\"\n\
             set -e; cd /var/lib/lostops/certificates/mysql\n\
             openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /run/ca.key -out /run/ca.pem -subj /CN=stranger -days 30 2>/dev/null\n\
             openssl req -new -key key.pem -subj /CN=x | openssl x509 -req -CA /run/ca.pem -CAkey /run/ca.key -days 90 -set_serial 7 \
             -extfile <(echo subjectAltName=IP:10.10.0.5) -out cert.pem 2>/dev/null\n\
             {root} 'ALTER INSTANCE RELOAD TLS'"
        ),
    );
    // A container that nobody described, past the firewall; an exporter that is stopped.
    hosts.publish("database", &[8080]);
    hosts.on("database", "docker stop mysqld_exporter");
    // The describer names a newer MySQL than the one that runs.
    let file = "describers/database.yaml";
    let text = std::fs::read_to_string(hosts.project.path(file)).expect("the describer");
    let newer = text.replacen(
        "    databases:",
        "    image: mysql:8.4.9\n    databases:",
        1,
    );
    hosts.project.write(file, newer);
    // A certificate with three days left, browsers told to insist for minutes, and a front door that somebody has replaced.
    hosts.on(
        "backend",
        "set -e; cd /var/lib/lostops/certificates/*/; authority=/etc/lostops/authority\n\
         openssl req -new -key key.pem -subj /CN=short | openssl x509 -req -CA $authority/certificate.pem -CAkey $authority/key.pem \
         -days 3 -set_serial 7 -extfile <(echo subjectAltName=DNS:app.lostops.example) -out cert.pem 2>/dev/null\n\
         sed -i 's/stsSeconds: [0-9]*/stsSeconds: 300/' /etc/lostops/projects/traefik/dynamic/lostops.yml",
    );
    hosts.on(
        "monitoring",
        "docker stop traefik; systemd-run --quiet --unit content python3 -m http.server 80",
    );
    let down = "curl --silent http://127.0.0.1:9090/api/v1/targets | grep -o '\"health\":\"down\"' | wc -l";
    hosts.until(60, |hosts| match hosts.on("monitoring", down).trim() {
        "2" => Ok(()),
        other => Err(format!("{other} targets are down")),
    });
    let wrong = hosts.verify(3, &[]);
    let all = expected(&[
        // The container that is published.
        ("LO501", "database"),
        ("LO503", "database"),
        // A project that is described no more, and its port still is.
        ("LO504", "backend"),
        ("LO504", "database"),
        ("LO504", "monitoring"),
        ("LO509", "database"),
        ("LO510", "database"),
        ("LO510", "monitoring"),
        ("LO512", "monitoring"),
        ("LO513", "database"),
        ("LO513", "monitoring"),
        ("LO514", "backend"),
        ("LO515", "backend"),
        ("LO517", "database"),
        ("LO518", "database"),
    ]);
    assert_eq!(found(&wrong), all, "{wrong:#}");
    assert!(
        evidence(&wrong, "reached at tcp 3306 from `monitoring`").contains("the container mysql")
    );
    assert!(evidence(&wrong, "without TLS").contains("got in without it"));
    assert!(evidence(&wrong, "certificate of MySQL is not valid").contains("CN=stranger"));
    assert!(evidence(&wrong, "ends in 2 days").contains("simulated production"));
    assert!(evidence(&wrong, "for too short a time").contains("max-age=300"));
    assert!(evidence(&wrong, "and 8.4.9 is described").contains("greeting to `backend`"));
    assert!(evidence(&wrong, "http://grafana.lostops.example/ serves content").contains(":80"));
    assert!(evidence(&wrong, "gets no answer from `mysqld`").contains("connection refused"));
    assert_eq!(verdict(&wrong, "monitoring", "database", 3306), "extra");
    assert_eq!(verdict(&wrong, "backend", "database", 3306), "open");
}
