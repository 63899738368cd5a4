//! One rule in every form in which it is written, as nftables load it.

use super::one;
use serde_json::json;

#[test]
fn tags_are_the_addresses_that_have_them() {
    for (prefix, matches) in [
        ("*", &[""][..]),
        ("0.0.0.0/0", &[""]),
        (
            "Internet",
            &["ip saddr != { 10.10.0.0/16, 168.63.129.16/32 } "],
        ),
        ("virtualnetwork", &["ip saddr { 10.10.0.0/16 } "]),
        ("AzureLoadBalancer", &["ip saddr { 168.63.129.16/32 } "]),
        ("Storage.WestEurope", &[]),
        ("2000::/3", &[]),
        ("198.51.100.9/24", &["ip saddr { 198.51.100.0/24 } "]),
    ] {
        let tcp = |from: &&str| format!("{from}meta l4proto tcp th dport {{ 22 }} return");
        let expected: Vec<String> = matches.iter().map(tcp).collect();
        assert_eq!(
            one(&json!({"source_address_prefix": prefix})),
            expected,
            "{prefix}"
        );
    }
    let many = json!({
        "source_address_prefix": "",
        "source_address_prefixes": ["10.10.0.0/17", "Internet", "10.10.128.0/17", "10.10.3.4"],
    });
    assert_eq!(
        one(&many),
        [
            "ip saddr { 10.10.0.0/16 } meta l4proto tcp th dport { 22 } return",
            "ip saddr != { 10.10.0.0/16, 168.63.129.16/32 } meta l4proto tcp th dport { 22 } return",
        ]
    );
}

#[test]
fn protocols_and_ports_of_both_ends_count() {
    for (changes, expected) in [
        (
            json!({"protocol": "*"}),
            "meta l4proto { tcp, udp } th dport { 22 } return",
        ),
        (
            json!({"protocol": "*", "destination_port_range": "*"}),
            "return",
        ),
        (
            json!({"protocol": "Udp"}),
            "meta l4proto udp th dport { 22 } return",
        ),
        (
            json!({"protocol": "Icmp", "destination_port_range": "*"}),
            "meta l4proto icmp return",
        ),
        (json!({"protocol": "Ah"}), "meta l4proto ah return"),
        (json!({"protocol": "Esp"}), "meta l4proto esp return"),
        (
            json!({"source_port_range": "1024-65535"}),
            "meta l4proto tcp th sport { 1024-65535 } th dport { 22 } return",
        ),
        (
            json!({"destination_port_range": 22}),
            "meta l4proto tcp th dport { 22 } return",
        ),
        (
            json!({"destination_port_range": "", "destination_port_ranges": ["80", "22,81"]}),
            "meta l4proto tcp th dport { 22, 80-81 } return",
        ),
    ] {
        assert_eq!(one(&changes), [expected], "{changes}");
    }
}

#[test]
fn a_rule_for_other_addresses_or_for_what_leaves_is_none() {
    for changes in [
        json!({"direction": "Outbound"}),
        json!({"destination_address_prefix": "10.10.0.6"}),
        json!({"destination_address_prefix": "Internet"}),
        json!({"destination_address_prefix": "", "destination_address_prefixes": ["10.10.1.0/24", "Storage"]}),
    ] {
        assert_eq!(one(&changes), [""; 0], "{changes}");
    }
    for changes in [
        json!({"destination_address_prefix": "10.10.0.0/16"}),
        json!({"destination_address_prefix": "VirtualNetwork"}),
        json!({"destination_address_prefix": "", "destination_address_prefixes": ["10.9.0.0/24", "10.10.0.5"]}),
    ] {
        assert_eq!(one(&changes).len(), 1, "{changes}");
    }
}

#[test]
fn what_cannot_be_read_is_denied_and_never_allowed() {
    for changes in [
        json!({"direction": "Sideways"}),
        json!({"protocol": "Gre"}),
        json!({"priority": "first"}),
        json!({"destination_port_range": "http"}),
        json!({"destination_port_range": ""}),
        json!({"source_port_range": "x"}),
        json!({"source_address_prefix": "10.0.0.0/33"}),
        json!({"source_address_prefix": ""}),
        json!({"source_address_prefix": "", "source_application_security_group_ids": ["/asg"]}),
        json!({"destination_address_prefix": "!"}),
    ] {
        assert_eq!(one(&changes), [""; 0], "{changes}");
        let mut deny = changes.clone();
        deny["access"] = "Deny".into();
        let denied = one(&deny);
        assert_eq!(denied.len(), 1, "{changes}");
        assert!(denied[0].ends_with("goto refuse"), "{changes}: {denied:?}");
    }
    let half = json!({"destination_port_range": "22,http"});
    assert_eq!(one(&half), ["meta l4proto tcp th dport { 22 } return"]);
    let mut deny = half;
    deny["access"] = "Deny".into();
    assert_eq!(one(&deny), ["meta l4proto tcp goto refuse"]);
    assert!(one(&json!({"access": "Perhaps"}))[0].ends_with("goto refuse"));
}
