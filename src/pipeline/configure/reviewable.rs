//! What Ansible would be told of each server, as far as that can be reviewed before anything is there.

use super::Want;
use super::stage::asked;
use crate::ansible::{content, fingerprint, inventory};
use crate::cli::{Cloud, Only};
use crate::fleet::Fleet;
use crate::pipeline::ask::Ask;
use crate::review::Item;
use crate::services::supply::Supply;
use crate::ssh::target::Target;

/// One for each server; none where Ansible is not to run. Where a server is and which secrets it gets is left out: the one is
/// not known yet, and the other nobody may read.
pub(in crate::pipeline) fn reviewable(fleet: &Fleet, ask: &Ask<'_>) -> Vec<Item> {
    if matches!(ask.only, Some(Only::Terraform | Only::Verify)) {
        return Vec::new();
    }
    let environment = &fleet.environment;
    let supply = match ask.cloud {
        Cloud::Azure => Supply::real(environment),
        // Every folder has an authority of its own there.
        Cloud::Simulated => Supply::simulated(environment, String::new()),
    };
    let want = Want {
        cloud: ask.cloud,
        servers: ask.servers,
        all: false,
        check: true,
        key_file: None,
        timeout: None,
        fresh: false,
    };
    let content = content::digest();
    asked(fleet, want)
        .map(|server| {
            let target = Target {
                name: server.name().to_owned(),
                role: server.role.value.word().to_owned(),
                address: server.machine.private_ip.value,
                port: 22,
                user: server.machine.admin_user.clone(),
                identity: None,
                pinned: Vec::new(),
            };
            let entry = inventory::entry(fleet, server, &target, None, &supply);
            let variables = fingerprint::lasting(&entry.variables);
            Item::of_ansible(server.name(), &content, &variables)
        })
        .collect()
}
