//! Failures that were asked for, slowness, and clouds that cannot be used.

use super::{BASE, Bench, actions, read};
use std::fs;

#[test]
fn a_failure_that_was_asked_for_comes_once_and_the_next_apply_goes_on() {
    let bench = Bench::new(BASE);
    for (kind, words) in [
        (
            "409",
            "409 (409 Conflict) with error: AnotherOperationInProgress",
        ),
        ("429", "429 (429 Too Many Requests)"),
        ("quota", "exceeding approved Total Regional Cores quota"),
    ] {
        bench
            .simulator(&[
                "fault",
                kind,
                "--type",
                "azurerm_subnet",
                "--name",
                "servers",
            ])
            .well();
        assert!(
            bench
                .simulator(&["faults"])
                .well()
                .contains("azurerm_subnet")
        );
        bench.terraform(&["apply"]).fails_with(words);
        bench.apply(&[]);
        bench.is_clean(&[]);
        bench.terraform(&["destroy"]).well();
    }
    bench.simulator(&["fault", "409", "--times", "9"]).well();
    bench.simulator(&["faults", "--clear"]).well();
    bench.apply(&[]);
}

#[test]
fn what_was_made_halfway_is_tainted_and_replaced() {
    let bench = Bench::new(BASE);
    bench
        .simulator(&["fault", "halfway", "--type", "azurerm_virtual_network"])
        .well();
    bench.terraform(&["apply"]).fails_with("stopped halfway");
    assert!(read(&bench.path("terraform.tfstate")).contains("\"status\": \"tainted\""));
    let plan = bench.plan(&[]);
    assert_eq!(
        actions(&plan, "azurerm_virtual_network.net"),
        ["delete", "create"]
    );
    bench.apply(&[]);
    bench.is_clean(&[]);
}

/// Ten interfaces and their public addresses: nothing in the order in which they are made is fixed.
fn many() -> String {
    format!(
        r#"{BASE}
resource "azurerm_public_ip" "many" {{
  count               = 10
  name                = "ip-${{count.index}}"
  resource_group_name = azurerm_resource_group.rg.name
  location            = azurerm_resource_group.rg.location
  allocation_method   = "Static"
}}
resource "azurerm_network_interface" "many" {{
  count               = 10
  name                = "nic-${{count.index}}"
  resource_group_name = azurerm_resource_group.rg.name
  location            = azurerm_resource_group.rg.location
  ip_configuration {{
    name                          = "ipconfig1"
    subnet_id                     = azurerm_subnet.servers.id
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = azurerm_public_ip.many[count.index].id
  }}
}}
output "addresses" {{
  value = join(" ", concat(azurerm_public_ip.many[*].ip_address, azurerm_network_interface.many[*].private_ip_address))
}}
"#
    )
}

#[test]
fn slow_parallel_changes_are_all_kept_and_addresses_never_clash() {
    let bench = Bench::new(&many());
    bench.simulator(&["latency", "20"]).well();
    bench.apply(&["-parallelism=10"]);
    bench.is_clean(&[]);
    let first = bench.output("addresses");
    let all: std::collections::BTreeSet<&str> = first.split(' ').collect();
    assert_eq!(all.len(), 20, "{first}");
    bench.terraform(&["destroy"]).well();
}

#[test]
fn two_clouds_stand_side_by_side() {
    let (one, other) = (Bench::new(BASE), Bench::new(BASE));
    std::thread::scope(|scope| {
        scope.spawn(|| one.apply(&[]));
        scope.spawn(|| other.apply(&[]));
    });
    one.terraform(&["destroy"]).well();
    other.is_clean(&[]);
}

#[test]
fn a_cloud_that_cannot_be_read_is_reported_and_left_alone() {
    let bench = Bench::new(BASE);
    bench.apply(&[]);
    for broken in ["{\"version\": 1, \"resources\"", "{\"version\": 99}"] {
        fs::write(bench.cloud(), broken).unwrap();
        bench.terraform(&["plan"]).fails_with("it is left as it is");
        bench.simulator(&["list"]).fails_with("it is left as it is");
        assert_eq!(read(&bench.cloud()), broken);
    }
}

#[test]
fn without_a_cloud_the_provider_says_what_to_do() {
    let bench = Bench::new(BASE);
    let output = bench
        .command("terraform")
        .env_remove("LOSTOPS_SIMULATED_CLOUD")
        .args(["plan", "-no-color"])
        .output();
    super::Said::new(&output.unwrap())
        .fails_with("set LOSTOPS_SIMULATED_CLOUD to the path of its file");
}

#[test]
fn the_provider_is_not_started_by_hand() {
    let bench = Bench::new(BASE);
    let binary = fs::read_dir(bench.path("mirror/registry.terraform.io/azure/azapi/2.99.0"))
        .unwrap()
        .next();
    let binary = binary
        .unwrap()
        .unwrap()
        .path()
        .join("terraform-provider-azapi_v2.99.0");
    let output = bench.command(binary.to_str().unwrap()).output().unwrap();
    super::Said::new(&output).fails_with("Terraform starts it");
}
