//! A stack of every type is made, changed, imported and destroyed.

use super::{Bench, STACK, SUBSCRIPTION, actions, change, changed};
use serde_json::json;

#[test]
fn a_stack_of_every_type_is_made_once_and_destroyed_in_order() {
    let bench = Bench::new(STACK);
    bench.terraform(&["validate"]).well();
    let plan = bench.plan(&[]);
    let types: std::collections::BTreeSet<&str> = plan["resource_changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|change| change["type"].as_str())
        .collect();
    assert_eq!(
        types
            .iter()
            .filter(|name| name.starts_with("azurerm_"))
            .count(),
        12 + 1,
        "and one data source"
    );
    let machine = change(&plan, "azurerm_linux_virtual_machine.web");
    assert_eq!(machine["after_unknown"]["private_ip_address"], true);
    assert_eq!(
        machine["after"]["priority"], "Regular",
        "a default is known when it is planned"
    );
    assert_eq!(machine["after_sensitive"]["custom_data"], true);
    assert_eq!(machine["after"]["location"], "westeurope");

    assert!(bench.apply(&[]).contains("Resources: 14 added"));
    bench.is_clean(&[]);
    assert_eq!(bench.output("power_state"), "running");
    assert!(bench.output("address").starts_with("203.0.113."));

    let said = bench.terraform(&["destroy"]).well();
    assert!(said.contains("Resources: 14 destroyed"), "{said}");
    assert!(bench.simulator(&["list"]).well().contains("empty"));
}

#[test]
fn a_size_changes_in_place_and_custom_data_replaces_the_machine() {
    let bench = Bench::new(STACK);
    bench.apply(&[]);
    let plan = bench.plan(&["-var=size=Standard_B4ms"]);
    assert_eq!(
        actions(&plan, "azurerm_linux_virtual_machine.web"),
        ["update"]
    );
    bench.apply(&["-var=size=Standard_B4ms"]);
    bench.is_clean(&["-var=size=Standard_B4ms"]);

    let plan = bench.plan(&["-var=size=Standard_B4ms", "-var=custom_data=c2Vjb25k"]);
    assert_eq!(
        actions(&plan, "azurerm_linux_virtual_machine.web"),
        ["delete", "create"]
    );
    assert_eq!(
        change(&plan, "azurerm_linux_virtual_machine.web")["replace_paths"],
        json!([["custom_data"]])
    );
    assert_eq!(
        change(&plan, "azurerm_virtual_machine_data_disk_attachment.data")["replace_paths"],
        json!([["virtual_machine_id"]])
    );
    bench.apply(&["-var=size=Standard_B4ms", "-var=custom_data=c2Vjb25k"]);
    bench.is_clean(&["-var=size=Standard_B4ms", "-var=custom_data=c2Vjb25k"]);
}

#[test]
fn a_power_action_is_sent_again_when_the_wanted_state_changes() {
    let bench = Bench::new(STACK);
    bench.apply(&[]);
    let plan = bench.plan(&["-var=power=deallocate"]);
    assert_eq!(changed(&plan), ["azapi_resource_action.power"]);
    assert_eq!(
        actions(&plan, "azapi_resource_action.power"),
        ["delete", "create"]
    );
    bench.apply(&["-var=power=deallocate"]);
    assert_eq!(bench.output("power_state"), "deallocated");

    bench.apply(&["-var=power=deallocate", "-var=size=Standard_B4ms"]);
    assert_eq!(
        bench.output("power_state"),
        "deallocated",
        "a resize does not start what was off"
    );

    bench
        .terraform(&["apply", "-var=power=powerOff", "-var=size=Standard_B4ms"])
        .fails_with("409 (409 Conflict) with error: OperationNotAllowed");
    bench.apply(&["-var=power=start", "-var=size=Standard_B4ms"]);
    assert_eq!(bench.output("power_state"), "running");
}

#[test]
fn every_type_can_be_imported_by_its_id() {
    let bench = Bench::new(STACK);
    bench.apply(&[]);
    let state = bench.path("terraform.tfstate");
    std::fs::remove_file(&state).unwrap();
    let group = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg");
    let (network, compute) = (
        format!("{group}/providers/Microsoft.Network"),
        format!("{group}/providers/Microsoft.Compute"),
    );
    for (address, id) in [
        ("azurerm_resource_group.rg", group.clone()),
        (
            "azurerm_virtual_network.net",
            format!("{network}/virtualNetworks/net"),
        ),
        (
            "azurerm_subnet.servers",
            format!("{network}/virtualNetworks/net/subnets/servers"),
        ),
        (
            "azurerm_network_security_group.web",
            format!("{network}/networkSecurityGroups/web-nsg"),
        ),
        (
            "azurerm_network_security_group.edge",
            format!("{network}/networkSecurityGroups/edge-nsg"),
        ),
        (
            "azurerm_network_security_rule.ssh",
            format!("{network}/networkSecurityGroups/edge-nsg/securityRules/ssh"),
        ),
        (
            "azurerm_subnet_network_security_group_association.servers",
            format!("{network}/virtualNetworks/net/subnets/servers"),
        ),
        (
            "azurerm_public_ip.web",
            format!("{network}/publicIPAddresses/web-ip"),
        ),
        (
            "azurerm_network_interface.web",
            format!("{network}/networkInterfaces/web-nic"),
        ),
        (
            "azurerm_network_interface_security_group_association.web",
            format!("{network}/networkInterfaces/web-nic|{network}/networkSecurityGroups/web-nsg"),
        ),
        (
            "azurerm_linux_virtual_machine.web",
            format!("{compute}/virtualMachines/web"),
        ),
        (
            "azurerm_managed_disk.data",
            format!("{compute}/disks/web-data"),
        ),
        (
            "azurerm_virtual_machine_data_disk_attachment.data",
            format!("{compute}/virtualMachines/web/dataDisks/web-data"),
        ),
    ] {
        bench.terraform(&["import", address, &id]).well();
    }
    let plan = bench.plan(&["-var=custom_data="]);
    assert_eq!(
        changed(&plan),
        ["azapi_resource_action.power"],
        "all else is as it was made"
    );
    bench
        .terraform(&["import", "azurerm_public_ip.other", "nonsense"])
        .fails_with("does not exist");
}

#[test]
fn data_disks_outlive_their_machine() {
    let bench = Bench::new(STACK);
    bench.apply(&[]);
    bench
        .terraform(&["destroy", "-target=azurerm_linux_virtual_machine.web"])
        .well();
    let left = bench.simulator(&["list"]).well();
    assert!(
        left.contains("web-data") && left.contains("web-nic"),
        "{left}"
    );
    assert!(!left.contains("OsDisk"), "{left}");
}

#[test]
fn data_sources_find_what_is_there() {
    let data = r#"
data "azurerm_resource_group" "it" {
  name = azurerm_resource_group.rg.name
}
data "azurerm_virtual_network" "it" {
  name                = azurerm_virtual_network.net.name
  resource_group_name = "rg"
  depends_on          = [azurerm_subnet.servers]
}
data "azurerm_subnet" "it" {
  name                 = azurerm_subnet.servers.name
  virtual_network_name = "net"
  resource_group_name  = "rg"
  depends_on           = [azurerm_subnet_network_security_group_association.servers]
}
data "azurerm_network_interface" "it" {
  name                = azurerm_network_interface.web.name
  resource_group_name = "rg"
  depends_on          = [azurerm_linux_virtual_machine.web]
}
data "azurerm_network_security_group" "it" {
  name                = azurerm_network_security_group.edge.name
  resource_group_name = "rg"
  depends_on          = [azurerm_network_security_rule.ssh]
}
data "azurerm_public_ip" "it" {
  name                = azurerm_public_ip.web.name
  resource_group_name = "rg"
}
output "found" {
  value = join(" ", [
    data.azurerm_resource_group.it.location,
    one(data.azurerm_virtual_network.it.subnets),
    data.azurerm_subnet.it.address_prefix,
    basename(data.azurerm_subnet.it.network_security_group_id),
    basename(data.azurerm_network_interface.it.virtual_machine_id),
    one(data.azurerm_network_interface.it.ip_configuration).name,
    one(data.azurerm_network_security_group.it.security_rule).name,
    data.azurerm_public_ip.it.allocation_method,
  ])
}
"#;
    let bench = Bench::new(&format!("{STACK}{data}"));
    bench.apply(&[]);
    assert_eq!(
        bench.output("found"),
        "westeurope servers 10.10.0.0/24 edge-nsg web ipconfig1 ssh Static"
    );
    bench.is_clean(&[]);
}

#[test]
fn subnets_may_be_written_inside_their_network() {
    let network = |second: &str| {
        let base = super::BASE
            .split("resource \"azurerm_virtual_network\"")
            .next()
            .unwrap();
        format!(
            r#"{base}
resource "azurerm_virtual_network" "net" {{
  name                = "net"
  resource_group_name = azurerm_resource_group.rg.name
  location            = azurerm_resource_group.rg.location
  address_space       = ["10.10.0.0/16"]
  subnet {{
    name             = "first"
    address_prefixes = ["10.10.0.0/24"]
  }}
  subnet {{
    name             = "second"
    address_prefixes = ["{second}"]
  }}
}}
"#
        )
    };
    let bench = Bench::new(&network("10.10.1.0/24"));
    bench.apply(&[]);
    bench.is_clean(&[]);
    bench.write(&network("10.10.2.0/24"));
    bench.apply(&[]);
    assert!(bench.simulator(&["list"]).well().contains("10.10.2.0/24"));
    bench.write(&network("10.10.0.128/25"));
    bench
        .terraform(&["apply"])
        .fails_with("NetcfgSubnetRangesOverlap");
    bench.write(&network("10.20.0.0/24"));
    bench
        .terraform(&["apply"])
        .fails_with("NetcfgSubnetRangeOutsideVnet");
}
