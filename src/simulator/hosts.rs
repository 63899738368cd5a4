//! The hosts that simulated machines boot as: where each is reached.

use camino::Utf8Path;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Where a machine's host answers.
#[derive(Debug, Clone)]
pub(crate) struct Contact {
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    /// Another for each machine that is made, whatever its name.
    pub(crate) machine: String,
}

/// Why there are no hosts.
pub(crate) fn without() -> String {
    "no Docker engine answers".to_owned()
}

/// By server. Empty where no machine has a host.
pub(crate) fn contacts(cloud_file: &Utf8Path) -> anyhow::Result<BTreeMap<String, Contact>> {
    let file = cloud_file.with_file_name("contacts.json");
    let Ok(text) = fs_err::read(&file) else {
        return Ok(BTreeMap::new());
    };
    let found: BTreeMap<String, (IpAddr, u16, String)> = serde_json::from_slice(&text)?;
    let contacts = found.into_iter();
    Ok(contacts
        .map(|(name, (address, port, machine))| {
            (
                name,
                Contact {
                    address,
                    port,
                    machine,
                },
            )
        })
        .collect())
}
