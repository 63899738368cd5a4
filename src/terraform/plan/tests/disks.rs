//! Disks: which machine they belong to, and what happens to them.

use super::attachments::{VM, id};
use super::natures::web;
use super::*;

#[test]
fn disks_belong_to_their_machine() {
    let disk = |size: u64| json!({ "id": id("disks", "data"), "name": "data", "resource_group_name": "rg", "disk_size_gb": size });
    let tie = json!({ "virtual_machine_id": id("virtualMachines", "web"), "managed_disk_id": id("disks", "data") });
    let attachment = "azurerm_virtual_machine_data_disk_attachment.data";
    let base = Doc::default().stands(VM, web(&json!({})));
    let plan = base
        .update("azurerm_managed_disk.data", disk(32), disk(64))
        .stands(attachment, tie.clone())
        .read();
    assert_eq!(
        changes(&plan, VM),
        ["change the size of the disk from 32 to 64 GB: azurerm_managed_disk.data"]
    );
    let plan = Doc::default()
        .stands(VM, web(&json!({})))
        .delete(attachment, tie)
        .read();
    assert_eq!(
        changes(&plan, VM),
        [format!("detach a disk ({attachment})")]
    );
    let os = |size: u64| web(&json!({ "os_disk": [{ "name": "os", "disk_size_gb": size }] }));
    assert_eq!(
        changes(&Doc::default().update(VM, os(30), os(64)).read(), VM),
        ["change the size of os_disk from 30 to 64 GB"]
    );
    // A block that goes is an update to Terraform.
    let legacy = "azurerm_virtual_machine.web";
    let disks = |names: &[&str]| {
        let blocks: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
        web(&json!({ "storage_data_disk": blocks }))
    };
    let plan = Doc::default().update(legacy, disks(&["a", "b"]), disks(&["b"]));
    assert_eq!(
        changes(&plan.read(), legacy),
        ["remove a disk from storage_data_disk"]
    );
}

#[test]
fn a_disk_belongs_to_the_machine_also_where_a_data_source_reads_that_machine() {
    let tie = json!({ "virtual_machine_id": id("virtualMachines", "web"), "managed_disk_id": id("disks", "data") });
    let attachment = "azurerm_virtual_machine_data_disk_attachment.data";
    let plan = Doc::default()
        .stands(VM, web(&json!({})))
        .create(attachment, tie)
        .stands("data.azurerm_virtual_machine.power_web", web(&json!({})))
        .read();
    assert_eq!(
        changes(&plan, VM),
        [format!("attach a disk ({attachment})")]
    );
}
