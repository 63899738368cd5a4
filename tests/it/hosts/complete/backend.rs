//! What a backend server does: the front door, and the application behind it.

use super::Hosts;
use serde_json::Value;

pub(super) fn the_front_door_is_https_alone_and_leads_to_the_application(hosts: &Hosts) {
    let backend = hosts.address("backend");
    let plain = hosts.browse(&backend, &["--include", "http://app.lostops.example/a?b"]);
    assert!(plain.stdout.starts_with("HTTP/1.1 301 "), "{plain:?}");
    let place = "Location: https://app.lostops.example/a?b";
    assert!(plain.stdout.contains(place), "{plain:?}");

    let page = hosts.browse(&backend, &["--include", "https://app.lostops.example/"]);
    let hsts = "Strict-Transport-Security: max-age=31536000";
    assert!(page.stdout.contains(hsts), "{page:?}");
    assert!(page.stdout.contains("MySQL over TLS: TLS_AES"), "{page:?}");

    let old = ["--tls-max", "1.1", "https://app.lostops.example/"];
    let old = hosts.browse(&backend, &old);
    assert_ne!(old.code, 0, "{old:?}");
    let mounts = "docker inspect --format '{{json .Mounts}}' traefik | grep -c docker.sock || true";
    assert_eq!(hosts.on("backend", mounts), "0\n");

    // The queue has taken the visit, and the schedule has run.
    hosts.until(90, |hosts| {
        let status = hosts.browse(&backend, &["https://app.lostops.example/status"]);
        let status: Value =
            serde_json::from_str(&status.stdout).map_err(|_| format!("{status:?}"))?;
        let done = ["jobs_done", "schedule_ran"].map(|what| status[what].as_u64().unwrap_or(0));
        let well = done.iter().all(|count| *count > 0) && status["scheme"] == "https";
        if well {
            Ok(())
        } else {
            Err(status.to_string())
        }
    });
}

/// One more visit than there were: what it counts is in MySQL.
pub(super) fn the_application_still_counts(hosts: &Hosts, visits: u32) {
    let backend = hosts.address("backend");
    let page = hosts.browse(&backend, &["https://app.lostops.example/"]);
    assert!(
        page.stdout.contains(&format!("Visit {visits}<")),
        "{page:?}"
    );
}
