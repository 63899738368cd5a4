//! The cloud changed past Terraform, which sees it and repairs it.

use super::{BASE, Bench, STACK, SUBSCRIPTION, actions, changed};
use serde_json::Value as Json;

#[test]
fn a_machine_that_was_stopped_by_hand_is_seen_and_started_again() {
    let bench = Bench::new(STACK);
    bench.apply(&[]);
    bench.simulator(&["deallocate", "web"]).well();
    let plan = bench.plan(&[]);
    assert_eq!(
        plan["output_changes"]["power_state"]["after"],
        "deallocated"
    );
    assert!(changed(&plan).is_empty());
    bench.apply(&["-replace=azapi_resource_action.power"]);
    assert_eq!(bench.output("power_state"), "running");
    bench.is_clean(&[]);
}

#[test]
fn a_port_opened_in_the_portal_is_closed_by_the_next_apply() {
    let bench = Bench::new(STACK);
    bench.apply(&[]);
    let said = bench
        .simulator(&["open", "web", "8080", "--from", "internet"])
        .well();
    assert!(
        said.contains("`AllowTagCustom8080Inbound`") && said.contains("priority 100"),
        "{said}"
    );
    let plan = bench.plan(&[]);
    assert_eq!(changed(&plan), ["azurerm_network_security_group.web"]);
    let before =
        &super::change(&plan, "azurerm_network_security_group.web")["before"]["security_rule"];
    assert_eq!(before.as_array().unwrap().len(), 2);
    bench.apply(&[]);
    assert!(!bench.simulator(&["list"]).well().contains("8080"));
    bench.is_clean(&[]);
}

#[test]
fn what_was_deleted_by_hand_is_planned_anew() {
    let bench = Bench::new(STACK);
    bench.apply(&[]);
    bench.simulator(&["delete", "web"]).well();
    let plan = bench.plan(&[]);
    assert_eq!(
        actions(&plan, "azurerm_linux_virtual_machine.web"),
        ["create"]
    );
    assert_eq!(
        actions(&plan, "azurerm_virtual_machine_data_disk_attachment.data"),
        ["create"]
    );
    bench.apply(&[]);
    bench.is_clean(&[]);
}

#[test]
fn a_size_changed_in_the_portal_is_changed_back() {
    let bench = Bench::new(STACK);
    bench.apply(&[]);
    bench
        .simulator(&["resize", "web", "Standard_D4s_v5"])
        .well();
    let plan = bench.plan(&[]);
    let change = super::change(&plan, "azurerm_linux_virtual_machine.web");
    assert_eq!(
        (&change["before"]["size"], &change["after"]["size"]),
        (&"Standard_D4s_v5".into(), &"Standard_B2s".into())
    );
}

#[test]
fn the_list_shows_machines_rules_and_addresses() {
    let bench = Bench::new(STACK);
    assert!(
        bench
            .simulator(&["list"])
            .well()
            .contains("The simulated cloud is empty.")
    );
    bench.apply(&[]);
    bench.simulator(&["stop", "web"]).well();
    let list = bench.simulator(&["list"]).well();
    for words in [
        "Standard_B2s",
        "stopped",
        "203.0.113.",
        "web-nsg",
        "64 GB + 32 GB",
        "443, 80",
        "https",
    ] {
        assert!(list.contains(words), "{words} is not in\n{list}");
    }
    let whole: Json = serde_json::from_str(&bench.simulator(&["show"]).well()).unwrap();
    assert_eq!(whole["subscription_id"], SUBSCRIPTION);
    bench.simulator(&["reset"]).well();
    assert!(!bench.cloud().exists());
}

#[test]
fn a_name_that_is_not_there_is_answered_with_the_near_one() {
    let bench = Bench::new(STACK);
    bench
        .simulator(&["stop", "web"])
        .fails_with("there is no virtual machine `web`");
    bench.apply(&[]);
    bench
        .simulator(&["stop", "wbe"])
        .fails_with("did you mean `web`?");
    bench
        .simulator(&["close", "web", "nothing"])
        .fails_with("it has https");
    bench
        .simulator(&["delete", "net"])
        .fails_with("InUseSubnetCannotBeDeleted");
    bench.simulator(&["deallocate", "web"]).well();
    bench
        .simulator(&["stop", "web"])
        .fails_with("409 (409 Conflict) with error: OperationNotAllowed");
}

#[test]
fn azapi_shows_a_machine_in_azures_own_shape() {
    let bench = Bench::new(STACK);
    bench.apply(&[]);
    let group = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg");
    let id = format!("{group}/providers");
    bench.write(&format!(
        r#"{BASE}
data "azapi_resource" "all" {{
  type                   = "Microsoft.Compute/virtualMachines@2024-07-01"
  resource_id            = "{id}/Microsoft.Compute/virtualMachines/web"
  response_export_values = ["*"]
}}
data "azapi_resource" "some" {{
  type                   = "Microsoft.Network/networkInterfaces@2024-05-01"
  name                   = "web-nic"
  parent_id              = "{group}"
  response_export_values = {{ group = "properties.networkSecurityGroup.id", ips = "properties.ipConfigurations[].properties.privateIPAddress" }}
}}
data "azapi_resource" "none" {{
  type             = "Microsoft.Compute/virtualMachines@2024-07-01"
  resource_id      = "{id}/Microsoft.Compute/virtualMachines/none"
  ignore_not_found = true
}}
output "found" {{
  value = [
    data.azapi_resource.all.output.properties.hardwareProfile.vmSize,
    data.azapi_resource.all.output.properties.storageProfile.imageReference.sku,
    data.azapi_resource.all.output.properties.storageProfile.osDisk.diskSizeGB,
    data.azapi_resource.all.output.properties.storageProfile.dataDisks[0].diskSizeGB,
    data.azapi_resource.all.output.properties.networkProfile.networkInterfaces[0].id,
    data.azapi_resource.all.output.properties.osProfile.adminUsername,
    data.azapi_resource.all.location,
    data.azapi_resource.some.output.group,
    length(data.azapi_resource.some.output.ips),
    data.azapi_resource.none.exists,
  ]
}}
"#
    ));
    let plan = bench.plan(&[]);
    let network = format!("{id}/Microsoft.Network");
    assert_eq!(
        plan["planned_values"]["outputs"]["found"]["value"],
        serde_json::json!([
            "Standard_B2s",
            "server",
            64,
            32,
            format!("{network}/networkInterfaces/web-nic"),
            "lostops",
            "westeurope",
            format!("{network}/networkSecurityGroups/web-nsg"),
            1,
            false
        ])
    );
}

#[test]
fn what_is_in_use_cannot_be_deleted() {
    let bench = Bench::new(STACK);
    bench.apply(&[]);
    for (name, code) in [
        ("servers", "InUseSubnetCannotBeDeleted"),
        ("web-nsg", "InUseNetworkSecurityGroupCannotBeDeleted"),
        ("edge-nsg", "InUseNetworkSecurityGroupCannotBeDeleted"),
        ("web-ip", "PublicIPAddressCannotBeDeleted"),
        ("web-nic", "NicInUse"),
        ("web-data", "OperationNotAllowed"),
        ("rg", "still contains Resources"),
    ] {
        bench.simulator(&["delete", name]).fails_with(code);
    }
    bench.is_clean(&[]);
}
