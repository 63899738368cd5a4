//! Groups on interfaces that Terraform does not manage.

use super::attachments::{deny, id, named_group, nic, nic_tie};
use super::*;

#[test]
fn an_adopted_interface_may_be_a_data_source() {
    let read = json!({ "values": { "root_module": { "resources": [{
        "address": "data.azurerm_network_interface.nic", "mode": "data", "type": "azurerm_network_interface", "name": "nic",
        "values": nic("nic", "10.0.0.4", None) }] } } });
    let doc = Doc::default().root("prior_state", read);
    let plan = nic_tie(
        doc.stands(
            "azurerm_network_security_group.n",
            named_group("n", &[deny()]),
        ),
        "n",
    )
    .read();
    assert_eq!(
        plan.groups[0].attached_to,
        ["data.azurerm_network_interface.nic"]
    );
}

#[test]
fn an_adopted_interface_is_known_by_its_id() {
    let plan = Doc::default()
        .stands("azurerm_network_security_group.this[\"database\"]", named_group("database", &[deny()]))
        .stands("azurerm_network_interface_security_group_association.this[\"database\"]", json!({
            "network_interface_id": id("networkInterfaces", "database-nic"), "network_security_group_id": id("networkSecurityGroups", "database") }))
        .read();
    assert_eq!(plan.groups[0].key.as_deref(), Some("database"));
    assert_eq!(plan.groups[0].attached_to, ["database-nic"]);
}
