//! Azure's rules, case by case, as the text that nftables load.

use super::filter;
use crate::simulator::arm::Kind;
use crate::simulator::cloud::Cloud;
use serde_json::{Map, Value as Json, json};

const NET: &str =
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/net";

/// A machine at 10.10.0.5 with these groups and this SKU of a public address; `None`: without one.
struct Case {
    subnet: Option<Vec<Json>>,
    interface: Option<Vec<Json>>,
    sku: Option<&'static str>,
}

impl Case {
    fn subnet(rules: &[Json]) -> Self {
        Self {
            subnet: Some(rules.to_vec()),
            interface: None,
            sku: None,
        }
    }

    fn unguarded(sku: Option<&'static str>) -> Self {
        Self {
            subnet: None,
            interface: None,
            sku,
        }
    }

    fn cloud(&self) -> Cloud {
        let mut cloud = Cloud::default();
        let mut put = |id: &str, kind, attributes: Json| {
            let attributes: Map<String, Json> = attributes.as_object().cloned().unwrap();
            cloud.put(id, kind, attributes);
        };
        put(
            NET,
            Kind::VirtualNetwork,
            json!({"address_space": ["10.10.0.0/16", "fd00::/48"]}),
        );
        let subnet = format!("{NET}/subnets/a");
        let group =
            |rules: &Option<Vec<Json>>, id: &str| rules.as_ref().map_or("", |_| id).to_owned();
        put(
            &subnet,
            Kind::Subnet,
            json!({
                "address_prefixes": ["10.10.0.0/24"],
                "network_security_group_id": group(&self.subnet, "subnet-nsg"),
            }),
        );
        for (rules, id) in [(&self.subnet, "subnet-nsg"), (&self.interface, "nic-nsg")] {
            if let Some(rules) = rules {
                put(
                    id,
                    Kind::NetworkSecurityGroup,
                    json!({"security_rule": rules}),
                );
            }
        }
        put(
            "/ip",
            Kind::PublicIp,
            json!({"ip_address": "203.0.113.12", "sku": self.sku}),
        );
        put(
            "/nic",
            Kind::NetworkInterface,
            json!({
                "network_security_group_id": group(&self.interface, "nic-nsg"),
                "ip_configuration": [{
                    "private_ip_address": "10.10.0.5",
                    "subnet_id": subnet,
                    "public_ip_address_id": self.sku.map(|_| "/ip"),
                }],
            }),
        );
        put(
            "/vm",
            Kind::VirtualMachine,
            json!({"network_interface_ids": ["/nic"]}),
        );
        cloud
    }

    fn nft(&self) -> String {
        let cloud = self.cloud();
        filter(&cloud, cloud.get("/vm").unwrap()).nft(&["eth0", "eth1"])
    }

    /// The rules of one chain, without what they count.
    fn chain(&self, chain: &str) -> Vec<String> {
        let start = format!("add rule inet azure {chain} ");
        let text = self.nft();
        let rules = text.lines().filter_map(|line| line.strip_prefix(&start));
        rules.map(|rule| rule.replace("counter ", "")).collect()
    }
}

fn rule(name: &str, priority: u16, access: &str) -> Json {
    json!({
        "name": name, "priority": priority, "access": access, "direction": "Inbound", "protocol": "Tcp",
        "source_port_range": "*", "destination_port_range": "22",
        "source_address_prefix": "*", "destination_address_prefix": "*",
    })
}

fn with(changes: Json) -> Json {
    let mut rule = rule("r", 100, "Allow");
    rule.as_object_mut()
        .unwrap()
        .extend(changes.as_object().cloned().unwrap());
    rule
}

/// What one rule of the subnet's group is, as rules of nftables; the default rules are left out.
fn one(changes: Json) -> Vec<String> {
    let mut rules = Case::subnet(&[with(changes)]).chain("subnet_0");
    rules.truncate(rules.len() - 3);
    let comment = |rule: String| rule.split(" comment").next().unwrap_or_default().to_owned();
    rules.into_iter().map(comment).collect()
}

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
            one(json!({"source_address_prefix": prefix})),
            expected,
            "{prefix}"
        );
    }
    let many = json!({
        "source_address_prefix": "",
        "source_address_prefixes": ["10.10.0.0/17", "Internet", "10.10.128.0/17", "10.10.3.4"],
    });
    assert_eq!(
        one(many),
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
        assert_eq!(one(changes.clone()), [expected], "{changes}");
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
        assert_eq!(one(changes.clone()), [""; 0], "{changes}");
    }
    for changes in [
        json!({"destination_address_prefix": "10.10.0.0/16"}),
        json!({"destination_address_prefix": "VirtualNetwork"}),
        json!({"destination_address_prefix": "", "destination_address_prefixes": ["10.9.0.0/24", "10.10.0.5"]}),
    ] {
        assert_eq!(one(changes.clone()).len(), 1, "{changes}");
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
        assert_eq!(one(changes.clone()), [""; 0], "{changes}");
        let mut deny = changes.clone();
        deny["access"] = "Deny".into();
        let denied = one(deny);
        assert_eq!(denied.len(), 1, "{changes}");
        assert!(denied[0].ends_with("goto refuse"), "{changes}: {denied:?}");
    }
    let half = json!({"destination_port_range": "22,http"});
    assert_eq!(
        one(half.clone()),
        ["meta l4proto tcp th dport { 22 } return"]
    );
    let mut deny = half;
    deny["access"] = "Deny".into();
    assert_eq!(one(deny), ["meta l4proto tcp goto refuse"]);
    assert!(one(json!({"access": "Perhaps"}))[0].ends_with("goto refuse"));
}

#[test]
fn names_never_break_out_of_what_nftables_read() {
    let hostile = "x\" accept comment \"\n}\nflush ruleset; # é\\".repeat(9);
    let mut named = rule(&hostile, 100, "Allow");
    named["source_address_prefix"] = hostile.as_str().into();
    let deny =
        with(json!({"name": hostile, "access": "Deny", "source_address_prefix": "Storage\n}"}));
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
