//! Texts of a fixed shape: one description is both the check and the pattern in the JSON Schema.

use crate::describer::read::{Reader, Wire};
use crate::yaml::tree::{Kind, Node};

/// Which characters stand where. `first`, `inner` and `last` are character classes: `a-z0-9-`.
#[derive(Debug)]
pub(in crate::describer) struct Shape {
    /// What every such text begins with, beyond the classes.
    pub(in crate::describer) prefix: &'static str,
    pub(in crate::describer) first: &'static str,
    pub(in crate::describer) inner: &'static str,
    pub(in crate::describer) last: &'static str,
    /// Least and most characters, without the prefix.
    pub(in crate::describer) min: usize,
    pub(in crate::describer) max: usize,
}

/// A text of a shape, also as the key of a table.
pub(in crate::describer) trait Shaped {
    const SHAPE: Shape;
    /// What it is, as a message says it.
    const WANTED: &'static str;
}

impl Shape {
    pub(in crate::describer) fn fits(&self, text: &str) -> bool {
        let Some(rest) = text.strip_prefix(self.prefix) else {
            return false;
        };
        let length = rest.chars().count();
        (self.min..=self.max).contains(&length)
            && rest.chars().enumerate().all(|(at, c)| {
                (at != 0 || in_class(self.first, c))
                    && (at + 1 != length || in_class(self.last, c))
                    && in_class_or(self.inner, c, at == 0 || at + 1 == length)
            })
    }

    pub(in crate::describer) fn pattern(&self) -> String {
        let (min, max) = (self.min.max(2) - 2, self.max - 2);
        let tail = format!("[{}]{{{min},{max}}}[{}]", self.inner, self.last);
        let tail = if self.min < 2 {
            format!("({tail})?")
        } else {
            tail
        };
        format!("^{}[{}]{tail}$", self.prefix, self.first)
    }
}

fn in_class_or(class: &str, c: char, otherwise: bool) -> bool {
    otherwise || in_class(class, c)
}

/// `a-z0-9_-`: ranges and single characters, a hyphen last.
fn in_class(class: &str, c: char) -> bool {
    let mut rest = class.as_bytes();
    let Ok(c) = u8::try_from(c) else { return false };
    if !c.is_ascii() {
        return false;
    }
    loop {
        match rest {
            [low, b'-', high, ..] => {
                if (*low..=*high).contains(&c) {
                    return true;
                }
                rest = &rest[3..];
            }
            [one, tail @ ..] => {
                if *one == c {
                    return true;
                }
                rest = tail;
            }
            [] => return false,
        }
    }
}

/// Reads a text, or reports what is wanted instead.
pub(in crate::describer) fn read_text<'n>(
    node: &'n Node,
    reader: &mut Reader<'_>,
    wanted: &str,
) -> Option<&'n str> {
    match &node.kind {
        Kind::Text(text) => Some(text),
        _ => {
            reader.wrong(node, wanted);
            None
        }
    }
}

/// Declares texts of a shape: the type, how it is read, and its JSON Schema.
macro_rules! texts {
    ($($(#[doc = $about:literal])* $name:ident: $wanted:literal, $shape:expr;)*) => {$(
        $(#[doc = $about])*
        #[derive(Debug, Clone)]
        pub(in crate::describer) struct $name(
            #[allow(dead_code, reason = "some are only checked")] pub(in crate::describer) String,
        );

        impl $crate::describer::wire::text::Shaped for $name {
            const SHAPE: $crate::describer::wire::text::Shape = $shape;
            const WANTED: &'static str = $wanted;
        }

        impl $crate::describer::read::Wire for $name {
            fn read(
                node: &$crate::yaml::tree::Node,
                reader: &mut $crate::describer::read::Reader<'_>,
            ) -> Option<Self> {
                let text = $crate::describer::wire::text::read_text(node, reader, $wanted)?;
                if <Self as $crate::describer::wire::text::Shaped>::SHAPE.fits(text) {
                    return Some(Self(text.to_owned()));
                }
                reader.wrong(node, $wanted);
                None
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "description": concat!($($about),*).trim(),
                    "pattern": <Self as $crate::describer::wire::text::Shaped>::SHAPE.pattern(),
                })
            }
        }
    )*};
}
pub(in crate::describer) use texts;

/// Any text that is not blank.
#[derive(Debug, Clone)]
pub(in crate::describer) struct Words(pub(in crate::describer) String);

impl Wire for Words {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let text = read_text(node, reader, "a text")?;
        if text.chars().any(|c| !c.is_whitespace()) {
            return Some(Self(text.to_owned()));
        }
        reader.wrong(node, "a text that is not blank");
        None
    }
}

impl schemars::JsonSchema for Words {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Words".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "\\S" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: Shape = Shape {
        prefix: "",
        first: "a-z",
        inner: "a-z0-9-",
        last: "a-z0-9",
        min: 1,
        max: 5,
    };

    #[test]
    fn a_shape_accepts_what_its_pattern_says() {
        assert_eq!(NAME.pattern(), "^[a-z]([a-z0-9-]{0,3}[a-z0-9])?$");
        for (text, fits) in [
            ("a", true),
            ("a-b1", true),
            ("a-", false),
            ("1a", false),
            ("", false),
            ("abcdef", false),
            ("aé", false),
        ] {
            assert_eq!(NAME.fits(text), fits, "{text}");
        }
    }
}
