//! Names and other texts of a fixed shape.

use super::text::{Shape, Shaped as _, read_text, texts};
use crate::describer::read::{Reader, Wire};
use crate::fleet::server::Image;
use crate::yaml::tree::Node;
use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

const fn shape(
    first: &'static str,
    inner: &'static str,
    last: &'static str,
    min: usize,
    max: usize,
) -> Shape {
    Shape {
        prefix: "",
        first,
        inner,
        last,
        min,
        max,
    }
}

texts! {
    /// A server's name: also its host name, so letters, digits and hyphens.
    ServerName: "a name of lower-case letters, digits and `-`, at most 63, that starts with a letter",
        shape("a-z", "a-z0-9-", "a-z0-9", 1, 63);
    /// The name of something in Azure.
    AzureName: "a name of letters, digits, `.`, `_` and `-`, at most 80",
        shape("A-Za-z0-9", "A-Za-z0-9._-", "A-Za-z0-9_", 1, 80);
    /// An Azure region: `westeurope` or `West Europe`.
    Location: "an Azure region such as `westeurope`",
        shape("A-Za-z", "A-Za-z0-9 ", "A-Za-z0-9", 2, 40);
    /// An Azure machine size.
    Size: "an Azure size such as `Standard_B2ms`",
        Shape { prefix: "Standard_", first: "A-Z", inner: "A-Za-z0-9_-", last: "A-Za-z0-9", min: 2, max: 40 };
    /// The name of a data disk.
    DiskName: "a name of lower-case letters, digits and `-`, at most 40",
        shape("a-z", "a-z0-9-", "a-z0-9", 1, 40);
    /// A user of Linux.
    UserName: "a user name of lower-case letters, digits, `_` and `-`, at most 32",
        shape("a-z_", "a-z0-9_-", "a-z0-9_-", 1, 32);
    /// What a port is for: the name of its security rule.
    Purpose: "a short name of letters, digits, `.`, `_` and `-`",
        shape("A-Za-z0-9", "A-Za-z0-9._-", "A-Za-z0-9_", 1, 60);
    /// A package of the distribution.
    Package: "the name of a package",
        shape("a-z0-9", "a-z0-9.+_-", "a-z0-9.+", 2, 100);
    /// A container image, `mysql:8.0`.
    ContainerImage: "a container image such as `mysql:8.0`",
        shape("a-z0-9", "A-Za-z0-9._:/@-", "A-Za-z0-9_", 2, 255);
    /// A domain name.
    Domain: "a domain name such as `app.example.org`",
        shape("a-z0-9", "a-z0-9.-", "a-z", 3, 253);
    /// A domain name, or the name of one.
    DomainOrName: "a domain name such as `app.example.org`, or a name of `domains` in `environment.yaml`",
        shape("A-Za-z0-9", "A-Za-z0-9._-", "A-Za-z0-9_", 1, 253);
    /// A path inside a container.
    ContainerPath: "a path such as `/up`",
        Shape { prefix: "/", first: "A-Za-z0-9._", inner: "A-Za-z0-9._/-", last: "A-Za-z0-9._-", min: 1, max: 200 };
    /// A storage account of Azure.
    StorageAccount: "a storage account: 3 to 24 lower-case letters and digits",
        shape("a-z0-9", "a-z0-9", "a-z0-9", 3, 24);
    /// A blob container.
    BlobContainer: "a container: 3 to 63 lower-case letters, digits and `-`",
        shape("a-z0-9", "a-z0-9-", "a-z0-9", 3, 63);
    /// How long metrics are kept: `15d`.
    Retention: "a duration such as `15d`",
        shape("0-9", "0-9", "hdwy", 2, 6);
    /// The code of a finding.
    FindingCode: "the code of a finding such as `LO203`",
        Shape { prefix: "LO", first: "0-9", inner: "0-9", last: "0-9", min: 3, max: 3 };
    /// A database, or a user of one.
    DatabaseName: "a name of letters, digits and `_`, at most 32",
        shape("A-Za-z_", "A-Za-z0-9_", "A-Za-z0-9_", 1, 32);
    /// A setting: an environment variable, or what a domain name is for.
    SettingName: "a name of letters, digits, `_` and `-` that starts with a letter",
        shape("A-Za-z", "A-Za-z0-9_-", "A-Za-z0-9_", 1, 80);
    /// The name of a Compose project.
    ProjectName: "a name of lower-case letters, digits, `_` and `-` that starts with a letter, at most 40",
        shape("a-z", "a-z0-9_-", "a-z0-9", 1, 40);
    /// A variable of a Compose file.
    VariableName: "a name of letters, digits and `_` that does not start with a digit",
        shape("A-Za-z_", "A-Za-z0-9_", "A-Za-z0-9_", 1, 80);
}

/// A Compose file, from the environment's folder on. In a sub-folder, for beside the describers it would be taken for a server.
#[derive(Debug, Clone)]
pub(in crate::describer) struct ComposePath(pub(in crate::describer) String);

impl Wire for ComposePath {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        const WANTED: &str =
            "a file in a sub-folder beside the describers, such as `compose/mailpit.yaml`";
        let text = read_text(node, reader, WANTED)?;
        let stem = text
            .strip_suffix(".yaml")
            .or_else(|| text.strip_suffix(".yml"));
        if stem.is_some_and(|stem| stem.contains('/') && stem.split('/').all(is_path_part)) {
            return Some(Self(text.to_owned()));
        }
        reader.wrong(node, WANTED);
        None
    }
}

/// Nothing hidden, nothing above, no option.
fn is_path_part(part: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    part.bytes().all(inner) && !part.starts_with(['.', '-']) && !part.is_empty()
}

/// The JSON file of a state's backend, beside the describers or below them.
#[derive(Debug)]
pub(in crate::describer) struct StatePath(pub(in crate::describer) String);

impl Wire for StatePath {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        const WANTED: &str = "a JSON file beside the describers, such as `state.json`";
        let text = read_text(node, reader, WANTED)?;
        let stem = text.strip_suffix(".json");
        if stem.is_some_and(|stem| stem.split('/').all(is_path_part)) {
            return Some(Self(text.to_owned()));
        }
        reader.wrong(node, WANTED);
        None
    }
}

impl JsonSchema for StatePath {
    fn schema_name() -> Cow<'static, str> {
        "StatePath".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A JSON file beside the describers, `state.json`.",
            "pattern": "^([A-Za-z0-9_][A-Za-z0-9._-]*/)*[A-Za-z0-9_][A-Za-z0-9._-]*\\.json$",
        })
    }
}

impl JsonSchema for ComposePath {
    fn schema_name() -> Cow<'static, str> {
        "ComposePath".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A Compose file in a sub-folder beside the describers, `compose/mailpit.yaml`.",
            "pattern": "^([A-Za-z0-9_][A-Za-z0-9._-]*/)+[A-Za-z0-9_][A-Za-z0-9._-]*\\.ya?ml$",
        })
    }
}

impl Wire for Image {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        const WANTED: &str = "an image of four parts, `publisher:offer:sku:version`";
        let text = read_text(node, reader, WANTED)?;
        let parts: Vec<&str> = text.split(':').collect();
        let fits = |part: &&str| IMAGE_PART.fits(part);
        match parts.as_slice() {
            [publisher, offer, sku, version] if parts.iter().all(fits) => Some(Self {
                publisher: (*publisher).to_owned(),
                offer: (*offer).to_owned(),
                sku: (*sku).to_owned(),
                version: (*version).to_owned(),
            }),
            _ => {
                reader.wrong(node, WANTED);
                None
            }
        }
    }
}

const IMAGE_PART: Shape = shape("A-Za-z0-9", "A-Za-z0-9._-", "A-Za-z0-9_", 1, 100);

impl JsonSchema for Image {
    fn schema_name() -> Cow<'static, str> {
        "Image".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let part = IMAGE_PART.pattern();
        let part = part.trim_start_matches('^').trim_end_matches('$');
        json_schema!({
            "type": "string",
            "description": "A Marketplace image, `publisher:offer:sku:version`.",
            "pattern": format!("^{part}:{part}:{part}:{part}$"),
        })
    }
}

/// The last day on which something holds.
#[derive(Debug, Clone, Copy)]
pub(in crate::describer) struct Until(pub(in crate::describer) Date);

impl Wire for Until {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        const WANTED: &str = "a date such as `2026-12-31`";
        let text = read_text(node, reader, WANTED)?;
        let date = (text.len() == 10)
            .then(|| text.parse::<Date>().ok())
            .flatten();
        match date {
            Some(date) => Some(Self(date)),
            None => {
                reader.wrong(node, WANTED);
                None
            }
        }
    }
}

impl JsonSchema for Until {
    fn schema_name() -> Cow<'static, str> {
        "Until".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "The last day on which it holds, `2026-12-31`.",
            "format": "date",
            "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        })
    }
}

/// An e-mail address.
#[derive(Debug, Clone)]
pub(in crate::describer) struct Email(pub(in crate::describer) String);

const MAILBOX: Shape = shape("A-Za-z0-9", "A-Za-z0-9.+_-", "A-Za-z0-9_", 1, 64);

impl Wire for Email {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        const WANTED: &str = "an e-mail address";
        let text = read_text(node, reader, WANTED)?;
        if let Some((mailbox, domain)) = text.split_once('@')
            && MAILBOX.fits(mailbox)
            && Domain::SHAPE.fits(domain)
        {
            return Some(Self(text.to_owned()));
        }
        reader.wrong(node, WANTED);
        None
    }
}

impl JsonSchema for Email {
    fn schema_name() -> Cow<'static, str> {
        "Email".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let bare = |shape: &Shape| {
            shape
                .pattern()
                .trim_start_matches('^')
                .trim_end_matches('$')
                .to_owned()
        };
        json_schema!({
            "type": "string",
            "description": "An e-mail address.",
            "pattern": format!("^{}@{}$", bare(&MAILBOX), bare(&Domain::SHAPE)),
        })
    }
}
