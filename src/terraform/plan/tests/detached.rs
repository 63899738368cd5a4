//! Security groups that are taken from an interface: for good, for a while, or with its machine.

use super::attachments::{NIC, VM, base, deny, id, named_group, nic, vm};
use super::*;
use crate::terraform::plan::ProblemKind;

const TIE: &str = "azurerm_network_interface_security_group_association.tie";
const OTHER: &str = "azurerm_network_interface_security_group_association.other";

fn tie(interface: &str) -> Value {
    json!({ "network_interface_id": id("networkInterfaces", interface), "network_security_group_id": id("networkSecurityGroups", "n") })
}

fn guarded(doc: Doc) -> Doc {
    doc.stands(
        "azurerm_network_security_group.n",
        named_group("n", &[deny()]),
    )
}

fn kinds(doc: Doc) -> Vec<ProblemKind> {
    let problems = doc.read().problems;
    problems.iter().map(|problem| problem.kind).collect()
}

#[test]
fn a_group_that_is_taken_for_good_leaves_a_machine_unguarded() {
    let plan = guarded(base("Standard")).delete(TIE, tie("nic")).read();
    assert_eq!(plan.problems[0].kind, ProblemKind::Unguarded);
    assert_eq!(open_of(&plan, VM), ["tcp+udp 0-65535 vnet"]);
    assert!(machine(&plan, VM).open_before.is_empty());
    // So does one whose interface the plan does not hold.
    let outside = guarded(Doc::default()).delete(TIE, tie("elsewhere"));
    assert_eq!(kinds(outside), [ProblemKind::Unguarded]);
}

#[test]
fn a_group_that_is_put_back_by_whatever_name_is_taken_for_a_while() {
    for interface in ["nic", "elsewhere"] {
        let doc = guarded(base("Standard"))
            .delete(TIE, tie(interface))
            .create(OTHER, tie(interface));
        assert_eq!(kinds(doc), [ProblemKind::Unprotected], "{interface}");
    }
    let moved = guarded(base("Standard")).change(
        TIE,
        json!({ "actions": ["delete", "create"], "before": tie("nic"), "after": tie("other"), "after_unknown": {} }),
    );
    assert_eq!(
        kinds(moved),
        [ProblemKind::Unguarded],
        "it is put before another interface"
    );
}

#[test]
fn with_its_machine_gone_or_behind_the_group_of_its_subnet_an_interface_needs_none() {
    let gone = guarded(Doc::default())
        .stands(NIC, nic("nic", "10.0.0.4", None))
        .delete(VM, vm("vm", &["nic"]))
        .delete(TIE, tie("nic"));
    assert_eq!(kinds(gone), [ProblemKind::Unprotected]);
    let subnet = format!("{}/subnets/a", id("virtualNetworks", "net"));
    let behind = guarded(base("Standard"))
        .stands(
            "azurerm_subnet_network_security_group_association.a",
            json!({ "subnet_id": subnet, "network_security_group_id": id("networkSecurityGroups", "n") }),
        )
        .delete(TIE, tie("nic"));
    assert_eq!(kinds(behind), [ProblemKind::Unprotected]);
}

#[test]
fn an_interface_that_is_made_before_the_old_one_goes_is_no_problem() {
    let renamed = |actions: Value| {
        let (before, after) = (nic("nic", "10.0.0.4", None), nic("card", "10.0.0.4", None));
        let doc = Doc::default().change(
            NIC,
            json!({ "actions": actions, "before": before, "after": after, "after_unknown": {}, "replace_paths": [["name"]] }),
        );
        kinds(doc.update(VM, vm("vm", &["nic"]), vm("vm", &["card"])))
    };
    assert_eq!(
        renamed(json!(["delete", "create"])),
        [ProblemKind::InterfaceInUse]
    );
    assert!(renamed(json!(["create", "delete"])).is_empty());
}
