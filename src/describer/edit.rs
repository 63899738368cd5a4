//! A describer with one value changed: everything else stays as it was written, to the byte.

use crate::fleet::server::PowerState;
use crate::yaml;
use crate::yaml::tree::{Key, Kind, Node};

/// What is to be written instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    State(PowerState),
    Size(String),
}

impl Change {
    /// `state: stopped`
    pub(crate) fn words(&self) -> String {
        match self {
            Self::State(state) => format!("state: {}", state.word()),
            Self::Size(size) => format!("size: {size}"),
        }
    }
}

/// The text of a server's describer with this change; `None` where it has no place for it.
pub(crate) fn edited(text: &str, change: &Change) -> Option<String> {
    let root = yaml::parse(text).ok()?;
    match change {
        Change::State(state) => match value(&root, "state") {
            Some(node) => Some(replaced(text, node, state.word())),
            None => beside(text, &root, &change.words()),
        },
        Change::Size(size) => Some(replaced(text, value(value(&root, "vm")?, "size")?, size)),
    }
}

fn entries(node: &Node) -> &[(Key, Node)] {
    match &node.kind {
        Kind::Map(entries) => entries,
        _ => &[],
    }
}

fn value<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    let mut entries = entries(node).iter();
    entries
        .find(|(known, _)| known.name == key)
        .map(|(_, node)| node)
}

fn replaced(text: &str, node: &Node, with: &str) -> String {
    format!(
        "{}{with}{}",
        &text[..node.range.start],
        &text[node.range.end..]
    )
}

/// A new entry before the first one, in its manner: on a line of its own, or between braces.
fn beside(text: &str, root: &Node, entry: &str) -> Option<String> {
    let (first, _) = entries(root).first()?;
    let at = first.range.start;
    let in_braces = text[..at].trim_end().ends_with('{');
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    // The whole document may be indented.
    let between = if in_braces {
        ", ".to_owned()
    } else {
        format!("\n{}", &text[line..at])
    };
    Some(format!("{}{entry}{between}{}", &text[..at], &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stopped(text: &str) -> String {
        edited(text, &Change::State(PowerState::Stopped)).expect("a place")
    }

    #[test]
    fn a_value_is_replaced_and_nothing_else() {
        let text = "# A server.\nserver: web\nstate:  running   # by day\nvm: { size: \"Standard_B2s\", image: x }\n";
        assert_eq!(stopped(text), text.replace("running", "stopped"));
        let resized = edited(text, &Change::Size("Standard_B4ms".to_owned()));
        assert_eq!(
            resized,
            Some(text.replace("\"Standard_B2s\"", "Standard_B4ms"))
        );
    }

    #[test]
    fn what_is_not_written_yet_gets_a_line_of_its_own() {
        assert_eq!(
            stopped("# A server.\nserver: web\nvm: {}\n"),
            "# A server.\nstate: stopped\nserver: web\nvm: {}\n"
        );
        assert_eq!(
            stopped("  server: web\n  vm: {}\n"),
            "  state: stopped\n  server: web\n  vm: {}\n"
        );
        assert_eq!(
            stopped("{ server: web }"),
            "{ state: stopped, server: web }"
        );
    }

    #[test]
    fn what_is_no_describer_has_no_place() {
        for text in ["", "- a\n", "a: [\n", "text"] {
            assert_eq!(
                edited(text, &Change::State(PowerState::Stopped)),
                None,
                "{text}"
            );
        }
        let size = Change::Size("Standard_B4ms".to_owned());
        assert_eq!(edited("server: web\n", &size), None);
    }
}
