//! What Azure and its providers refuse.

use super::{BASE, Bench, actions};

fn interface(name: &str, address: &str) -> String {
    format!(
        r#"
resource "azurerm_network_interface" "{name}" {{
  name                = "{name}"
  resource_group_name = azurerm_resource_group.rg.name
  location            = azurerm_resource_group.rg.location
  ip_configuration {{
    name                          = "ipconfig1"
    subnet_id                     = azurerm_subnet.servers.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "{address}"
  }}
}}
"#
    )
}

#[test]
fn a_plan_without_a_subscription_is_refused_as_by_the_real_provider() {
    let mut bench = Bench::new(BASE);
    bench.subscription = None;
    bench.terraform(&["validate"]).well();
    bench.terraform(&["plan"]).fails_with(
        "`subscription_id` is a required provider property when performing a plan/apply operation",
    );
    bench.write(&BASE.replace(
        "features {}",
        "features {}\n  subscription_id = \"11111111-0000-0000-0000-000000000000\"",
    ));
    bench.terraform(&["plan"]).well();
}

#[test]
fn a_plan_without_features_is_refused() {
    let bench = Bench::new(&BASE.replace("features {}", ""));
    bench
        .terraform(&["plan"])
        .fails_with("Insufficient features blocks");
}

#[test]
fn another_subscription_is_not_found_in_this_cloud() {
    let mut bench = Bench::new(BASE);
    bench.apply(&[]);
    bench.subscription = Some("22222222-0000-0000-0000-000000000000");
    bench
        .terraform(&["plan"])
        .fails_with("SubscriptionNotFound");
}

#[test]
fn locations_are_normalised_and_must_exist() {
    let bench = Bench::new(BASE);
    bench.apply(&[]);
    bench.write(&BASE.replace("\"westeurope\"", "\"West Europe\""));
    bench.is_clean(&[]);
    bench.write(&BASE.replace("\"westeurope\"", "\"North Europe\""));
    let plan = bench.plan(&[]);
    assert_eq!(
        actions(&plan, "azurerm_resource_group.rg"),
        ["delete", "create"]
    );
    bench.write(&BASE.replace("\"westeurope\"", "\"atlantis\""));
    bench
        .terraform(&["validate"])
        .fails_with("\"atlantis\" was not found in the list of supported Azure Locations");
}

#[test]
fn a_value_that_is_not_permitted_is_shown_where_it_stands() {
    let group = |protocol: &str, priority: u16| {
        format!(
            r#"{BASE}
resource "azurerm_network_security_group" "g" {{
  name                = "g"
  resource_group_name = azurerm_resource_group.rg.name
  location            = azurerm_resource_group.rg.location
  security_rule {{
    name                       = "r"
    priority                   = {priority}
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "{protocol}"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }}
}}
"#
        )
    };
    let bench = Bench::new(&group("TCP", 100));
    let said = bench
        .terraform(&["validate"])
        .fails_with("expected protocol to be one of [\"*\" \"Tcp\"");
    let line = said
        .lines()
        .find(|line| line.contains("on main.tf line"))
        .unwrap_or_default();
    assert!(said.contains("got TCP") && !line.is_empty(), "{said}");
    bench.write(&group("Tcp", 99));
    bench
        .terraform(&["validate"])
        .fails_with("expected priority to be in the range (100 - 4096), got 99");
    bench.write(&group("Tcp", 100));
    bench.terraform(&["validate"]).well();
}

#[test]
fn arguments_that_exclude_each_other_are_refused() {
    let rule = |sources: &str| {
        format!(
            r#"{BASE}
resource "azurerm_network_security_rule" "r" {{
  name                        = "r"
  resource_group_name         = "rg"
  network_security_group_name = "g"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "22"
  destination_address_prefix  = "*"
  {sources}
}}
"#
        )
    };
    let bench = Bench::new(&rule(""));
    bench
        .terraform(&["validate"])
        .fails_with("one of `source_address_prefix,source_address_prefixes");
    bench.write(&rule(
        "source_address_prefix = \"*\"\n source_address_prefixes = [\"10.0.0.0/8\"]",
    ));
    bench
        .terraform(&["validate"])
        .fails_with("only one of `source_address_prefix,");
    bench.write(&rule(
        "source_address_prefix = \"*\"\n source_port_ranges = [\"1\"]",
    ));
    bench
        .terraform(&["validate"])
        .fails_with("conflicts with source_port_range");
}

#[test]
fn what_exists_must_be_imported() {
    let bench = Bench::new(BASE);
    bench.apply(&[]);
    std::fs::remove_file(bench.path("terraform.tfstate")).unwrap();
    bench.terraform(&["apply"]).fails_with(
        "already exists - to be managed via Terraform this resource needs to be imported",
    );
}

#[test]
fn an_interface_that_is_guarded_already_must_be_imported() {
    let guarded = |times: usize| {
        let group = |name: &str| {
            format!(
                r#"
resource "azurerm_network_security_group" "{name}" {{
  name                = "{name}"
  resource_group_name = azurerm_resource_group.rg.name
  location            = azurerm_resource_group.rg.location
}}
resource "azurerm_network_interface_security_group_association" "{name}" {{
  network_interface_id      = azurerm_network_interface.one.id
  network_security_group_id = azurerm_network_security_group.{name}.id
}}
"#
            )
        };
        let groups: String = ["a", "b"]
            .iter()
            .take(times)
            .map(|name| group(name))
            .collect();
        format!("{BASE}{}{groups}", interface("one", "10.10.0.10"))
    };
    let bench = Bench::new(&guarded(1));
    bench.apply(&[]);
    bench.write(&guarded(2));
    bench
        .terraform(&["apply"])
        .fails_with("networkSecurityGroups/a\" already exists");
}

#[test]
fn an_address_must_lie_in_the_subnet_and_be_free() {
    let hcl = |first: &str, second: &str| {
        format!(
            "{BASE}{}{}",
            interface("one", first),
            interface("two", second)
        )
    };
    let bench = Bench::new(&hcl("10.10.0.10", "10.10.0.11"));
    bench.apply(&[]);
    bench.write(&hcl("10.10.0.10", "10.10.0.10"));
    bench
        .terraform(&["apply"])
        .fails_with("PrivateIPAddressIsAllocated");
    bench.write(&hcl("10.10.0.10", "10.20.0.10"));
    bench
        .terraform(&["apply"])
        .fails_with("PrivateIPAddressNotInSubnet");
    bench.write(&hcl("10.10.0.10", "10.10.0.3"));
    bench
        .terraform(&["apply"])
        .fails_with("PrivateIPAddressInReservedRange");
}

#[test]
fn an_interface_lies_in_the_region_of_its_network() {
    let elsewhere = interface("one", "10.10.0.10")
        .replace("azurerm_resource_group.rg.location", "\"northeurope\"");
    let bench = Bench::new(&format!("{BASE}{elsewhere}"));
    bench
        .terraform(&["apply"])
        .fails_with("InvalidResourceReference");
}

#[test]
fn a_system_disk_only_grows() {
    let bench = Bench::new(super::STACK);
    bench.apply(&[]);
    bench.write(&super::STACK.replace("= 64", "= 128"));
    let plan = bench.plan(&[]);
    assert_eq!(
        actions(&plan, "azurerm_linux_virtual_machine.web"),
        ["update"]
    );
    bench.apply(&[]);
    bench.write(super::STACK);
    bench
        .terraform(&["apply"])
        .fails_with("shrinking it is not supported");
}
