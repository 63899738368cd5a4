//! A document as a tree of nodes with their places.
//!
//! The tree says nothing of meaning, so that one wrong value hides no other: `read` walks it and reports all of them.

/// As many bytes of a text take as much memory as a node does.
const LONG: usize = 64;

/// From where to where, in bytes of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Range {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// Where it stands; for an alias the place of `*name`.
    pub(crate) range: Range,
    /// Where its text stands; for an alias the place of the anchored value.
    pub(crate) text: Range,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    /// A whole number; every number that a describer can mean fits.
    Integer(i64),
    /// Any other number: only its text matters, in versions and settings.
    Float,
    Text(String),
    List(Vec<Node>),
    /// In the order of the file; a key may stand twice.
    Map(Vec<(Key, Node)>),
}

#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) range: Range,
}

/// Why there is no tree.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// A phrase: lower case, no full stop.
    pub(crate) message: String,
    pub(crate) range: Range,
}

impl Range {
    /// From the start of this to the end of the other.
    pub(crate) fn to(self, last: Self) -> Self {
        Self {
            start: self.start,
            end: last.end.max(self.end),
        }
    }
}

impl Kind {
    /// What a scalar without quotes is, by the core schema of YAML 1.2: `yes` and `on` are texts.
    pub(crate) fn plain(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Self::Null,
            "true" | "True" | "TRUE" => return Self::Bool(true),
            "false" | "False" | "FALSE" => return Self::Bool(false),
            _ => {}
        }
        if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
            return Self::Text(text.to_owned());
        }
        let radix = |prefix, radix| {
            text.strip_prefix(prefix)
                .filter(|digits| digits.starts_with(|c: char| c.is_ascii_alphanumeric()))
                .and_then(|digits| i64::from_str_radix(digits, radix).ok())
        };
        if let Some(number) = text
            .parse()
            .ok()
            .or_else(|| radix("0x", 16))
            .or_else(|| radix("0o", 8))
        {
            return Self::Integer(number);
        }
        let numeric = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
        if numeric && text.parse::<f64>().is_ok() {
            return Self::Float;
        }
        Self::Text(text.to_owned())
    }
}

impl Node {
    /// How many nodes it is, itself and its keys among them. A long text counts as several, for an alias repeats all of it.
    pub(crate) fn size(&self) -> usize {
        let text = |text: &str| 1 + text.len() / LONG;
        match &self.kind {
            Kind::List(items) => 1 + items.iter().map(Self::size).sum::<usize>(),
            Kind::Map(entries) => {
                1 + entries
                    .iter()
                    .map(|(key, value)| text(&key.name) + value.size())
                    .sum::<usize>()
            }
            Kind::Text(words) => text(words),
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_what_yaml_1_2_says() {
        let kind = |text| format!("{:?}", Kind::plain(text));
        for (text, expected) in [
            ("", "Null"),
            ("~", "Null"),
            ("True", "Bool(true)"),
            ("yes", "Text(\"yes\")"),
            ("22", "Integer(22)"),
            ("-1", "Integer(-1)"),
            ("0x16", "Integer(22)"),
            ("0o26", "Integer(22)"),
            ("1.10", "Float"),
            ("99999999999999999999", "Float"),
            ("10.10.0.5", "Text(\"10.10.0.5\")"),
            ("8000-8010", "Text(\"8000-8010\")"),
            ("2026-12-31", "Text(\"2026-12-31\")"),
            ("0x-1", "Text(\"0x-1\")"),
            ("-inf", "Text(\"-inf\")"),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }
}
