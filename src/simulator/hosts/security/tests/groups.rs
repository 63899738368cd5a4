//! Groups, the order of their rules, and what is judged without any.

use super::{Case, filter, rule, with};
use serde_json::json;

#[test]
fn azures_own_rules_stand_last() {
    assert_eq!(
        Case::subnet(&[]).chain("subnet_0"),
        [
            "ip saddr { 10.10.0.0/16 } return comment \"subnet-nsg 65000 AllowVnetInBound\"",
            "ip saddr { 168.63.129.16/32 } return comment \"subnet-nsg 65001 AllowAzureLoadBalancerInBound\"",
            "goto refuse comment \"subnet-nsg 65500 DenyAllInBound\"",
        ]
    );
}

#[test]
fn the_first_rule_that_matches_decides_whatever_the_order_in_which_they_are_written() {
    let rules = [
        rule("late", 300, "Deny"),
        rule("first", 100, "Deny"),
        rule("next", 200, "Allow"),
    ];
    assert_eq!(
        Case::subnet(&rules).chain("subnet_0")[..3],
        [
            "meta l4proto tcp th dport { 22 } goto refuse comment \"subnet-nsg 100 first\"",
            "meta l4proto tcp th dport { 22 } return comment \"subnet-nsg 200 next\"",
            "meta l4proto tcp th dport { 22 } goto refuse comment \"subnet-nsg 300 late\"",
        ]
    );
    let same = [rule("allow", 100, "Allow"), rule("deny", 100, "Deny")];
    assert!(Case::subnet(&same).chain("subnet_0")[0].contains("100 deny"));
}

#[test]
fn both_groups_must_let_a_packet_in() {
    let case = Case {
        subnet: Some(vec![rule("a", 100, "Allow")]),
        interface: Some(vec![rule("b", 100, "Allow")]),
        sku: Some("Standard"),
    };
    assert_eq!(
        case.chain("address_0"),
        ["jump subnet_0", "jump interface_0", "accept"]
    );
    assert!(case.chain("interface_0")[0].ends_with("\"nic-nsg 100 b\""));
    assert!(
        case.chain("inbound")
            .contains(&"ip daddr { 10.10.0.5, 203.0.113.12 } goto address_0".to_owned()),
        "{}",
        case.nft()
    );
}

#[test]
fn without_a_group_the_network_passes_and_a_basic_address_is_open() {
    for sku in [None, Some("Standard")] {
        assert_eq!(
            Case::unguarded(sku).chain("address_0"),
            [
                "ip saddr { 10.10.0.0/16 } accept comment \"no security group: the virtual network\"",
                "goto refuse comment \"no security group: closed to all others\"",
            ],
            "{sku:?}"
        );
    }
    assert_eq!(
        Case::unguarded(Some("Basic")).chain("address_0"),
        ["accept comment \"no security group before a Basic public address\""]
    );
}

#[test]
fn a_group_that_is_not_in_the_cloud_lets_nobody_in() {
    let mut cloud = Case::subnet(&[rule("a", 100, "Allow")]).cloud();
    cloud.remove("subnet-nsg");
    let text = filter(&cloud, cloud.get("/vm").unwrap()).nft(&["eth0"]);
    let chain: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("azure subnet_0 "))
        .collect();
    assert_eq!(chain.len(), 1, "{text}");
    assert!(chain[0].contains("goto refuse"), "{text}");
}

#[test]
fn names_never_break_out_of_what_nftables_read() {
    let hostile = "x\" accept comment \"\n}\nflush ruleset; # é\\".repeat(9);
    let mut named = rule(&hostile, 100, "Allow");
    named["source_address_prefix"] = hostile.as_str().into();
    let deny =
        with(&json!({"name": hostile, "access": "Deny", "source_address_prefix": "Storage\n}"}));
    let case = Case::subnet(&[named, deny]);
    let text = case.nft();
    for line in text.lines() {
        assert!(
            line.starts_with("add ")
                || line.starts_with("# ")
                || line.starts_with("flush table inet azure"),
            "{line}"
        );
        assert_eq!(line.matches('"').count() % 2, 0, "{line}");
        let comment = line.split("comment ").nth(1).unwrap_or_default();
        assert!(comment.len() <= 122 && comment.is_ascii(), "{comment}");
    }
    assert_eq!(
        text.matches("flush").count(),
        text.matches("flush ruleset_").count() + 1,
        "{text}"
    );
}

#[test]
fn other_packets_are_judged_before_any_group() {
    let case = Case::subnet(&[]);
    assert_eq!(
        case.chain("inbound"),
        [
            "iifname != { \"eth0\", \"eth1\" } accept",
            "ct state established,related accept",
            "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept comment \"neighbour discovery\"",
            "meta nfproto ipv6 drop comment \"no IPv6 in this network\"",
            "ip daddr { 10.10.0.5 } goto address_0",
            "goto refuse comment \"no address of this machine\"",
        ]
    );
    let cloud = case.cloud();
    let none = filter(&cloud, cloud.get("/vm").unwrap()).nft(&[]);
    assert!(!none.contains("azure inbound ip"), "{none}");
}
