//! Addresses, CIDR blocks, and from whom a port may be reached.

use super::kinds::role_words;
use super::names::ServerName;
use super::text::{Shaped as _, read_text};
use crate::describer::codes::{LO107, LO109};
use crate::describer::read::{Reader, Wire};
use crate::describer::suggest::short;
use crate::fleet::server::Role;
use crate::yaml::tree::Node;
use ipnet::IpNet;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;
use std::net::IpAddr;

/// A CIDR block with no bits behind its prefix.
#[derive(Debug, Clone, Copy)]
pub(in crate::describer) struct Block(pub(in crate::describer) IpNet);

impl Wire for Block {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let text = read_text(node, reader, "a CIDR block such as `10.10.0.0/16`")?;
        block(text, node, reader).map(Self)
    }
}

/// A block, or the one address that stands for itself.
fn block(text: &str, node: &Node, reader: &mut Reader<'_>) -> Option<IpNet> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(IpNet::from(address));
    }
    let problem = match text.parse::<IpNet>() {
        Ok(net) if net.trunc() == net => return Some(net),
        Ok(net) => (
            format!("`{}` has bits set behind its prefix", short(text)),
            format!("the block is `{}`", net.trunc()),
            format!(
                "write `{}`, or `{}` for the one address",
                net.trunc(),
                IpNet::from(net.addr())
            ),
        ),
        Err(_) => (
            format!("`{}` is not a CIDR block", short(text)),
            "not a CIDR block".to_owned(),
            "write an address, `/` and the length of the prefix, such as `203.0.113.0/24`"
                .to_owned(),
        ),
    };
    reader.report(&LO109, node.range, problem.0, problem.1, problem.2);
    None
}

impl JsonSchema for Block {
    fn schema_name() -> Cow<'static, str> {
        "Block".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A CIDR block, `203.0.113.0/24`, or one address.",
            "pattern": format!("^({})$", block_pattern()),
        })
    }
}

/// One address.
#[derive(Debug, Clone, Copy)]
pub(in crate::describer) struct Address(pub(in crate::describer) IpAddr);

impl Wire for Address {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        const WANTED: &str = "an IP address such as `10.10.0.5`";
        let text = read_text(node, reader, WANTED)?;
        if let Ok(address) = text.parse() {
            return Some(Self(address));
        }
        reader.wrong(node, WANTED);
        None
    }
}

impl JsonSchema for Address {
    fn schema_name() -> Cow<'static, str> {
        "Address".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "An IP address, `10.10.0.5`.",
            "pattern": format!("^({}|{V6})$", v4()),
        })
    }
}

const V6: &str = "(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}\
|(?:(?:[0-9A-Fa-f]{1,4}:){0,6}[0-9A-Fa-f]{1,4})?::(?:(?:[0-9A-Fa-f]{1,4}:){0,6}[0-9A-Fa-f]{1,4})?";

fn v4() -> String {
    let byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    format!("(?:{byte}\\.){{3}}{byte}")
}

/// A block or an address, without the anchors.
fn block_pattern() -> String {
    let (v4, prefix4) = (v4(), "(?:/(?:3[0-2]|[12]?[0-9]))?");
    format!("{v4}{prefix4}|(?:{V6})(?:/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9]))?")
}

/// `from:` as it is written; who a name belongs to is not known yet.
#[derive(Debug, Clone)]
pub(in crate::describer) enum Origin {
    Internet,
    Role(Role),
    Block(IpNet),
    /// A group of the environment, or a server.
    Name(String),
}

impl Wire for Origin {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        const WANTED: &str = "`internet`, a group, a server, `role:` with a role, or a CIDR block";
        let text = read_text(node, reader, WANTED)?;
        if text == "internet" {
            return Some(Self::Internet);
        }
        if let Some(word) = text.strip_prefix("role:") {
            if let Some(role) = Role::from_word(word) {
                return Some(Self::Role(role));
            }
            let (message, label, help) = role_words(word);
            reader.report(
                &LO107,
                node.range,
                message,
                label,
                help.replace("write `", "write `role:"),
            );
            return None;
        }
        if ServerName::SHAPE.fits(text) {
            return Some(Self::Name(text.to_owned()));
        }
        if text.contains('/') || text.parse::<IpAddr>().is_ok() {
            return block(text, node, reader).map(Self::Block);
        }
        reader.wrong(node, WANTED);
        None
    }
}

impl JsonSchema for Origin {
    fn schema_name() -> Cow<'static, str> {
        "Origin".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let roles: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
        let name = ServerName::SHAPE.pattern();
        let name = name.trim_start_matches('^').trim_end_matches('$');
        json_schema!({
            "type": "string",
            "description": "From whom: `internet`, a group of the environment, a server, `role:backend`, or a CIDR block.",
            "pattern": format!("^({name}|role:({})|{})$", roles.join("|"), block_pattern()),
        })
    }
}
