//! Words of a fixed list, switches and numbers.

use crate::describer::codes::LO107;
use crate::describer::read::{Reader, Wire};
use crate::describer::suggest::{nearest, short};
use crate::fleet::policy::{Must, Operation, Verdict};
use crate::fleet::port::Protocol;
use crate::fleet::server::{Ownership, PowerState, Role};
use crate::fleet::words::or_list;
use crate::yaml::tree::{Kind, Node};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

impl Wire for bool {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.kind {
            Kind::Bool(value) => Some(value),
            _ => {
                reader.wrong(node, "`true` or `false`");
                None
            }
        }
    }
}

/// Declares whole numbers of a range: the type, how it is read, and its JSON Schema.
macro_rules! numbers {
    ($($(#[doc = $about:literal])* $name:ident($type:ty): $min:literal to $max:literal;)*) => {$(
        $(#[doc = $about])*
        #[derive(Debug, Clone, Copy)]
        pub(in crate::describer) struct $name(pub(in crate::describer) $type);

        impl Wire for $name {
            fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
                if let Kind::Integer(value) = node.kind
                    && ($min..=$max).contains(&value)
                    && let Ok(value) = <$type>::try_from(value)
                {
                    return Some(Self(value));
                }
                reader.wrong(node, concat!("a whole number from ", $min, " to ", $max));
                None
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "integer", "minimum": $min, "maximum": $max })
            }
        }
    )*};
}

numbers! {
    /// The place of a data disk on its machine.
    Lun(u8): 0 to 63;
    /// A disk's size in GiB; the ceiling is that of Azure's managed disks.
    Gigabytes(u32): 1 to 32767;
    /// A port inside a container.
    PortNumber(u16): 1 to 65535;
    /// How long something is kept.
    Days(u16): 1 to 3650;
}

/// Picks one of a list of words, or reports them all.
fn choose<T: Copy>(node: &Node, reader: &mut Reader<'_>, choices: &[(&str, T)]) -> Option<T> {
    if let Kind::Text(text) = &node.kind
        && let Some((_, value)) = choices.iter().find(|(word, _)| word == text)
    {
        return Some(*value);
    }
    let words: Vec<String> = choices
        .iter()
        .map(|(word, _)| format!("`{word}`"))
        .collect();
    reader.wrong(node, &or_list(&words));
    None
}

/// Gives a type of the fleet its words in describers: how it is read, and its JSON Schema.
macro_rules! words {
    ($($(#[doc = $about:literal])* $type:ident { $($(#[doc = $meaning:literal])* $value:path = $word:literal,)* })*) => {$(
        impl Wire for $type {
            fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
                choose(node, reader, &[$(($word, $value)),*])
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "description": concat!($($about),*).trim(),
                    "oneOf": [$({ "const": $word, "description": concat!($($meaning),*).trim() }),*],
                })
            }
        }
    )*};
}

/// `tls: required`, the only word there is.
#[derive(Debug, Clone, Copy)]
pub(in crate::describer) enum TlsWord {
    Required,
}

words! {
    /// Whose the machine's nature is.
    Ownership {
        /// It exists already: lostops uses it and never changes what it is.
        Ownership::Adopted = "adopted",
        /// Terraform creates, changes and destroys it.
        Ownership::Managed = "managed",
    }
    /// What the server is to be.
    PowerState {
        /// Started.
        PowerState::Running = "running",
        /// Deallocated: not billed, disks kept.
        PowerState::Stopped = "stopped",
        /// Destroyed; managed servers only.
        PowerState::Absent = "absent",
    }
    /// What carries the port.
    Protocol {
        /// The default.
        Protocol::Tcp = "tcp",
        /// Datagrams.
        Protocol::Udp = "udp",
    }
    /// Whether connections must be encrypted.
    TlsWord {
        /// Connections without TLS must fail.
        TlsWord::Required = "required",
    }
    /// What must be true of the port beside who reaches it.
    Must {
        /// It speaks TLS and nothing else.
        Must::Tls = "tls",
        /// It answers with a redirect to HTTPS and nothing else.
        Must::RedirectToHttps = "redirect-to-https",
    }
    /// Whether the team may do it without a grant.
    Verdict {
        /// It may.
        Verdict::Allow = "allow",
        /// Only with a grant.
        Verdict::Deny = "deny",
    }
    /// A change of what a machine is, or of whether it runs.
    Operation {
        /// Make the machine.
        Operation::Create = "create",
        /// Remove the machine.
        Operation::Destroy = "destroy",
        /// Change its size.
        Operation::Resize = "resize",
        /// Make it anew, from another image or for another reason.
        Operation::Reimage = "reimage",
        /// Change a disk.
        Operation::Disk = "disk",
        /// Start it.
        Operation::Start = "start",
        /// Stop it.
        Operation::Stop = "stop",
    }
}

impl Wire for Role {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Text(text) => Self::from_word(text).or_else(|| {
                unknown_role(reader, text, node);
                None
            }),
            _ => {
                reader.wrong(node, "a role");
                None
            }
        }
    }
}

/// Reports a role that is not there.
pub(in crate::describer) fn unknown_role(reader: &mut Reader<'_>, text: &str, node: &Node) {
    let (message, label, help) = role_words(text);
    reader.report(&LO107, node.range, message, label, help);
}

/// Message, label and help for a role that is not there.
pub(in crate::describer) fn role_words(text: &str) -> (String, String, String) {
    let words: Vec<String> = Role::ALL
        .iter()
        .map(|role| format!("`{}`", role.word()))
        .collect();
    let label = match nearest(text, Role::ALL.iter().map(|role| role.word())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "no such role".to_owned(),
    };
    (
        format!("unknown role `{}`", short(text)),
        label,
        format!("write {}", or_list(&words)),
    )
}

impl JsonSchema for Role {
    fn schema_name() -> Cow<'static, str> {
        "Role".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = Self::ALL.iter().map(|role| role.word()).collect();
        json_schema!({ "type": "string", "description": "What the server is for.", "enum": words })
    }
}
