//! Rule sets as somebody would write them in Terraform.

use super::random::{Group, Rule, RuleSet, SOURCES};
use std::fmt::Write as _;

const AT_HOME: &str = "location = azurerm_resource_group.rg.location\n  resource_group_name = azurerm_resource_group.rg.name";

/// The machine of a rule set.
pub(super) fn machine(set: &RuleSet) -> String {
    let name = format!("r{}", set.number);
    let mut text = subnet(set) + &groups(set);
    let public = if set.public {
        text += &public_address(&name);
        format!("azurerm_public_ip.{name}.id")
    } else {
        "null".to_owned()
    };
    text += &host(&name, set, &name, &public);
    if set.interface.is_some() {
        text += &guard(&name, &format!("{name}-interface"));
    }
    text
}

/// The machine again for every group of it and every source, the group's other side letting in that source alone:
/// what is let in there is let in by this group from this source, whatever words a report finds for it.
pub(super) fn slices(set: &RuleSet) -> String {
    let mut text = subnet(set) + &groups(set);
    for (side, _) in set.groups() {
        for at in 0..SOURCES.len() {
            let name = slice(set, side, at);
            if side == "subnet" {
                text += &host(
                    &name,
                    set,
                    &format!("r{}", set.number),
                    "azurerm_public_ip.any.id",
                );
                text += &guard(&name, &format!("only-{at}"));
            } else {
                text += &host(
                    &name,
                    set,
                    &format!("only-{at}"),
                    "azurerm_public_ip.any.id",
                );
                text += &guard(&name, &format!("r{}-interface", set.number));
            }
        }
    }
    text
}

pub(super) fn slice(set: &RuleSet, side: &str, source: usize) -> String {
    format!("r{}-{side}-{source}", set.number)
}

/// What all slices use.
pub(super) fn slicers() -> String {
    let mut text = public_address("any");
    for (at, source) in SOURCES.iter().enumerate() {
        let rule = |priority, allow, from: String| Rule {
            priority,
            inbound: true,
            allow,
            protocol: "*",
            from: vec![from],
            to: vec!["*".to_owned()],
            from_ports: "*",
            ports: vec!["*".to_owned()],
            plural: false,
        };
        let only = Group {
            rules: vec![
                rule(100, true, source.to_string()),
                rule(200, false, "*".to_owned()),
            ],
            standalone: false,
        };
        let name = format!("only-{at}");
        text += &group(&name, &only);
        text += &subnet_block(&name, &format!("10.20.25{at}.0/24"));
        text += &guard_subnet(&name, &name);
    }
    text
}

fn subnet(set: &RuleSet) -> String {
    let name = format!("r{}", set.number);
    let mut text = subnet_block(&name, &format!("10.20.{}.0/24", set.number));
    if set.subnet.is_some() {
        text += &guard_subnet(&name, &format!("{name}-subnet"));
    }
    text
}

fn groups(set: &RuleSet) -> String {
    set.groups()
        .map(|(side, one)| group(&format!("r{}-{side}", set.number), one))
        .collect()
}

fn subnet_block(name: &str, block: &str) -> String {
    format!(
        r#"
resource "azurerm_subnet" "{name}" {{
  name                 = "{name}"
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.net.name
  address_prefixes     = ["{block}"]
}}
"#
    )
}

fn guard_subnet(subnet: &str, group: &str) -> String {
    format!(
        r#"
resource "azurerm_subnet_network_security_group_association" "{subnet}" {{
  subnet_id                 = azurerm_subnet.{subnet}.id
  network_security_group_id = azurerm_network_security_group.{group}.id
}}
"#
    )
}

fn guard(interface: &str, group: &str) -> String {
    format!(
        r#"
resource "azurerm_network_interface_security_group_association" "{interface}" {{
  network_interface_id      = azurerm_network_interface.{interface}.id
  network_security_group_id = azurerm_network_security_group.{group}.id
}}
"#
    )
}

fn public_address(name: &str) -> String {
    format!(
        r#"
resource "azurerm_public_ip" "{name}" {{
  name = "{name}"
  {AT_HOME}
  allocation_method = "Static"
  sku               = "Standard"
}}
"#
    )
}

fn host(name: &str, set: &RuleSet, subnet: &str, public: &str) -> String {
    let private = set.private;
    let second = set.second.map_or_else(String::new, |second| {
        format!(
            r#"
  ip_configuration {{
    name                          = "second"
    subnet_id                     = azurerm_subnet.{subnet}.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "{second}"
  }}"#
        )
    });
    format!(
        r#"
resource "azurerm_network_interface" "{name}" {{
  name = "{name}"
  {AT_HOME}
  ip_configuration {{
    name                          = "primary"
    subnet_id                     = azurerm_subnet.{subnet}.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "{private}"
    public_ip_address_id          = {public}
    primary                       = true
  }}{second}
}}
resource "azurerm_linux_virtual_machine" "{name}" {{
  name = "{name}"
  {AT_HOME}
  size                  = "Standard_B2s"
  admin_username        = "ops"
  network_interface_ids = [azurerm_network_interface.{name}.id]
  admin_ssh_key {{
    username   = "ops"
    public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA x"
  }}
  os_disk {{
    caching              = "ReadWrite"
    storage_account_type = "Standard_LRS"
  }}
  source_image_reference {{
    publisher = "Canonical"
    offer     = "ubuntu-24_04-lts"
    sku       = "server"
    version   = "latest"
  }}
}}
"#
    )
}

fn group(name: &str, group: &Group) -> String {
    let mut text = format!(
        "\nresource \"azurerm_network_security_group\" \"{name}\" {{\n  name = \"{name}\"\n  {AT_HOME}\n"
    );
    let mut apart = String::new();
    for (at, rule) in group.rules.iter().enumerate() {
        let arguments = arguments(&format!("rule {at}"), rule);
        if group.standalone {
            let _ = writeln!(
                apart,
                "\nresource \"azurerm_network_security_rule\" \"{name}-{at}\" {{\n{arguments}  \
                 resource_group_name         = azurerm_resource_group.rg.name\n  \
                 network_security_group_name = azurerm_network_security_group.{name}.name\n}}"
            );
        } else {
            let _ = writeln!(text, "  security_rule {{\n{arguments}  }}");
        }
    }
    text + "}\n" + &apart
}

fn arguments(name: &str, rule: &Rule) -> String {
    let either = |one: &str, values: &[String]| match values {
        [value] if !rule.plural => format!("    {one} = \"{value}\"\n"),
        values => format!(
            "    {one}{} = {values:?}\n",
            if one.ends_with('x') { "es" } else { "s" }
        ),
    };
    format!(
        "    name = \"{name}\"\n    priority = {}\n    direction = \"{}\"\n    access = \"{}\"\n    protocol = \"{}\"\n    \
         source_port_range = \"{}\"\n{}{}{}",
        rule.priority,
        if rule.inbound { "Inbound" } else { "Outbound" },
        if rule.allow { "Allow" } else { "Deny" },
        rule.protocol,
        rule.from_ports,
        either("source_address_prefix", &rule.from),
        either("destination_address_prefix", &rule.to),
        either("destination_port_range", &rule.ports),
    )
}
