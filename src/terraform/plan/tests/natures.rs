//! What happens to machines, in words.

#![expect(
    clippy::needless_pass_by_value,
    reason = "values are made where they are passed"
)]

use super::attachments::{VM, id, vm};
use super::*;
use crate::terraform::plan::MachineChange;

fn with(mut values: Value, over: &Value) -> Value {
    for (key, value) in over.as_object().unwrap() {
        values[key] = value.clone();
    }
    values
}

pub(super) fn web(over: &Value) -> Value {
    with(vm("web", &[]), over)
}

fn changed(actions: Value, before: &Value, after: &Value, paths: Value) -> Doc {
    Doc::default().change(
        VM,
        json!({ "actions": actions, "before": before, "after": after, "after_unknown": {}, "replace_paths": paths }),
    )
}

#[test]
fn a_size_changes_in_place() {
    let plan = Doc::default()
        .update(
            VM,
            web(&json!({})),
            web(&json!({ "size": "Standard_B4ms" })),
        )
        .read();
    assert_eq!(
        changes(&plan, VM),
        ["resize from Standard_B1s to Standard_B4ms"]
    );
    assert_eq!(machine(&plan, VM).changes[0].word(), "resize");
}

#[test]
fn every_type_has_its_own_word_for_size() {
    let legacy = "azurerm_virtual_machine.vm";
    let plan = Doc::default()
        .update(
            legacy,
            web(&json!({ "size": null, "vm_size": "A" })),
            web(&json!({ "size": null, "vm_size": "B" })),
        )
        .read();
    assert_eq!(changes(&plan, legacy), ["resize from A to B"]);
    let set = "azurerm_linux_virtual_machine_scale_set.vm";
    let before = web(&json!({ "size": null, "sku": "A", "instances": 2 }));
    let plan = Doc::default()
        .update(
            set,
            before,
            web(&json!({ "size": null, "sku": "A", "instances": 5 })),
        )
        .read();
    assert_eq!(changes(&plan, set), ["scale from 2 to 5 instances"]);
}

#[test]
fn an_image_replaces_the_machine() {
    let image = |sku: &str| json!({ "source_image_reference": [{ "publisher": "Canonical", "offer": "ubuntu", "sku": sku, "version": "latest" }] });
    for actions in [json!(["delete", "create"]), json!(["create", "delete"])] {
        let plan = changed(
            actions,
            &web(&image("22")),
            &web(&image("24")),
            json!([["source_image_reference", 0, "sku"]]),
        )
        .read();
        assert_eq!(
            changes(&plan, VM),
            ["replace because source_image_reference changed"]
        );
        assert!(matches!(
            machine(&plan, VM).changes[0],
            MachineChange::Replace { reimage: true, .. }
        ));
        assert_eq!(
            (plan.totals.add, plan.totals.destroy, plan.totals.replace),
            (1, 1, 1)
        );
    }
}

#[test]
fn other_reasons_to_replace_are_named() {
    let disk = |name: &str| web(&json!({ "os_disk": [{ "name": name }] }));
    let plan = changed(
        json!(["delete", "create"]),
        &disk("a"),
        &disk("b"),
        json!([["os_disk", 0, "name"]]),
    )
    .read();
    assert_eq!(changes(&plan, VM), ["replace because os_disk.name changed"]);
    assert!(matches!(
        machine(&plan, VM).changes[0],
        MachineChange::Replace { reimage: false, .. }
    ));
    for (reason, words) in [
        ("replace_because_tainted", "it is tainted"),
        ("replace_by_request", "it was requested with -replace"),
        ("replace_by_triggers", "replace_triggered_by asks for it"),
    ] {
        let plan = changed(
            json!(["delete", "create"]),
            &web(&json!({})),
            &web(&json!({})),
            json!([]),
        )
        .with("action_reason", json!(reason))
        .read();
        assert_eq!(changes(&plan, VM), [format!("replace because {words}")]);
    }
}

#[test]
fn create_destroy_forget_and_import_are_told_apart() {
    assert_eq!(
        changes(&Doc::default().create(VM, web(&json!({}))).read(), VM),
        ["create"]
    );
    let plan = Doc::default().delete(VM, web(&json!({}))).read();
    assert_eq!(changes(&plan, VM), ["destroy"]);
    assert!(!machine(&plan, VM).stays);
    let plan = changed(json!(["forget"]), &web(&json!({})), &Value::Null, json!([])).read();
    assert_eq!(machine(&plan, VM).changes, [MachineChange::Forget]);
    let plan = Doc::default()
        .change(VM, json!({ "actions": ["no-op"], "before": web(&json!({})), "after": web(&json!({})), "importing": { "id": "x" } }))
        .read();
    assert_eq!(changes(&plan, VM), ["import into Terraform's management"]);
    assert_eq!((plan.totals.import, plan.totals.add), (1, 0));
}

#[test]
fn a_move_is_nothing_and_a_resize_on_the_way_is_a_resize() {
    let plan = Doc::default()
        .stands(VM, web(&json!({})))
        .with(
            "previous_address",
            json!("azurerm_linux_virtual_machine.old"),
        )
        .read();
    assert_eq!(changes(&plan, VM), Vec::<String>::new());
    assert_eq!(plan.totals.moved, 1);
    let plan = Doc::default()
        .update(VM, web(&json!({})), web(&json!({ "size": "B" })))
        .with(
            "previous_address",
            json!("azurerm_linux_virtual_machine.old"),
        )
        .read();
    assert_eq!(changes(&plan, VM), ["resize from Standard_B1s to B"]);
}

#[test]
fn how_nothing_is_written_is_no_change() {
    let before = web(
        &json!({ "zone": "", "identity": [], "tags": {}, "availability_set_id": "/Subscriptions/A" }),
    );
    let after = web(
        &json!({ "zone": null, "identity": null, "tags": null, "availability_set_id": "/subscriptions/a" }),
    );
    assert_eq!(
        changes(&Doc::default().update(VM, before, after).read(), VM),
        Vec::<String>::new()
    );
    let plan = Doc::default()
        .update(
            VM,
            web(&json!({ "tags": { "a": "1" } })),
            web(&json!({ "tags": { "a": "2" } })),
        )
        .read();
    assert_eq!(changes(&plan, VM), ["update tags"]);
}

#[test]
fn a_size_that_is_not_known_cannot_be_shown_to_stay() {
    let plan = Doc::default()
        .change(VM, json!({ "actions": ["update"], "before": web(&json!({})), "after": web(&json!({ "size": null })), "after_unknown": { "size": true } }))
        .read();
    assert_eq!(
        changes(&plan, VM),
        ["resize from Standard_B1s to a value that is not known until the apply"]
    );
}

#[test]
fn a_deposed_object_is_not_the_machine() {
    let plan = Doc::default()
        .stands(VM, web(&json!({})))
        .delete(VM, web(&json!({})))
        .with("deposed", json!("1a2b"))
        .read();
    assert_eq!(plan.machines.len(), 1);
    assert_eq!(machine(&plan, VM).changes, [MachineChange::Deposed]);
    assert!(machine(&plan, VM).stays);
}

#[test]
fn a_change_of_type_is_one_machine_replaced() {
    let plan = Doc::default()
        .delete(VM, web(&json!({})))
        .create("azurerm_virtual_machine.web", web(&json!({})))
        .read();
    assert_eq!(plan.machines.len(), 1);
    let sentence =
        "replace because azurerm_linux_virtual_machine.vm becomes azurerm_virtual_machine.web";
    assert_eq!(changes(&plan, "azurerm_virtual_machine.web"), [sentence]);
}

#[test]
fn an_action_of_the_future_is_guarded() {
    let plan = changed(
        json!(["rebuild"]),
        &web(&json!({})),
        &web(&json!({})),
        json!([]),
    )
    .read();
    assert_eq!(
        changes(&plan, VM),
        ["do what lostops does not know: rebuild"]
    );
}

#[test]
fn commands_start_and_stop_machines() {
    let action = |word: &str| json!({ "type": "Microsoft.Compute/virtualMachines@2024-07-01", "resource_id": id("virtualMachines", "web"), "action": word });
    let plan = Doc::default()
        .stands(VM, web(&json!({})))
        .create("azapi_resource_action.power[\"web\"]", action("deallocate"))
        .read();
    assert_eq!(machine(&plan, VM).changes, [MachineChange::Stop]);
    assert_eq!(plan.power[0].key.as_deref(), Some("web"));
    let plan = Doc::default().stands(VM, web(&json!({})))
        .root("action_invocations", json!([{ "address": "action.azurerm_virtual_machine_power.on", "type": "azurerm_virtual_machine_power",
            "config_values": { "virtual_machine_id": id("virtualMachines", "web"), "power_action": "power_on" } }]))
        .read();
    assert_eq!(machine(&plan, VM).changes, [MachineChange::Start]);
}
