//! LO511: a server waits for a restart.

use super::Facts;
use super::measured::servers;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::words::and_list;

pub(super) static META: Meta = Meta {
    code: "LO511",
    name: "reboot-pending",
    severity: Severity::Warning,
    summary: "a server waits for a restart",
    why: "A package was updated that only a restart brings into use, most often the kernel or the C library: until then the server runs the old one, with the hole that the update closes.",
    fix: "Restart it when that suits: `sudo reboot`, or stop and start it by its describer. Data and services come back by themselves.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let waiting = servers(facts).filter_map(|(server, measured)| {
        let inside = measured.inside.as_ref().ok()?;
        let packages = inside.reboot.as_ref()?;
        let for_what = if packages.is_empty() {
            String::new()
        } else {
            format!(" for {}", and_list(packages))
        };
        Some(
            Finding::new(
                &META,
                format!("`{}` waits for a restart{for_what}", server.name()),
            )
            .on(server)
            .help("restart it when that suits")
            .evidence(format!(
                "/run/reboot-required; it runs {} for {} days",
                inside.kernel,
                inside.uptime_seconds / 86_400
            )),
        )
    });
    waiting.collect()
}
