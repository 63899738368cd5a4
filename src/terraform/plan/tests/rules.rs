//! Security groups by themselves: every way to write a rule.

use super::*;

fn opens(over: &Value) -> Vec<String> {
    with_rules(&[rule("r", 100, over)])
}

#[test]
fn the_internet_is_known_in_every_disguise() {
    for source in [
        "*",
        "Internet",
        "internet",
        "any",
        "Any",
        "0.0.0.0/0",
        "19.168.0.1/0",
        "0.0.0.0/1",
        "20.0.0.0/8",
        "::/0",
        "2000::/3",
        "AzureCloud",
        "azurecloud",
        "AzureCloud.westeurope",
    ] {
        let said = opens(&json!({ "source_address_prefix": source }));
        assert_eq!(said[0], "tcp 22 internet", "{source}");
    }
}

#[test]
fn lists_of_prefixes_count_as_one() {
    for list in [
        json!(["10.0.0.0/8", "0.0.0.0/0"]),
        json!(["0.0.0.0/1", "128.0.0.0/1"]),
        json!(["10.10.10.10", "*"]),
    ] {
        for single in [json!(""), Value::Null] {
            let said =
                opens(&json!({ "source_address_prefix": single, "source_address_prefixes": list }));
            assert_eq!(said[0], "tcp 22 internet", "{list}");
        }
    }
}

#[test]
fn a_service_tag_is_said_by_its_name() {
    for tag in [
        "Storage",
        "ActionGroup",
        "GatewayManager",
        "AzureLoadBalancer",
    ] {
        let said = opens(&json!({ "source_address_prefix": tag.to_lowercase() }));
        assert!(said.contains(&format!("tcp 22 {tag}")), "{said:?}");
    }
}

#[test]
fn ports_are_read_however_they_are_written() {
    for (ports, said) in [
        ("22,80", "22"),
        ("20 - 25", "20-25"),
        ("022", "22"),
        ("*", "0-65535"),
        ("0-65535", "0-65535"),
        ("2210-2222", "2210-2222"),
        ("80-443", "80-443"),
        ("any", "0-65535"),
    ] {
        let lines = opens(&json!({ "destination_port_range": ports }));
        assert_eq!(lines[0], format!("tcp {said} internet"), "{ports}");
    }
    assert_eq!(
        opens(&json!({ "destination_port_range": 22 }))[0],
        "tcp 22 internet"
    );
    let list = opens(
        &json!({ "destination_port_range": null, "destination_port_ranges": ["80", "20-25"] }),
    );
    assert_eq!(list[..2], ["tcp 20-25 internet", "tcp 80 internet"]);
}

#[test]
fn a_port_nobody_can_read_may_be_any() {
    for ports in ["80-", "70000", "30-20", "ssh", "1-2-3", "+22", "20-+25", ""] {
        let rules = [rule("r", 100, &json!({ "destination_port_range": ports }))];
        let plan = Doc::default().create(GROUP, group(&rules)).read();
        assert_eq!(open(&plan, GROUP), [VNET], "{ports}");
        assert_eq!(unproven(&plan, GROUP), ["tcp 0-65535 internet"], "{ports}");
        assert_eq!(
            plan.problems[0].kind,
            crate::terraform::plan::ProblemKind::UnreadableRule
        );
    }
}

#[test]
fn protocols_open_what_they_carry() {
    assert_eq!(opens(&json!({ "protocol": "*" }))[0], "tcp+udp 22 internet");
    for (protocol, line) in [
        ("TCP", "tcp 22 internet"),
        ("tcp", "tcp 22 internet"),
        ("Udp", "udp 22 internet"),
    ] {
        assert_eq!(
            opens(&json!({ "protocol": protocol }))
                .iter()
                .find(|one| one.contains("internet"))
                .unwrap(),
            line
        );
    }
    for protocol in ["Icmp", "Ah", "Esp"] {
        assert_eq!(
            opens(&json!({ "protocol": protocol, "destination_port_range": "*" })),
            [VNET]
        );
    }
}

#[test]
fn every_inline_rule_is_read() {
    let said = with_rules(&[
        rule("a", 100, &json!({ "source_address_prefix": "10.0.0.0/8" })),
        rule(
            "snmp",
            110,
            &json!({ "protocol": "Udp", "destination_port_range": "161" }),
        ),
    ]);
    assert!(said.contains(&"udp 161 internet".to_owned()), "{said:?}");
}

#[test]
fn the_first_match_decides() {
    let deny = |priority, over: Value| {
        let mut rule = rule("deny", priority, &over);
        rule["access"] = json!("Deny");
        rule
    };
    let allow = |priority| rule("allow", priority, &json!({}));
    assert_eq!(
        with_rules(&[
            allow(200),
            deny(
                100,
                json!({ "destination_port_range": "*", "protocol": "*" })
            )
        ]),
        Vec::<String>::new()
    );
    assert_eq!(
        with_rules(&[allow(200), deny(100, json!({}))]),
        ["tcp 0-21 vnet", "tcp 23-65535 vnet", "udp 0-65535 vnet"]
    );
    assert_eq!(
        with_rules(&[allow(100), deny(200, json!({}))])[0..2],
        ["tcp 22 internet", VNET]
    );
    for hole in [
        json!({ "source_address_prefix": "203.0.113.0/24" }),
        json!({ "protocol": "Udp" }),
        json!({ "destination_port_range": null, "destination_port_ranges": ["0-21", "23-65535"] }),
    ] {
        let said = with_rules(&[allow(200), deny(100, hole.clone())]);
        assert!(
            said.iter().any(|line| line.starts_with("tcp 22 internet")),
            "{hole} {said:?}"
        );
    }
}

#[test]
fn outbound_rules_open_nothing_inbound() {
    assert_eq!(
        opens(&json!({ "direction": "Outbound", "destination_port_range": "*" })),
        [VNET]
    );
}

#[test]
fn the_default_rule_lets_the_network_in_until_a_deny_does_not() {
    let database = rule(
        "mysql",
        100,
        &json!({ "destination_port_range": "3306", "source_address_prefix": "10.0.0.4/32" }),
    );
    assert_eq!(with_rules(std::slice::from_ref(&database)), [VNET]);
    let last = rule(
        "deny",
        4096,
        &json!({ "access": "Deny", "protocol": "*", "destination_port_range": "*" }),
    );
    assert_eq!(with_rules(&[database, last]), ["tcp 3306 10.0.0.4/32"]);
}

#[test]
fn two_rules_with_one_priority_are_a_problem_and_prove_nothing() {
    let rules = [
        rule("a", 100, &json!({})),
        rule("b", 100, &json!({ "access": "Deny" })),
    ];
    let plan = Doc::default().create(GROUP, group(&rules)).read();
    assert_eq!(
        plan.problems[0].words,
        "inbound rules `a` and `b` have the same priority 100"
    );
    assert_eq!(unproven(&plan, GROUP), ["tcp 22 internet"]);
}

#[test]
fn a_sensitive_rule_is_judged_and_marked() {
    let after = group(&[rule("secret", 100, &json!({}))]);
    let plan = Doc::default()
        .change(GROUP, json!({ "actions": ["create"], "before": null, "after": after, "after_unknown": { "id": true },
            "after_sensitive": { "security_rule": [{ "destination_port_range": true }] } }))
        .read();
    assert_eq!(open(&plan, GROUP)[0], "tcp 22 internet");
    let share = plan.groups[0]
        .contributions
        .iter()
        .find(|one| one.sensitive)
        .unwrap();
    assert_eq!(
        share.evidence,
        "azurerm_network_security_group.g rule secret"
    );
}
