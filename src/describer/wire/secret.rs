//! Secrets by name, and settings that may be one.

use crate::describer::codes::LO110;
use crate::describer::read::{Reader, Wire};
use crate::describer::secrets;
use crate::describer::suggest::short;
use crate::fleet::server::Setting;
use crate::yaml::tree::{Kind, Node};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

/// `secret:NAME`: the name of an environment variable.
#[derive(Debug, Clone)]
pub(in crate::describer) struct SecretName(pub(in crate::describer) String);

const PATTERN: &str = "^secret:(?!RESERVED)[A-Z_][A-Z0-9_]{0,126}$";

/// How names begin that are lostops' own, the workflow's or the system's, and such names that are whole. Their values go
/// to no server, and Ansible, which is given every secret, must not be led by one.
const RESERVED: &[&str] = &[
    "ACTIONS_", "ANSIBLE_", "ARM_", "GITHUB_", "INPUT_", "LC_", "LD_", "LOSTOPS_", "PIP_",
    "PYTHON", "RUNNER_", "TF_",
];
const RESERVED_WHOLE: &[&str] = &[
    "DOCKER_HOST",
    "HOME",
    "LANG",
    "PATH",
    "SSH_AGENT_PID",
    "SSH_ASKPASS",
    "SSH_AUTH_SOCK",
    "TMPDIR",
];

fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|start| name.starts_with(start)) || RESERVED_WHOLE.contains(&name)
}

fn pattern() -> String {
    let whole = RESERVED_WHOLE.iter().map(|name| format!("{name}$"));
    let starts = RESERVED.iter().map(ToString::to_string);
    PATTERN.replace(
        "RESERVED",
        &starts.chain(whole).collect::<Vec<_>>().join("|"),
    )
}

/// Why a name is none.
enum Wrong {
    IllFormed,
    Reserved,
}

/// `NAME` of `secret:NAME`; `None` when the text is none, an error when no secret can have that name.
fn secret_name(text: &str) -> Option<Result<&str, Wrong>> {
    let name = text.strip_prefix("secret:")?;
    if is_reserved(name) {
        return Some(Err(Wrong::Reserved));
    }
    let fits = (1..=127).contains(&name.len())
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    Some(if fits {
        Ok(name)
    } else {
        Err(Wrong::IllFormed)
    })
}

fn refuse(node: &Node, text: &str, wrong: &Wrong, reader: &mut Reader<'_>) {
    let (what, label) = match wrong {
        Wrong::IllFormed => (
            "names no environment variable",
            "not a name of capital letters, digits and `_`",
        ),
        Wrong::Reserved => (
            "names a variable that is not for servers",
            "it belongs to lostops, the workflow or the system",
        ),
    };
    reader.report(
        &LO110,
        node.range,
        format!("`{}` {what}", short(text)),
        label,
        "write `secret:NAME`, such as `secret:MYSQL_PASSWORD`",
    );
}

impl Wire for SecretName {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Text(text) => match secret_name(text) {
                Some(Ok(name)) => return Some(Self(name.to_owned())),
                Some(Err(wrong)) => refuse(node, text, &wrong, reader),
                None => secrets::in_clear(node, reader.key(), reader),
            },
            Kind::Bool(_) | Kind::Integer(_) | Kind::Float => {
                secrets::in_clear(node, reader.key(), reader);
            }
            _ => reader.wrong(node, "`secret:NAME`"),
        }
        None
    }
}

impl JsonSchema for SecretName {
    fn schema_name() -> Cow<'static, str> {
        "SecretName".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "`secret:NAME`: the name of the environment variable that holds the secret.",
            "pattern": pattern(),
        })
    }
}

impl Wire for Setting {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Text(text) => match secret_name(text) {
                Some(Ok(name)) => Some(Self::Secret(name.to_owned())),
                Some(Err(wrong)) => {
                    refuse(node, text, &wrong, reader);
                    None
                }
                None => Some(Self::Plain(text.clone())),
            },
            // As it is written, so that a version `1.10` stays one.
            Kind::Bool(_) | Kind::Integer(_) | Kind::Float => {
                Some(Self::Plain(reader.raw(node).to_owned()))
            }
            _ => {
                reader.wrong(node, "a text, a number, a switch or `secret:NAME`");
                None
            }
        }
    }
}

impl JsonSchema for Setting {
    fn schema_name() -> Cow<'static, str> {
        "Setting".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A value, or `secret:NAME` for the environment variable that holds it.",
            "anyOf": [
                { "type": ["number", "boolean"] },
                { "type": "string", "pattern": format!("{}|^(?!secret:)", pattern()) },
            ],
        })
    }
}
