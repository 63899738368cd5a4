//! The port that a connection comes from: whoever connects picks it.

use super::*;
use crate::terraform::plan::ProblemKind;

/// What a group makes of everyone's SSH after a deny that differs from "all of everything" in this.
fn after_deny(over: &Value) -> Plan {
    let mut deny = rule(
        "deny",
        100,
        &json!({ "access": "Deny", "protocol": "*", "destination_port_range": "*" }),
    );
    for (key, value) in over.as_object().unwrap() {
        deny[key] = value.clone();
    }
    let ssh = rule("ssh", 200, &json!({}));
    Doc::default().create(GROUP, group(&[deny, ssh])).read()
}

#[test]
fn a_deny_of_some_source_ports_closes_nothing_for_certain() {
    for over in [
        json!({ "source_port_range": "22" }),
        json!({ "source_port_range": "1024-65535" }),
        json!({ "source_port_range": "1-65535" }),
        json!({ "source_port_range": "", "source_port_ranges": ["0-1023", "1025-65535"] }),
    ] {
        let plan = after_deny(&over);
        assert_eq!(open(&plan, GROUP), [""; 0], "{over}");
        let left = ["tcp 22 internet", VNET];
        assert_eq!(unproven(&plan, GROUP), left, "{over}");
        assert!(plan.problems.is_empty(), "{over}");
    }
}

#[test]
fn a_deny_of_every_source_port_closes_however_they_are_written() {
    for over in [
        json!({ "source_port_range": "*" }),
        json!({ "source_port_range": "any" }),
        json!({ "source_port_range": "0-65535" }),
        json!({ "source_port_range": null, "source_port_ranges": ["*"] }),
        json!({ "source_port_range": "", "source_port_ranges": ["1024-65535", "0-1023"] }),
    ] {
        let plan = after_deny(&over);
        assert_eq!(open(&plan, GROUP), [""; 0], "{over}");
        assert_eq!(unproven(&plan, GROUP), [""; 0], "{over}");
    }
}

#[test]
fn a_deny_whose_source_ports_nobody_can_read_closes_nothing_and_is_a_problem() {
    for over in [
        json!({ "source_port_range": "high" }),
        json!({ "source_port_range": null, "source_port_ranges": null }),
        json!({ "source_port_range": "", "source_port_ranges": ["*-"] }),
    ] {
        let plan = after_deny(&over);
        assert_eq!(unproven(&plan, GROUP)[0], "tcp 22 internet", "{over}");
        assert_eq!(plan.problems[0].kind, ProblemKind::UnreadableRule);
        assert_eq!(
            plan.problems[0].words,
            "rule `deny` cannot be understood: source_port_range"
        );
    }
}

#[test]
fn a_deny_whose_source_ports_are_not_known_yet_closes_nothing_for_certain() {
    for (key, unknown) in [
        ("source_port_range", json!(true)),
        ("source_port_ranges", json!(true)),
        ("source_port_ranges", json!([true])),
    ] {
        let mut deny = standalone(
            "deny",
            100,
            &json!({ "access": "Deny", "protocol": "*", "destination_port_range": "*", "source_port_range": null }),
        );
        deny[key] = Value::Null;
        let plan = Doc::default()
            .create(GROUP, group(&[]))
            .create(
                "azurerm_network_security_rule.ssh",
                standalone("ssh", 200, &json!({})),
            )
            .create_unknown(
                "azurerm_network_security_rule.deny",
                deny,
                json!({ "id": true, key: unknown }),
            )
            .read();
        assert_eq!(unproven(&plan, GROUP)[0], "tcp 22 internet", "{key}");
        assert!(plan.problems.is_empty(), "{key}");
    }
}

#[test]
fn an_allow_of_some_source_ports_lets_in_everyone_who_picks_them() {
    for over in [
        json!({ "source_port_range": "22", "destination_port_range": "443" }),
        json!({ "source_port_range": "high", "destination_port_range": "443" }),
    ] {
        let said = with_rules(&[rule("web", 100, &over)]);
        assert_eq!(said, ["tcp 443 internet", VNET], "{over}");
    }
}
