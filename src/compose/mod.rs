//! Compose files: which ports of the server a project publishes, each with its place. Nothing is ever lost: what cannot be
//! followed is said to be so.

mod image;
mod interpolate;
mod network;
mod port;
mod service;
#[cfg(test)]
mod tests;

use crate::fleet::port::{PortSet, Protocol};
use crate::source::{FileId, SourceMap, Span};
use crate::yaml;
use crate::yaml::tree::{Key, Kind, Node, Range, Refusal};
use std::collections::BTreeSet;

/// What a file's `${VARIABLE}` stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    /// It is not known here, and must not be.
    Secret,
}

/// The values of a file's variables; `None`: it has none.
pub(crate) type Variables<'a> = dyn Fn(&str) -> Option<Value> + 'a;

/// One thing that a file says of its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Who says it: `service web`, `network front`; empty: the file as such.
    pub(crate) by: String,
    /// Where it stands, in bytes of the file.
    pub(crate) range: Range,
    pub(crate) says: Says,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Says {
    /// Ports on addresses that others reach.
    Publishes(Protocol, PortSet),
    /// A port that Docker chooses, on addresses that others reach.
    PublishesAny(Protocol),
    /// The server's network is the container's: whatever it listens to is open.
    SharesNetwork,
    /// What cannot be followed: a phrase in lower case, and what to do.
    Unclear { why: String, help: &'static str },
    /// The container may do to the server what root may.
    Commands(&'static str),
}

/// A project of a server, read.
#[derive(Debug)]
pub(crate) struct Project<'a> {
    pub(crate) server: &'a str,
    pub(crate) name: &'a str,
    /// The file as a person finds it.
    pub(crate) path: String,
    pub(crate) text: &'a str,
    /// The same as a source; `None`: it is one of lostops' own.
    pub(crate) source: Option<FileId>,
    /// Where the describer wants the project.
    pub(crate) described: Span,
    pub(crate) statements: Vec<Statement>,
}

impl Project<'_> {
    /// `compose/mail.yaml:7:9, service web`
    pub(crate) fn evidence(&self, statement: &Statement) -> String {
        let mut sources = SourceMap::default();
        let file = sources.add(self.path.as_str(), self.text);
        let place = sources.place(file.span(statement.range.start, statement.range.end));
        let by = match statement.by.as_str() {
            "" => String::new(),
            by => format!(", {by}"),
        };
        format!("{}:{}:{}{by}", place.file, place.line, place.column)
    }
}

/// A file as it is written, for as many servers as have it.
#[derive(Debug)]
pub(crate) struct File<'a> {
    text: &'a str,
    root: Result<Node, Refusal>,
}

impl<'a> File<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let root = yaml::parse(text);
        Self { text, root }
    }

    /// Everything that it says with these values of its variables, in its order.
    pub(crate) fn says(&self, variables: &Variables<'_>) -> Vec<Statement> {
        let mut reading = Reading {
            text: self.text,
            variables,
            statements: Vec::new(),
            by: String::new(),
        };
        match &self.root {
            Ok(root) => reading.file(root),
            Err(Refusal { message, range }) => {
                reading.unclear(*range, message.as_str(), "correct the YAML");
            }
        }
        reading.statements
    }
}

/// One file while it is read.
struct Reading<'a> {
    text: &'a str,
    variables: &'a Variables<'a>,
    statements: Vec<Statement>,
    /// Whose keys are being read.
    by: String,
}

impl Reading<'_> {
    fn say(&mut self, range: Range, says: Says) {
        self.statements.push(Statement {
            by: self.by.clone(),
            range,
            says,
        });
    }

    fn unclear(&mut self, range: Range, why: impl Into<String>, help: &'static str) {
        let why = why.into();
        self.say(range, Says::Unclear { why, help });
    }

    /// The entries of a mapping. Compose refuses a key that stands twice, and which of the two would count is not guessed at.
    fn entries<'n>(&mut self, node: &'n Node, what: &str) -> &'n [(Key, Node)] {
        let Kind::Map(entries) = &node.kind else {
            let why = format!("{what} is not a mapping");
            self.unclear(node.range, why, "write a mapping of keys to values");
            return &[];
        };
        let mut seen = BTreeSet::new();
        for (key, _) in entries {
            if !seen.insert(key.name.as_str()) {
                let why = format!("the key `{}` stands twice in {what}", short(&key.name));
                self.unclear(key.range, why, "keep one of the two");
            } else if key.name == "<<" {
                self.unclear(key.range, "it merges what is not a mapping", MERGE);
            }
        }
        entries
    }

    /// A text with its variables filled in; `None` when that is not possible, which is said.
    fn filled(&mut self, node: &Node, text: &str) -> Option<String> {
        match interpolate::fill(text, self.variables) {
            Ok(filled) => Some(filled),
            Err(why) => {
                self.unclear(node.range, why, FILL);
                None
            }
        }
    }

    /// A number as it is written, when that is how everybody reads it: `0777` is another one to Compose.
    fn number(&mut self, node: &Node, number: i64) -> Option<String> {
        let written = self.text.get(node.text.start..node.text.end);
        let number = number.to_string();
        if written == Some(number.as_str()) {
            return Some(number);
        }
        let why = format!(
            "`{}` may be read as several numbers",
            short(written.unwrap_or("?"))
        );
        self.unclear(
            node.range,
            why,
            "write it in quotes, without zeros before it",
        );
        None
    }

    fn file(&mut self, root: &Node) {
        let mut has_services = false;
        for (key, value) in self.entries(root, "the file") {
            match key.name.as_str() {
                "services" => {
                    has_services = true;
                    for (name, service) in self.entries(value, "`services`") {
                        self.by = format!("service {}", short(&name.name));
                        self.service(name, service);
                    }
                }
                "networks" if !matches!(value.kind, Kind::Null) => {
                    for (name, network) in self.entries(value, "`networks`") {
                        self.by = format!("network {}", short(&name.name));
                        self.network(name, network);
                    }
                }
                "include" if !is_nothing(value) => {
                    let why = "`include` brings in a file that is not looked at";
                    self.unclear(
                        key.range,
                        why,
                        "write into this file what the other one says",
                    );
                }
                _ => {}
            }
            self.by.clear();
        }
        if !has_services && matches!(root.kind, Kind::Map(_)) {
            self.unclear(root.range, "it describes no `services`", "add `services:`");
        }
    }
}

const MERGE: &str = "merge with `<<: *name`, or with a list of such";
const FILL: &str =
    "write the value itself, or give the variable one in the project's `environment`";

fn is_nothing(node: &Node) -> bool {
    match &node.kind {
        Kind::Null => true,
        Kind::List(items) => items.is_empty(),
        _ => false,
    }
}

/// What others wrote must not flood a message.
fn short(text: &str) -> String {
    let line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    if text.chars().count() <= 60 {
        return line.collect();
    }
    line.take(57).chain(['…']).collect()
}
