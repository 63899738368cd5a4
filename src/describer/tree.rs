//! YAML text becomes a tree of nodes with their places. The only file that knows which YAML library is used.
//!
//! The tree says nothing of meaning, so that one wrong value hides no other: `read` walks it and reports all of them.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{
    DefaultMessageFormatter, DuplicateKeyPolicy, Error, Location, MessageFormatter,
    NonFiniteFloatPolicy, Spanned,
};
use std::fmt;

/// From where to where, in bytes of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Range {
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Where it stands; for an alias the place of `*name`.
    pub(super) range: Range,
    /// Where its text stands; for an alias the place of the anchored value.
    pub(super) text: Range,
}

#[derive(Debug)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    /// A whole number; every number that a describer can mean fits.
    Integer(i64),
    /// Any other number: only its text matters, in versions and settings.
    Float,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) range: Range,
}

/// Why there is no tree.
#[derive(Debug)]
pub(super) struct Refusal {
    /// A phrase: lower case, no full stop.
    pub(super) message: String,
    pub(super) range: Range,
}

/// Deeper than any describer, and shallow enough for a thread's stack.
const MAX_DEPTH: usize = 32;
/// Far beyond any describer of 1 MiB; an alias counts as what it stands for.
const MAX_NODES: usize = 100_000;

/// Reads one document.
pub(super) fn parse(text: &str) -> Result<Node, Refusal> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 3 * MAX_NODES,
            max_aliases: 1_000,
            max_documents: 2,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_NODES,
            max_replay_stack_depth: 16,
        },
        // Each repeated key is reported by us, with the place of the first.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        strict_booleans: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| refusal(text, &error))
}

fn refusal(text: &str, error: &Error) -> Refusal {
    let error = error.without_snippet();
    let message = match error {
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => {
            format!(
                "it nests deeper than {MAX_DEPTH} levels, or its aliases expand to more than anybody would write"
            )
        }
        Error::MultipleDocuments { .. } => "it holds more than one document".to_owned(),
        error => DefaultMessageFormatter
            .format_message(error)
            .trim_end_matches('.')
            .to_owned(),
    };
    Refusal {
        message,
        range: error
            .location()
            .map_or(Range { start: 0, end: 0 }, |location| place(text, location)),
    }
}

/// Some errors know characters only, not bytes.
fn place(text: &str, location: Location) -> Range {
    let range = range(location);
    if location.span().byte_offset().is_some() {
        return range;
    }
    let line = usize::try_from(location.line()).unwrap_or(1).max(1) - 1;
    let column = usize::try_from(location.column()).unwrap_or(1).max(1) - 1;
    let start = text
        .split_inclusive('\n')
        .take(line)
        .map(str::len)
        .sum::<usize>();
    let rest = text.get(start..).unwrap_or_default();
    let within: usize = rest.chars().take(column).map(char::len_utf8).sum();
    let start = (start + within).min(text.len());
    Range { start, end: start }
}

fn range(location: Location) -> Range {
    let span = location.span();
    let number = |value: Option<u64>| usize::try_from(value.unwrap_or(0)).unwrap_or(0);
    let start = number(span.byte_offset());
    Range {
        start,
        end: start + number(span.byte_len()),
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Kind>::deserialize(deserializer)?;
        let mut here = range(spanned.referenced);
        let text = range(spanned.defined);
        // A collection's own place has no width: it is from its first entry to the end of its last.
        if here == text {
            match &spanned.value {
                Kind::List(items) => {
                    if let (Some(first), Some(last)) = (items.first(), items.last()) {
                        here = first.range.to(last.range);
                    }
                }
                Kind::Map(entries) => {
                    if let (Some((first, _)), Some((_, last))) = (entries.first(), entries.last()) {
                        here = first.range.to(last.range);
                    }
                }
                _ => {}
            }
        }
        Ok(Self {
            kind: spanned.value,
            range: here,
            text,
        })
    }
}

impl Range {
    fn to(self, last: Self) -> Self {
        Self {
            start: self.start,
            end: last.end.max(self.end),
        }
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<String>::deserialize(deserializer)?;
        Ok(Self {
            name: spanned.value,
            range: range(spanned.referenced),
        })
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyKind)
    }
}

struct AnyKind;

impl<'de> Visitor<'de> for AnyKind {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_none<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Kind, E> {
        Ok(Kind::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Kind, E> {
        Ok(Kind::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Kind, E> {
        Ok(i64::try_from(value).map_or(Kind::Float, Kind::Integer))
    }

    fn visit_i128<E>(self, _value: i128) -> Result<Kind, E> {
        Ok(Kind::Float)
    }

    fn visit_u128<E>(self, _value: u128) -> Result<Kind, E> {
        Ok(Kind::Float)
    }

    fn visit_f64<E>(self, _value: f64) -> Result<Kind, E> {
        Ok(Kind::Float)
    }

    fn visit_str<E>(self, value: &str) -> Result<Kind, E> {
        Ok(Kind::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Kind, E> {
        Ok(Kind::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Kind, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Kind::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Kind, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Kind::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bytes_even_behind_accents() {
        let text = "é: ñ\nports: [22, x]\n";
        let Kind::Map(entries) = parse(text).unwrap().kind else {
            panic!("a mapping");
        };
        let Kind::List(items) = &entries[1].1.kind else {
            panic!("a list");
        };
        assert_eq!(&text[items[1].range.start..items[1].range.end], "x");
        assert_eq!(
            &text[entries[1].0.range.start..entries[1].0.range.end],
            "ports"
        );
    }

    #[test]
    fn an_alias_has_its_own_place_and_the_text_of_what_it_stands_for() {
        let text = "a: &x 1.10\nb: *x\n";
        let Kind::Map(entries) = parse(text).unwrap().kind else {
            panic!("a mapping");
        };
        let alias = &entries[1].1;
        assert_eq!(&text[alias.range.start..alias.range.end], "*x");
        assert_eq!(&text[alias.text.start..alias.text.end], "1.10");
    }

    #[test]
    fn a_key_that_stands_twice_is_kept_twice() {
        let Kind::Map(entries) = parse("a: 1\na: 2\n").unwrap().kind else {
            panic!("a mapping");
        };
        assert_eq!(entries.len(), 2);
    }

    #[test]
    fn a_tab_is_refused_where_it_stands() {
        let refusal = parse("vm:\n\tsize: é\n").unwrap_err();
        assert_eq!(
            refusal.range.start,
            3 + 1 + refusal.range.start - 4,
            "{refusal:?}"
        );
        assert!(refusal.range.start >= 3, "{refusal:?}");
    }
}
