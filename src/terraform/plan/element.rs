//! Reads the elements of `resource_changes`, without the values that are of no use to anyone.

use super::change::Change;
use super::document::damaged;
use super::error::PlanError;
use super::json::Json;
use super::pool::Pool;
use super::scan::Scanner;
use std::borrow::Cow;
use std::io::Read;
use std::thread;

type Result<T> = std::result::Result<T, PlanError>;

/// All elements of the list that comes next.
pub(super) fn changes(scanner: &mut Scanner<impl Read>) -> Result<Vec<Change>> {
    thread::scope(|scope| {
        let mut pool = Pool::new(scope, change);
        scanner.list(|scanner| pool.push(scanner.slice()?, 0))?;
        pool.finish()
    })
}

fn change(bytes: &[u8], _: usize) -> Result<Option<Change>> {
    let read = |part| -> Result<Change> {
        let element =
            Json::part(bytes, part).map_err(|error| damaged("resource_changes", &error))?;
        Ok(Change::read(&element))
    };
    let change = read(Part::Element)?;
    #[cfg(test)]
    assert_eq!(change, read(Part::Whole)?, "something asks for more");
    Ok(Some(change))
}

/// Where in an element an object stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Anywhere: all of it is read.
    Whole,
    /// An element of `resource_changes`.
    Element,
    /// Its member `change`.
    Change,
    /// The values of a resource, or their marks, whose differences nobody asks for.
    Values,
}

impl Part {
    /// What a member is, after the `members` before it; `None` when it is not to be read.
    pub(super) fn member(self, name: &str, members: &[(Cow<'_, str>, Json<'_>)]) -> Option<Self> {
        match self {
            Self::Element if name == "change" => Some(Self::Change),
            Self::Change if is_undisputed(name, members) => Some(Self::Values),
            Self::Values if !is_asked_for(name) => None,
            _ => Some(Self::Whole),
        }
    }
}

/// Whether these values are compared with no others: nothing changes, or there are none before or after.
/// Terraform writes the actions first, then what is before, then what is after.
fn is_undisputed(name: &str, members: &[(Cow<'_, str>, Json<'_>)]) -> bool {
    let only = |words: &[&str]| {
        members.iter().any(|(name, actions)| {
            name == "actions"
                && matches!(actions.items(), [one] if one.text().is_some_and(|one| words.contains(&one)))
        })
    };
    match name {
        "before" => only(&["no-op", "delete", "forget"]),
        "after" => only(&["no-op"]) || is_new(members),
        "after_unknown" => is_new(members),
        _ => false,
    }
}

fn is_new(members: &[(Cow<'_, str>, Json<'_>)]) -> bool {
    members
        .iter()
        .any(|(name, before)| name == "before" && *before == Json::Null)
}

/// Every attribute that something in this module asks for by name, of whatever type.
fn is_asked_for(name: &str) -> bool {
    matches!(
        name,
        "access"
            | "action"
            | "address_prefix"
            | "address_prefixes"
            | "address_space"
            | "application_security_group_id"
            | "backend_address_pool_id"
            | "backend_address_pool_ids"
            | "backend_port"
            | "body"
            | "destination_address_prefix"
            | "destination_address_prefixes"
            | "destination_application_security_group_ids"
            | "destination_port_range"
            | "destination_port_ranges"
            | "direction"
            | "disk_size_gb"
            | "end_ip"
            | "end_ip_address"
            | "frontend_ip_configuration"
            | "id"
            | "ip_address"
            | "ip_configuration"
            | "loadbalancer_id"
            | "managed_disk_id"
            | "name"
            | "nat_rule_collection"
            | "nat_rule_id"
            | "network_interface"
            | "network_interface_id"
            | "network_interface_ids"
            | "network_profile"
            | "network_security_group_id"
            | "network_security_group_name"
            | "os_disk"
            | "os_managed_disk_id"
            | "parameters_content"
            | "priority"
            | "private_ip_address"
            | "private_ip_addresses"
            | "protocol"
            | "public_ip_address"
            | "public_ip_addresses"
            | "public_network_access"
            | "public_network_access_enabled"
            | "resource_group_name"
            | "resource_id"
            | "rule"
            | "security_rule"
            | "sensitive_body"
            | "size"
            | "sku"
            | "sku_name"
            | "source_address_prefix"
            | "source_address_prefixes"
            | "source_application_security_group_ids"
            | "source_image_id"
            | "source_image_reference"
            | "source_port_range"
            | "source_port_ranges"
            | "start_ip"
            | "start_ip_address"
            | "storage_data_disk"
            | "storage_image_reference"
            | "storage_os_disk"
            | "storage_profile_image_reference"
            | "subnet"
            | "subnet_id"
            | "template_body"
            | "template_content"
            | "type"
            | "virtual_machine_id"
            | "virtual_network_name"
            | "vm_size"
    )
}
