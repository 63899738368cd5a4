//! Facts of the types that make up a network.

use super::Values;
use crate::terraform::plan::fact::{
    Association, Fact, Group, Interface, IpConfiguration, Link, Network, Path, PublicAddress,
    StandaloneRule, Subnet, Tie,
};
use crate::terraform::plan::rule::{self, Rule};

pub(super) fn fact(kind: &str, values: Values<'_, '_>, created: bool) -> Option<Fact> {
    Some(match kind {
        "azurerm_network_security_group" => Fact::Group(group(values, created)),
        "azurerm_network_security_rule" => Fact::Rule(StandaloneRule {
            rule: rule(values),
            resource_group: values.text("resource_group_name"),
            group: values.text("network_security_group_name"),
        }),
        "azurerm_network_interface" => Fact::Interface(interface(values)),
        "azurerm_subnet" => Fact::Subnet(subnet(values)),
        "azurerm_virtual_network" => Fact::Network(network(values)),
        "azurerm_public_ip" => Fact::PublicAddress(public_address(values)),
        "azurerm_application_security_group" => Fact::SecurityMembers(values.named()),
        "azurerm_virtual_network_peering"
        | "azurerm_virtual_network_gateway"
        | "azurerm_virtual_network_gateway_connection"
        | "azurerm_virtual_hub_connection"
        | "azurerm_express_route_gateway" => Fact::Beyond,
        "azurerm_network_interface_security_group_association" => tie(
            values,
            Tie::InterfaceGroup,
            "network_interface_id",
            "network_security_group_id",
        ),
        "azurerm_subnet_network_security_group_association" => tie(
            values,
            Tie::SubnetGroup,
            "subnet_id",
            "network_security_group_id",
        ),
        "azurerm_network_interface_application_security_group_association" => tie(
            values,
            Tie::InterfaceMembers,
            "network_interface_id",
            "application_security_group_id",
        ),
        "azurerm_network_interface_backend_address_pool_association" => tie(
            values,
            Tie::InterfacePool,
            "network_interface_id",
            "backend_address_pool_id",
        ),
        "azurerm_network_interface_nat_rule_association" => tie(
            values,
            Tie::InterfaceTranslation,
            "network_interface_id",
            "nat_rule_id",
        ),
        _ => return None,
    })
}

fn rule(block: Values<'_, '_>) -> Rule {
    let mut rule = rule::read(block.values, block.unknown, block.sensitive);
    // Most rules name one peer at each end, and large plans have very many rules.
    rule.from.shrink_to_fit();
    rule.to.shrink_to_fit();
    rule
}

fn tie(values: Values<'_, '_>, kind: Tie, left: &'static str, right: &'static str) -> Fact {
    Fact::Association(Association {
        kind,
        left: values.own_link(left),
        right: values.own_link(right),
    })
}

fn group(values: Values<'_, '_>, created: bool) -> Group {
    let rules = (!values.member("security_rule").unknown.is_true()).then(|| {
        let blocks = values.blocks("security_rule");
        blocks.map(rule).collect()
    });
    Group {
        named: values.named(),
        rules,
        created,
    }
}

/// An interface, or the block of a scale set that describes one.
pub(super) fn interface(values: Values<'_, '_>) -> Interface {
    let mut addresses = values.addresses("private_ip_addresses");
    addresses.extend(values.address("private_ip_address"));
    let configurations: Vec<_> = values
        .blocks("ip_configuration")
        .enumerate()
        .map(|(index, block)| ip_configuration(block, index))
        .collect();
    addresses.extend(configurations.iter().filter_map(|one| one.address));
    // The provider copies an address that is sensitive to where it is not marked.
    let is_secret = |block: Values<'_, '_>| block.sensitive.mark("private_ip_address").is_marked();
    if values.blocks("ip_configuration").any(is_secret) {
        addresses.clear();
    }
    addresses.sort_unstable();
    addresses.dedup();
    Interface {
        named: values.named(),
        group: values.own_link("network_security_group_id"),
        addresses,
        configurations,
    }
}

fn ip_configuration(block: Values<'_, '_>, index: usize) -> IpConfiguration {
    let path = |attribute| Path::of(attribute).within("ip_configuration", index);
    IpConfiguration {
        subnet: block.link("subnet_id", path("subnet_id")),
        public: block.link("public_ip_address_id", path("public_ip_address_id")),
        own_public: block.values.get("public_ip_address").items().len()
            + block
                .values
                .get("public_ip_address_configuration")
                .items()
                .len()
            > 0,
        address: block.address("private_ip_address"),
        members_of: block.links(
            "application_security_group_ids",
            path("application_security_group_ids"),
        ),
        pools: block.links(
            "load_balancer_backend_address_pool_ids",
            path("load_balancer_backend_address_pool_ids"),
        ),
        translations: block.links(
            "load_balancer_inbound_nat_rules_ids",
            path("load_balancer_inbound_nat_rules_ids"),
        ),
    }
}

fn subnet(values: Values<'_, '_>) -> Subnet {
    Subnet {
        named: values.named(),
        network: values.text("virtual_network_name"),
        ranges: values.ranges("address_prefix", "address_prefixes"),
        // Computed by some versions: what is not known is then said by the association.
        group: match values.own_link("network_security_group_id") {
            Link::Unknown(_) => Link::None,
            link => link,
        },
    }
}

fn network(values: Values<'_, '_>) -> Network {
    let subnets = if values.member("subnet").unknown.is_true() {
        Vec::new()
    } else {
        values
            .blocks("subnet")
            .enumerate()
            .map(|(index, block)| {
                let path = Path::of("security_group").within("subnet", index);
                Subnet {
                    named: block.named(),
                    network: values.text("name"),
                    ranges: block.ranges("address_prefix", "address_prefixes"),
                    group: block.link("security_group", path),
                }
            })
            .collect()
    };
    Network {
        named: values.named(),
        space: values.ranges("", "address_space"),
        subnets,
    }
}

fn public_address(values: Values<'_, '_>) -> PublicAddress {
    PublicAddress {
        named: values.named(),
        basic: values
            .text("sku")
            .map(|sku| sku.eq_ignore_ascii_case("basic")),
        address: values.address("ip_address"),
    }
}
