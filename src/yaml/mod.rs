//! YAML text becomes a tree. The only file that knows which YAML library is used.
//!
//! The parser's events are taken as they come, not through serde: serde ends at the first error of a file, and
//! costs twice the parsing itself.

pub(crate) mod tree;

use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Span, Tag};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use tree::{Key, Kind, Node, Range, Refusal};

/// Deeper than any describer, and shallow enough for a thread's stack.
const MAX_DEPTH: usize = 32;
/// Far beyond any describer of 1 MiB; an alias counts as what it stands for.
const MAX_NODES: usize = 100_000;

/// Reads one document; no document at all is `Null`.
pub(crate) fn parse(text: &str) -> Result<Node, Refusal> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| scan_error(text, &error))?;
        builder.event(event, range(span))?;
    }
    let nothing = Range { start: 0, end: 0 };
    Ok(builder.root.unwrap_or(Node {
        kind: Kind::Null,
        range: nothing,
        text: nothing,
    }))
}

/// A list or mapping that is not complete yet.
struct Open {
    kind: Kind,
    range: Range,
    anchor: usize,
    /// The key that waits for its value.
    key: Option<Key>,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
    /// By the library's number; only what aliases may stand for.
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
    documents: usize,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, at: Range) -> Result<(), Refusal> {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(refuse("it holds more than one document", at));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let kind = scalar(text, style, tag.as_deref(), at)?;
                self.count(1, at)?;
                self.complete(
                    Node {
                        kind,
                        range: at,
                        text: at,
                    },
                    anchor,
                )?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.start(Kind::List(Vec::new()), anchor, tag.as_deref(), at)?;
            }
            Event::MappingStart(_, anchor, tag) => {
                self.start(Kind::Map(Vec::new()), anchor, tag.as_deref(), at)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(at)?,
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor) else {
                    return Err(refuse("an alias stands inside of what it stands for", at));
                };
                let size = node.size();
                let node = Node {
                    range: at,
                    ..node.clone()
                };
                self.count(size, at)?;
                self.complete(node, 0)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn count(&mut self, nodes: usize, at: Range) -> Result<(), Refusal> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            return Err(refuse(
                "it is larger than any describer, or its aliases expand without measure",
                at,
            ));
        }
        Ok(())
    }

    fn start(
        &mut self,
        kind: Kind,
        anchor: usize,
        tag: Option<&Tag>,
        at: Range,
    ) -> Result<(), Refusal> {
        untagged(tag, &["seq", "map"], at)?;
        if self.open.len() >= MAX_DEPTH {
            return Err(refuse(
                format!("it nests deeper than {MAX_DEPTH} levels"),
                at,
            ));
        }
        self.count(1, at)?;
        self.open.push(Open {
            kind,
            range: at,
            anchor,
            key: None,
        });
        Ok(())
    }

    fn end(&mut self, at: Range) -> Result<(), Refusal> {
        let Some(mut open) = self.open.pop() else {
            return Ok(());
        };
        // A block has no end of its own: it is from its first entry to the end of its last.
        let range = match &mut open.kind {
            Kind::List(items) => match (items.first(), items.last()) {
                (Some(first), Some(last)) => first.range.to(last.range),
                _ => open.range.to(at),
            },
            Kind::Map(entries) => {
                merge(entries);
                match (entries.first(), entries.last()) {
                    (Some((first, _)), Some((_, last))) => first.range.to(last.range),
                    _ => open.range.to(at),
                }
            }
            _ => open.range,
        };
        self.complete(
            Node {
                kind: open.kind,
                range,
                text: range,
            },
            open.anchor,
        )
    }

    /// Puts a whole node where it belongs.
    fn complete(&mut self, node: Node, anchor: usize) -> Result<(), Refusal> {
        if anchor != 0 {
            self.count(node.size(), node.range)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match (&mut open.kind, open.key.take()) {
            (Kind::Map(entries), Some(key)) => entries.push((key, node)),
            (Kind::Map(_), None) => open.key = Some(key(node)?),
            (Kind::List(items), _) => items.push(node),
            _ => {}
        }
        Ok(())
    }
}

fn key(node: Node) -> Result<Key, Refusal> {
    let name = match node.kind {
        Kind::Text(text) => text,
        Kind::Integer(number) => number.to_string(),
        Kind::Bool(value) => value.to_string(),
        Kind::Null | Kind::Float | Kind::List(_) | Kind::Map(_) => {
            return Err(refuse("a key must be a text", node.range));
        }
    };
    Ok(Key {
        name,
        range: node.range,
    })
}

/// `<<: *defaults` adds the entries that the mapping does not have itself.
fn merge(entries: &mut Vec<(Key, Node)>) {
    let Some(at) = entries.iter().position(|(key, value)| {
        key.name == "<<" && matches!(value.kind, Kind::Map(_) | Kind::List(_))
    }) else {
        return;
    };
    let (_, value) = entries.remove(at);
    let maps = match value.kind {
        Kind::List(items) => items,
        kind => vec![Node { kind, ..value }],
    };
    let mut own: BTreeSet<String> = entries.iter().map(|(key, _)| key.name.clone()).collect();
    for map in maps {
        let Kind::Map(inherited) = map.kind else {
            continue;
        };
        for (key, value) in inherited {
            if own.insert(key.name.clone()) {
                entries.push((key, value));
            }
        }
    }
}

fn scalar(
    text: Cow<'_, str>,
    style: ScalarStyle,
    tag: Option<&Tag>,
    at: Range,
) -> Result<Kind, Refusal> {
    untagged(tag, &["str", "int", "float", "bool", "null"], at)?;
    let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
    Ok(match style {
        ScalarStyle::Plain if !is_text => Kind::plain(&text),
        _ => Kind::Text(text.into_owned()),
    })
}

fn untagged(tag: Option<&Tag>, known: &[&str], at: Range) -> Result<(), Refusal> {
    match tag {
        Some(tag) if !known.iter().any(|name| tag.is_yaml_core_schema_tag(name)) => Err(refuse(
            format!("the tag `{}` means nothing here", tag.original()),
            at,
        )),
        _ => Ok(()),
    }
}

fn refuse(message: impl Into<String>, range: Range) -> Refusal {
    Refusal {
        message: message.into(),
        range,
    }
}

fn range(span: Span) -> Range {
    let bytes = span.byte_range().unwrap_or_default();
    Range {
        start: bytes.start,
        end: bytes.end.max(bytes.start),
    }
}

fn scan_error(text: &str, error: &ScanError) -> Refusal {
    let marker = error.marker();
    let start = marker
        .byte_offset()
        .unwrap_or_else(|| text.chars().take(marker.index()).map(char::len_utf8).sum());
    let mut start = start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let before = &text[..start];
    let line = before.rsplit('\n').next().unwrap_or_default();
    let rest = text[start..].lines().next().unwrap_or_default();
    let indent = line.len() + rest.len() - rest.trim_start().len();
    // The library points behind the tab, or at it.
    let indentation = &text[start - line.len()..start - line.len() + indent.max(line.len())];
    if let Some(tab) = indentation
        .find('\t')
        .filter(|_| indentation.trim().is_empty())
    {
        let tab = start - line.len() + tab;
        return refuse(
            "a tab indents this line",
            Range {
                start: tab,
                end: tab + 1,
            },
        );
    }
    refuse(error.info(), Range { start, end: start })
}
