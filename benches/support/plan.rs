//! Writes plans as large as one likes, as `terraform show -json` prints them: minified, everything to be
//! created, ids not known yet, every resource a block of its own in the configuration.
//!
//! A machine is 3 changes (machine, interface, association); ten share a subnet and a security group,
//! five hundred a virtual network: 10,000 machines are 32,020 changes in about 158 MB.

use serde_json::{Value, json};
use std::io::{self, Write};

const PER_GROUP: usize = 10;
const PER_NETWORK: usize = 500;
const RULES: usize = 23;

/// One resource: its type, name, known values, marks of what is not known, and configuration.
struct Resource {
    kind: &'static str,
    name: String,
    after: Value,
    unknown: Value,
    expressions: Value,
}

/// Writes a plan that creates `machines` machines.
#[allow(unreachable_pub, reason = "a module of benches and of tests")]
pub fn write(machines: usize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(br#"{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{"resources":["#)?;
    each(machines, out, |one| {
        json!({
            "address": address(one), "mode": "managed", "type": one.kind, "name": one.name,
            "provider_name": "registry.terraform.io/hashicorp/azurerm", "schema_version": 0,
            "values": one.after, "sensitive_values": {},
        })
    })?;
    out.write_all(br#"]}},"resource_changes":["#)?;
    each(machines, out, |one| {
        json!({
            "address": address(one), "mode": "managed", "type": one.kind, "name": one.name,
            "provider_name": "registry.terraform.io/hashicorp/azurerm",
            "change": {
                "actions": ["create"], "before": null, "after": one.after, "after_unknown": one.unknown,
                "before_sensitive": false, "after_sensitive": {},
            },
        })
    })?;
    out.write_all(br#"],"configuration":{"provider_config":{"azurerm":{"name":"azurerm","full_name":"registry.terraform.io/hashicorp/azurerm"}},"root_module":{"resources":["#)?;
    each(machines, out, |one| {
        json!({
            "address": address(one), "mode": "managed", "type": one.kind, "name": one.name,
            "provider_config_key": "azurerm", "expressions": one.expressions, "schema_version": 0,
        })
    })?;
    out.write_all(b"]}},\"timestamp\":\"2026-01-01T00:00:00Z\",\"applyable\":true,\"complete\":true,\"errored\":false}\n")
}

fn address(one: &Resource) -> String {
    format!("{}.{}", one.kind, one.name)
}

fn each(
    machines: usize,
    out: &mut dyn Write,
    element: impl Fn(&Resource) -> Value,
) -> io::Result<()> {
    let mut first = true;
    let mut put = |one: Resource, out: &mut dyn Write| -> io::Result<()> {
        if !std::mem::take(&mut first) {
            out.write_all(b",")?;
        }
        serde_json::to_writer(&mut *out, &element(&one)).map_err(io::Error::from)
    };
    for network in 0..machines / PER_NETWORK {
        put(virtual_network(network), out)?;
    }
    for group in 0..machines.div_ceil(PER_GROUP) {
        put(subnet(group), out)?;
        put(security_group(group), out)?;
    }
    for machine in 0..machines {
        put(interface(machine), out)?;
        put(association(machine), out)?;
        put(virtual_machine(machine), out)?;
    }
    Ok(())
}

fn virtual_network(network: usize) -> Resource {
    Resource {
        kind: "azurerm_virtual_network",
        name: format!("network_{network}"),
        after: json!({
            "address_space": [format!("10.{network}.0.0/16")], "bgp_community": null, "ddos_protection_plan": [],
            "edge_zone": null, "encryption": [], "flow_timeout_in_minutes": null, "location": "westeurope",
            "name": format!("network-{network}"), "resource_group_name": "large", "tags": null, "timeouts": null,
        }),
        unknown: json!({ "address_space": [false], "dns_servers": true, "guid": true, "id": true, "subnet": true }),
        expressions: json!({
            "address_space": { "constant_value": [format!("10.{network}.0.0/16")] },
            "location": { "constant_value": "westeurope" }, "name": { "constant_value": format!("network-{network}") },
            "resource_group_name": { "constant_value": "large" },
        }),
    }
}

fn subnet(group: usize) -> Resource {
    let network = group * PER_GROUP / PER_NETWORK;
    let range = format!("10.{network}.{}.0/24", group % (PER_NETWORK / PER_GROUP));
    Resource {
        kind: "azurerm_subnet",
        name: format!("subnet_{group}"),
        after: json!({
            "address_prefixes": [range], "default_outbound_access_enabled": true, "delegation": [],
            "name": format!("subnet-{group}"), "private_endpoint_network_policies": "Disabled",
            "private_link_service_network_policies_enabled": true, "resource_group_name": "large",
            "service_endpoint_policy_ids": null, "service_endpoints": null, "timeouts": null,
            "virtual_network_name": format!("network-{network}"),
        }),
        unknown: json!({ "address_prefixes": [false], "delegation": [], "id": true }),
        expressions: json!({
            "address_prefixes": { "constant_value": [range] }, "name": { "constant_value": format!("subnet-{group}") },
            "resource_group_name": { "constant_value": "large" },
            "virtual_network_name": references(&format!("azurerm_virtual_network.network_{network}"), "name"),
        }),
    }
}

fn security_group(group: usize) -> Resource {
    let rules: Vec<Value> = (0..RULES)
        .map(|rule| {
            let source = format!("10.{}.{rule}.0/24", group * PER_GROUP / PER_NETWORK);
            let last = rule + 1 == RULES;
            json!({
                "access": if last { "Deny" } else { "Allow" }, "description": "what it is for, in a few words",
                "destination_address_prefix": "*", "destination_address_prefixes": [],
                "destination_application_security_group_ids": [],
                "destination_port_range": if last { "*".to_owned() } else { (8000 + rule).to_string() },
                "destination_port_ranges": [], "direction": "Inbound", "name": format!("rule-{rule}"),
                "priority": if last { 4096 } else { 100 + rule }, "protocol": if last { "*" } else { "Tcp" },
                "source_address_prefix": if last { "*".to_owned() } else { source },
                "source_address_prefixes": [], "source_application_security_group_ids": [],
                "source_port_range": "*", "source_port_ranges": [],
            })
        })
        .collect();
    let marks: Vec<Value> = rules.iter().map(|_| json!({
        "destination_address_prefixes": [], "destination_application_security_group_ids": [],
        "destination_port_ranges": [], "source_address_prefixes": [],
        "source_application_security_group_ids": [], "source_port_ranges": [],
    })).collect();
    Resource {
        kind: "azurerm_network_security_group",
        name: format!("group_{group}"),
        after: json!({
            "location": "westeurope", "name": format!("group-{group}"), "resource_group_name": "large",
            "security_rule": rules, "tags": null, "timeouts": null,
        }),
        unknown: json!({ "id": true, "security_rule": marks }),
        expressions: json!({
            "location": { "constant_value": "westeurope" }, "name": { "constant_value": format!("group-{group}") },
            "resource_group_name": { "constant_value": "large" },
        }),
    }
}

fn interface(machine: usize) -> Resource {
    let subnet = format!("azurerm_subnet.subnet_{}", machine / PER_GROUP);
    Resource {
        kind: "azurerm_network_interface",
        name: format!("interface_{machine}"),
        after: json!({
            "accelerated_networking_enabled": false, "auxiliary_mode": null, "auxiliary_sku": null, "dns_servers": null,
            "edge_zone": null, "internal_dns_name_label": null, "ip_configuration": [{
                "gateway_load_balancer_frontend_ip_configuration_id": null, "name": "internal",
                "private_ip_address_allocation": "Dynamic", "private_ip_address_version": "IPv4",
                "public_ip_address_id": null,
            }],
            "ip_forwarding_enabled": false, "location": "westeurope", "name": format!("interface-{machine}"),
            "resource_group_name": "large", "tags": { "owner": "team", "number": machine.to_string() }, "timeouts": null,
        }),
        unknown: json!({
            "applied_dns_servers": true, "dns_servers": true, "id": true, "internal_domain_name_suffix": true,
            "ip_configuration": [{ "primary": true, "private_ip_address": true, "subnet_id": true }],
            "mac_address": true, "private_ip_address": true, "private_ip_addresses": true, "tags": {},
            "virtual_machine_id": true,
        }),
        expressions: json!({
            "ip_configuration": [{
                "name": { "constant_value": "internal" },
                "private_ip_address_allocation": { "constant_value": "Dynamic" }, "subnet_id": references(&subnet, "id"),
            }],
            "location": { "constant_value": "westeurope" }, "name": { "constant_value": format!("interface-{machine}") },
            "resource_group_name": { "constant_value": "large" },
        }),
    }
}

fn association(machine: usize) -> Resource {
    let interface = format!("azurerm_network_interface.interface_{machine}");
    let group = format!(
        "azurerm_network_security_group.group_{}",
        machine / PER_GROUP
    );
    Resource {
        kind: "azurerm_network_interface_security_group_association",
        name: format!("association_{machine}"),
        after: json!({ "timeouts": null }),
        unknown: json!({ "id": true, "network_interface_id": true, "network_security_group_id": true }),
        expressions: json!({
            "network_interface_id": references(&interface, "id"), "network_security_group_id": references(&group, "id"),
        }),
    }
}

fn virtual_machine(machine: usize) -> Resource {
    let interface = format!("azurerm_network_interface.interface_{machine}");
    let key = format!("ssh-rsa {}", "AAAAB3NzaC1yc2EAAAADAQABAAABgQ".repeat(56));
    Resource {
        kind: "azurerm_linux_virtual_machine",
        name: format!("machine_{machine}"),
        after: with_nulls(json!({
            "additional_capabilities": [],
            "admin_ssh_key": [{ "public_key": key, "username": "operator" }], "admin_username": "operator",
            "allow_extension_operations": true, "boot_diagnostics": [{ "storage_account_uri": null }],
            "bypass_platform_safety_checks_on_user_schedule_enabled": false,
            "disable_password_authentication": true, "extensions_time_budget": "PT1H30M",
            "gallery_application": [], "identity": [{ "identity_ids": null, "type": "SystemAssigned" }], "location": "westeurope", "max_bid_price": -1, "name": format!("machine-{machine}"),
            "os_disk": [{
                "caching": "ReadWrite", "diff_disk_settings": [], "disk_encryption_set_id": null, "disk_size_gb": 64,
                "secure_vm_disk_encryption_set_id": null, "security_encryption_type": null,
                "storage_account_type": "Premium_LRS", "write_accelerator_enabled": false,
            }],
            "os_image_notification": [], "patch_assessment_mode": "ImageDefault", "patch_mode": "ImageDefault", "plan": [],
            "platform_fault_domain": -1, "priority": "Regular", "provision_vm_agent": true, "resource_group_name": "large", "secret": [], "size": "Standard_B2ms",
            "source_image_reference": [{
                "offer": "ubuntu-24_04-lts", "publisher": "Canonical", "sku": "server", "version": "latest",
            }],
            "tags": { "owner": "team", "number": machine.to_string(), "environment": "production" }, "vm_agent_platform_updates_enabled": false,
        })),
        unknown: json!({
            "additional_capabilities": [], "admin_ssh_key": [{}], "boot_diagnostics": [{}], "computer_name": true,
            "gallery_application": [], "id": true, "identity": [{ "principal_id": true, "tenant_id": true }],
            "network_interface_ids": [true], "os_disk": [{ "diff_disk_settings": [], "id": true, "name": true }],
            "os_image_notification": [], "plan": [], "private_ip_address": true, "private_ip_addresses": true,
            "public_ip_address": true, "public_ip_addresses": true, "secret": [], "source_image_reference": [{}],
            "tags": {}, "termination_notification": true, "virtual_machine_id": true,
        }),
        expressions: json!({
            "admin_ssh_key": [{ "public_key": { "references": ["var.key"] }, "username": { "constant_value": "operator" } }],
            "admin_username": { "constant_value": "operator" }, "location": { "constant_value": "westeurope" },
            "name": { "constant_value": format!("machine-{machine}") }, "network_interface_ids": references(&interface, "id"),
            "os_disk": [{
                "caching": { "constant_value": "ReadWrite" }, "disk_size_gb": { "constant_value": 64 },
                "storage_account_type": { "constant_value": "Premium_LRS" },
            }],
            "resource_group_name": { "constant_value": "large" }, "size": { "constant_value": "Standard_B2ms" },
            "source_image_reference": [{
                "offer": { "constant_value": "ubuntu-24_04-lts" }, "publisher": { "constant_value": "Canonical" },
                "sku": { "constant_value": "server" }, "version": { "constant_value": "latest" },
            }],
        }),
    }
}

/// What a machine has beside what is written, all of it null.
fn with_nulls(mut values: Value) -> Value {
    for name in [
        "admin_password",
        "availability_set_id",
        "capacity_reservation_group_id",
        "custom_data",
        "dedicated_host_group_id",
        "dedicated_host_id",
        "disk_controller_type",
        "edge_zone",
        "encryption_at_host_enabled",
        "eviction_policy",
        "license_type",
        "proximity_placement_group_id",
        "reboot_setting",
        "secure_boot_enabled",
        "source_image_id",
        "timeouts",
        "user_data",
        "virtual_machine_scale_set_id",
        "vtpm_enabled",
        "zone",
    ] {
        values[name] = Value::Null;
    }
    values
}

fn references(resource: &str, attribute: &str) -> Value {
    json!({ "references": [format!("{resource}.{attribute}"), resource] })
}
