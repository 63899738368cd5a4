//! The least that an identity needs in Azure: to plan, and to apply.
//!
//! Operations by <https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations>.

use crate::fleet::Fleet;
use crate::fleet::environment::StateBackend;
use crate::fleet::server::Ownership;
use serde_json::{Value, json};

/// What a resource of our module is in Azure, and what is done with it beside reading, writing and deleting.
const KINDS: &[(&str, &str, &[&str])] = &[
    (
        "azurerm_resource_group",
        "Microsoft.Resources/subscriptions/resourceGroups",
        &[],
    ),
    (
        "azurerm_virtual_network",
        "Microsoft.Network/virtualNetworks",
        &[],
    ),
    (
        "azurerm_subnet",
        "Microsoft.Network/virtualNetworks/subnets",
        &["join/action"],
    ),
    (
        "azurerm_network_security_group",
        "Microsoft.Network/networkSecurityGroups",
        &["join/action"],
    ),
    (
        "azurerm_network_interface",
        "Microsoft.Network/networkInterfaces",
        &["join/action"],
    ),
    (
        "azurerm_public_ip",
        "Microsoft.Network/publicIPAddresses",
        &["join/action"],
    ),
    ("azurerm_managed_disk", "Microsoft.Compute/disks", &[]),
    (
        "azurerm_linux_virtual_machine",
        "Microsoft.Compute/virtualMachines",
        POWER,
    ),
];

const POWER: &[&str] = &[
    "start/action",
    "powerOff/action",
    "deallocate/action",
    "restart/action",
];

/// What is read whatever the environment holds.
const READ: &[&str] = &[
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Network/virtualNetworks/read",
    "Microsoft.Network/virtualNetworks/subnets/read",
    "Microsoft.Network/networkSecurityGroups/read",
    "Microsoft.Network/networkSecurityGroups/securityRules/read",
    "Microsoft.Network/networkInterfaces/read",
    "Microsoft.Network/publicIPAddresses/read",
    "Microsoft.Compute/disks/read",
    "Microsoft.Compute/virtualMachines/read",
    "Microsoft.Compute/virtualMachines/instanceView/read",
];

/// Which sizes the hardware of a machine has: asked before each change of its size.
const SIZES: &str = "Microsoft.Compute/virtualMachines/vmSizes/read";

/// What is joined, started or stopped whoever has made it: an interface that is given a group is written whole, with
/// its subnet and its public address.
const WHOEVER: &[&str] = &[
    "azurerm_linux_virtual_machine",
    "azurerm_public_ip",
    "azurerm_subnet",
];

/// By which what takes long is followed to its end.
const FOLLOW: &[&str] = &[
    "Microsoft.Compute/locations/operations/read",
    "Microsoft.Network/locations/operations/read",
    "Microsoft.Network/locations/operationResults/read",
];

/// What one identity is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Role {
    /// `lostops plan (production)`
    pub(crate) name: String,
    pub(crate) purpose: &'static str,
    /// `az role definition create` takes it.
    pub(crate) definition: Value,
    /// Where it holds: the resource group, or the subscription where Terraform makes the group.
    pub(crate) scope: String,
    /// The built-in role on the container of the state; `None` where the state is elsewhere.
    pub(crate) state: Option<&'static str>,
}

/// The identity that plans, then the one that applies.
pub(crate) fn roles(fleet: &Fleet, subscription: &str) -> [Role; 2] {
    let environment = &fleet.environment;
    let makes_group = environment.resource_group_ownership == Ownership::Managed;
    let subscription = format!("/subscriptions/{subscription}");
    let scope = if makes_group {
        subscription
    } else {
        format!(
            "{subscription}/resourceGroups/{}",
            environment.resource_group.value
        )
    };
    let in_container = matches!(environment.state, StateBackend::Azurerm { .. });
    let role = |what: &str, purpose, actions: Vec<String>, state| {
        let name = format!("lostops {what} ({})", environment.name.value);
        Role {
            definition: json!({
                "Name": name,
                "IsCustom": true,
                "Description": purpose,
                "Actions": actions,
                "NotActions": [],
                "AssignableScopes": [scope],
            }),
            name,
            purpose,
            scope: scope.clone(),
            state: Some(state).filter(|_| in_container),
        }
    };
    let reads: Vec<String> = READ.iter().map(|action| (*action).to_owned()).collect();
    let writes = [reads.clone(), writes(fleet, makes_group)].concat();
    [
        role(
            "plan",
            "Plans, and looks for drift: reads, and nothing else.",
            reads,
            "Storage Blob Data Reader",
        ),
        role(
            "apply",
            "Applies what was planned: makes, changes and takes away what the describers own.",
            writes,
            "Storage Blob Data Contributor",
        ),
    ]
}

fn writes(fleet: &Fleet, makes_group: bool) -> Vec<String> {
    let makes_network = fleet.environment.network.ownership == Ownership::Managed;
    let makes_servers = fleet.servers.iter().any(|server| !server.is_adopted());
    // Whoever owns a machine, its ports are ours.
    let has_servers = !fleet.servers.is_empty();
    let mut actions = Vec::new();
    for (resource, kind, more) in KINDS {
        let made = match *resource {
            "azurerm_resource_group" => makes_group,
            "azurerm_virtual_network" | "azurerm_subnet" => makes_network,
            "azurerm_network_security_group" | "azurerm_network_interface" => has_servers,
            _ => makes_servers,
        };
        if made {
            actions.push(format!("{kind}/write"));
        }
        // An interface of somebody else's is given a group, and never taken away.
        if made && (makes_servers || *resource != "azurerm_network_interface") {
            actions.push(format!("{kind}/delete"));
        }
        if made || WHOEVER.contains(resource) {
            actions.extend(more.iter().map(|action| format!("{kind}/{action}")));
        }
    }
    if has_servers {
        for rules in ["write", "delete"] {
            actions.push(format!(
                "Microsoft.Network/networkSecurityGroups/securityRules/{rules}"
            ));
        }
    }
    if makes_servers {
        actions.push(SIZES.to_owned());
    }
    actions.extend(FOLLOW.iter().map(|action| (*action).to_owned()));
    actions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_resource_that_the_module_makes_has_its_actions() {
        let folder = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("terraform");
        // Those that only join two others, or send an action to a machine.
        let joins = [
            "azurerm_network_interface_security_group_association",
            "azurerm_virtual_machine_data_disk_attachment",
            "azapi_resource_action",
        ];
        for entry in folder.read_dir_utf8().unwrap() {
            let path = entry.unwrap().into_path();
            let text = fs_err::read_to_string(&path).unwrap_or_default();
            for line in text
                .lines()
                .filter_map(|line| line.strip_prefix("resource \""))
            {
                let kind = line.split('"').next().unwrap();
                let known = KINDS.iter().any(|(resource, ..)| *resource == kind);
                assert!(known || joins.contains(&kind), "{path}: {kind}");
            }
        }
    }
}
