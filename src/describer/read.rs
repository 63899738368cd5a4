//! Walks a tree of nodes against the shape that is expected, and reports all that does not fit.

use super::codes::{LO103, LO104, LO105, LO110, LO114};
use super::suggest::{nearest, short};
use crate::finding::{Finding, Meta};
use crate::fleet::words::and_list;
use crate::source::{FileId, Located, Span};
use crate::yaml::tree::{Key, Kind, Node, Range};
use std::collections::BTreeSet;

/// One file while it is read.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    pub(super) findings: Vec<Finding>,
    /// Values that are reported as secrets already, where they are used and where they are written.
    pub(super) secrets: BTreeSet<Range>,
    /// The key whose value is being read; empty at the top.
    key: &'static str,
    /// Where to point when something is missing here.
    at: Range,
}

/// What can be read from a node. `None` when it could not; that is reported then.
pub(super) trait Wire: Sized {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self>;
}

/// A key that must be there; `None` when it is not or is wrong, which is reported.
#[derive(Debug)]
pub(super) struct Need<T>(pub(super) Option<Located<T>>);

/// A key that may be there, or be left without a value.
pub(super) type Maybe<T> = Option<Located<T>>;

/// How a record takes one of its keys.
pub(super) trait Field: Sized {
    fn take(entries: &[(Key, Node)], key: &'static str, reader: &mut Reader<'_>) -> Self;
}

impl<T: Wire> Field for Need<T> {
    fn take(entries: &[(Key, Node)], key: &'static str, reader: &mut Reader<'_>) -> Self {
        match entries.iter().find(|(name, _)| name.name == key) {
            Some((name, node)) => Self(reader.value(key, name, node)),
            None => {
                let inside = reader.inside();
                reader.report(
                    &LO104,
                    reader.at,
                    format!("missing key `{key}`{inside}"),
                    format!("`{key}` is missing here"),
                    format!("add `{key}:`"),
                );
                Self(None)
            }
        }
    }
}

impl<T: Wire> Field for Maybe<T> {
    fn take(entries: &[(Key, Node)], key: &'static str, reader: &mut Reader<'_>) -> Self {
        entries
            .iter()
            .find(|(name, _)| name.name == key)
            .filter(|(_, node)| !matches!(node.kind, Kind::Null))
            .and_then(|(name, node)| reader.value(key, name, node))
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: FileId, text: &'a str) -> Self {
        Self {
            file,
            text,
            findings: Vec::new(),
            secrets: BTreeSet::new(),
            key: "",
            at: Range { start: 0, end: 0 },
        }
    }

    pub(super) fn span(&self, range: Range) -> Span {
        self.file.span(range.start, range.end)
    }

    /// The text of a scalar as it was written, whatever YAML makes of it.
    pub(super) fn raw(&self, node: &Node) -> &'a str {
        self.text
            .get(node.text.start..node.text.end)
            .unwrap_or_default()
    }

    pub(super) fn key(&self) -> &'static str {
        self.key
    }

    pub(super) fn report(
        &mut self,
        meta: &'static Meta,
        range: Range,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        // Nothing else that is wrong with a secret may quote it.
        if self.secrets.contains(&range) && meta.code != LO110.code && meta.code != LO114.code {
            return;
        }
        let span = self.span(range);
        self.findings
            .push(Finding::new(meta, message).at(span, label).help(help));
    }

    /// Reads a whole document.
    pub(super) fn document<T: Wire>(&mut self, node: &Node) -> Option<T> {
        self.at = first_key(node).unwrap_or(Range {
            start: node.range.start,
            end: node.range.start,
        });
        T::read(node, self)
    }

    /// Reads the value of one key.
    fn value<T: Wire>(&mut self, key: &'static str, name: &Key, node: &Node) -> Option<Located<T>> {
        let (outer_key, outer_at) = (self.key, self.at);
        (self.key, self.at) = (key, name.range);
        let value = T::read(node, self);
        (self.key, self.at) = (outer_key, outer_at);
        value.map(|value| Located::new(value, self.span(node.range)))
    }

    /// Reads one of several values under the same key.
    pub(super) fn item<T: Wire>(&mut self, node: &Node) -> Option<Located<T>> {
        let outer = self.at;
        self.at = first_key(node).unwrap_or(node.range);
        let value = T::read(node, self);
        self.at = outer;
        value.map(|value| Located::new(value, self.span(node.range)))
    }

    /// A value of the wrong kind, or one that its key does not take.
    pub(super) fn wrong(&mut self, node: &Node, wanted: &str) {
        let found = self.describe(node);
        let takes = if self.key.is_empty() {
            format!("a describer is {wanted}, not {found}")
        } else {
            format!("`{}` takes {wanted}, not {found}", self.key)
        };
        let range = match node.kind {
            Kind::Map(_) | Kind::List(_) | Kind::Null if !self.key.is_empty() => self.at,
            _ => node.range,
        };
        self.report(
            &LO104,
            range,
            takes,
            format!("not {wanted}"),
            format!("write {wanted}"),
        );
    }

    /// A list that needs an item.
    pub(super) fn too_short(&mut self, node: &Node) {
        let message = format!(
            "`{}` takes a list with at least one item, not a list without items",
            self.key
        );
        self.report(&LO104, node.range, message, "empty", "add an item");
    }

    fn describe(&self, node: &Node) -> String {
        match &node.kind {
            Kind::Null => "nothing".to_owned(),
            Kind::Bool(value) => format!("`{value}`"),
            Kind::Integer(value) => format!("the number `{value}`"),
            Kind::Float => format!("the number `{}`", short(self.raw(node))),
            Kind::Text(text) if text.is_empty() => "an empty text".to_owned(),
            Kind::Text(text) => format!("`{}`", short(text)),
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a mapping".to_owned(),
        }
    }

    /// The entries of a mapping; `keys` are those that it takes, in their usual order.
    pub(super) fn record<'n>(
        &mut self,
        node: &'n Node,
        keys: &[&str],
    ) -> Option<&'n [(Key, Node)]> {
        let entries = self.entries(node)?;
        for (key, _) in entries {
            if !keys.contains(&key.name.as_str()) {
                self.unknown_key(key, keys);
            }
        }
        Some(entries)
    }

    /// The entries of a mapping with any keys; a key that stands twice is reported.
    pub(super) fn entries<'n>(&mut self, node: &'n Node) -> Option<&'n [(Key, Node)]> {
        let Kind::Map(entries) = &node.kind else {
            self.wrong(node, "a mapping of keys to values");
            return None;
        };
        let mut seen = std::collections::BTreeMap::new();
        for (key, _) in entries {
            if let Some(first) = seen.insert(key.name.as_str(), key.range) {
                let finding = Finding::new(
                    &LO105,
                    format!("the key `{}` stands twice{}", key.name, self.inside()),
                )
                .at(self.span(key.range), "again here")
                .related(self.span(first), "first here")
                .help("keep one of the two");
                self.findings.push(finding);
            }
        }
        Some(entries)
    }

    fn unknown_key(&mut self, key: &Key, keys: &[&str]) {
        let inside = self.inside();
        let message = format!("unknown key `{}`{inside}", short(&key.name));
        let (label, help) = match nearest(&key.name, keys.iter().copied()) {
            Some(near) => (
                format!("did you mean `{near}`?"),
                format!("write `{near}`, or remove the key"),
            ),
            None => {
                let known: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
                (
                    "means nothing here".to_owned(),
                    format!("remove it; the keys here are {}", and_list(&known)),
                )
            }
        };
        self.report(&LO103, key.range, message, label, help);
    }

    fn inside(&self) -> String {
        if self.key.is_empty() {
            String::new()
        } else {
            format!(" in `{}`", self.key)
        }
    }
}

fn first_key(node: &Node) -> Option<Range> {
    match &node.kind {
        Kind::Map(entries) => entries.first().map(|(key, _)| key.range),
        _ => None,
    }
}

/// Declares a mapping with known keys: the type, how it is read, and its JSON Schema.
macro_rules! record {
    ($($(#[$meta:meta])* $name:ident { $($(#[$about:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        #[allow(clippy::struct_field_names, reason = "fields are the keys of the file")]
        pub(in crate::describer) struct $name { $($(#[$about])* pub(in crate::describer) $field: $type,)* }

        impl $crate::describer::read::Wire for $name {
            fn read(
                node: &$crate::yaml::tree::Node,
                reader: &mut $crate::describer::read::Reader<'_>,
            ) -> Option<Self> {
                let entries = reader.record(node, &[$($crate::describer::read::key_of(stringify!($field))),*])?;
                Some(Self {
                    $($field: $crate::describer::read::Field::take(
                        entries,
                        $crate::describer::read::key_of(stringify!($field)),
                        reader,
                    ),)*
                })
            }
        }
    )*};
}
pub(super) use record;

/// `for` is a word of Rust and stands in the source as `r#for`.
pub(super) fn key_of(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}
