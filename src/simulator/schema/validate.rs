//! What is wrong with a configuration by the facts alone, said in the words of the real providers.

use super::{Attribute, Block, Check, Nesting};
use crate::simulator::arm;
use crate::simulator::path::Path;
use crate::simulator::value::Value;
use std::collections::BTreeSet;

/// One error, and where.
#[derive(Debug, PartialEq)]
pub(in crate::simulator) struct Problem {
    pub(in crate::simulator) path: Path,
    pub(in crate::simulator) summary: String,
    pub(in crate::simulator) detail: String,
}

struct Validation<'a> {
    root: &'a Value,
    problems: Vec<Problem>,
    /// Groups of which one is to be given are judged once.
    judged: BTreeSet<String>,
}

pub(in crate::simulator) fn validate(block: &Block, config: &Value) -> Vec<Problem> {
    let mut validation = Validation {
        root: config,
        problems: Vec::new(),
        judged: BTreeSet::new(),
    };
    validation.block(block, config, &Path::default());
    validation.problems
}

fn is_given(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::List(items) => !items.is_empty(),
        _ => true,
    }
}

/// `os_disk.0.name`, from the root of the configuration.
fn lookup<'a>(root: &'a Value, address: &str) -> &'a Value {
    address
        .split('.')
        .fold(root, |value, step| match (value, step.parse::<usize>()) {
            (Value::List(items), Ok(index)) => items.get(index).unwrap_or(&Value::Null),
            (value, _) => value.field(step),
        })
}

impl Validation<'_> {
    fn problem(&mut self, path: &Path, summary: &str, detail: String) {
        self.problems.push(Problem {
            path: path.clone(),
            summary: summary.to_owned(),
            detail,
        });
    }

    fn block(&mut self, block: &Block, value: &Value, path: &Path) {
        for (name, attribute) in &block.attributes {
            self.attribute(name, attribute, value.field(name), &path.attribute(name));
        }
        for (name, inner) in &block.blocks {
            let at = path.attribute(name);
            let given = value.field(name);
            self.together(name, is_given(given), &inner.conflicts_with, &at);
            self.one_of_group(name, &inner.exactly_one_of, &at);
            match given {
                Value::List(items) => {
                    for (index, item) in items.iter().enumerate() {
                        // A set's elements have no address: the block as a whole is pointed at.
                        let at = match inner.nesting {
                            Nesting::List => at.index(index),
                            _ => at.clone(),
                        };
                        self.block(inner, item, &at);
                    }
                }
                Value::Map(_) => self.block(inner, given, &at),
                _ => {}
            }
        }
    }

    fn attribute(&mut self, name: &str, attribute: &Attribute, value: &Value, path: &Path) {
        self.together(name, is_given(value), &attribute.conflicts_with, path);
        self.one_of_group(name, &attribute.exactly_one_of, path);
        if is_given(value) && !attribute.required_with.is_empty() {
            let all = attribute.required_with.join(",");
            if attribute
                .required_with
                .iter()
                .any(|other| !is_given(lookup(self.root, other)))
            {
                let detail = format!("\"{name}\": all of `{name},{all}` must be specified");
                self.problem(path, "Missing required argument", detail);
            }
        }
        match value {
            Value::String(text) => self.text(name, attribute, text, path),
            Value::Number(number) => {
                if let (Some([low, high]), Some(got)) = (attribute.between, number.as_f64()) {
                    #[expect(clippy::cast_precision_loss, reason = "bounds are far below 2^53")]
                    let inside = got >= low as f64 && got <= high as f64;
                    if !inside {
                        let words = format!(
                            "expected {name} to be in the range ({low} - {high}), got {number}"
                        );
                        self.problem(path, &words, String::new());
                    }
                }
            }
            Value::List(items) => self.items(name, attribute, items, path),
            Value::Map(_) if attribute.nested.is_some() => self.object(attribute, value, path),
            _ => {}
        }
    }

    fn items(&mut self, name: &str, attribute: &Attribute, items: &[Value], path: &Path) {
        if items.len() < attribute.min_items {
            let detail = format!(
                "Attribute {name} requires {} item minimum, but config has only {} declared.",
                attribute.min_items,
                items.len()
            );
            self.problem(path, "Not enough list items", detail);
        }
        if attribute.max_items > 0 && items.len() > attribute.max_items {
            let detail = format!(
                "Attribute {name} supports {} item maximum, but config has {} declared.",
                attribute.max_items,
                items.len()
            );
            self.problem(path, "Too many list items", detail);
        }
        if attribute.nested.is_some() {
            for (index, item) in items.iter().enumerate() {
                self.object(attribute, item, &path.index(index));
            }
        }
    }

    fn object(&mut self, attribute: &Attribute, value: &Value, path: &Path) {
        for (name, inner) in &attribute.attributes {
            let field = value.field(name);
            if inner.required && field.is_null() {
                let detail =
                    format!("The argument \"{name}\" is required, but no definition was found.");
                self.problem(path, "Missing required argument", detail);
            }
            self.attribute(name, inner, field, &path.attribute(name));
        }
    }

    fn text(&mut self, name: &str, attribute: &Attribute, text: &str, path: &Path) {
        if !attribute.one_of.is_empty() && !attribute.one_of.iter().any(|one| one == text) {
            let all: Vec<String> = attribute
                .one_of
                .iter()
                .map(|one| format!("{one:?}"))
                .collect();
            let words = format!(
                "expected {name} to be one of [{}], got {text}",
                all.join(" ")
            );
            self.problem(path, &words, String::new());
        }
        match attribute.check {
            Some(Check::NotEmpty) if text.trim().is_empty() => {
                let words = format!("expected \"{name}\" to not be an empty string, got {text}");
                self.problem(path, &words, String::new());
            }
            Some(Check::Location) if !arm::is_location(text) => {
                let words = format!(
                    "{:?} was not found in the list of supported Azure Locations: {:?}",
                    arm::location(text),
                    arm::LOCATIONS.join(",")
                );
                self.problem(path, &words, String::new());
            }
            _ => {}
        }
    }

    fn together(&mut self, name: &str, given: bool, others: &[String], path: &Path) {
        if !given {
            return;
        }
        for other in others {
            let value = lookup(self.root, other);
            if is_given(value) && *value != Value::Unknown {
                let detail = format!("\"{name}\": conflicts with {other}");
                self.problem(path, "Conflicting configuration arguments", detail);
            }
        }
    }

    fn one_of_group(&mut self, name: &str, group: &[String], path: &Path) {
        let all = group.join(",");
        if group.is_empty() || !self.judged.insert(all.clone()) {
            return;
        }
        let given: Vec<&str> = group
            .iter()
            .filter(|address| is_given(lookup(self.root, address)))
            .map(String::as_str)
            .collect();
        let detail = match given.len() {
            0 => format!("\"{name}\": one of `{all}` must be specified"),
            1 => return,
            _ if given
                .iter()
                .any(|address| *lookup(self.root, address) == Value::Unknown) =>
            {
                return;
            }
            _ => format!(
                "\"{name}\": only one of `{all}` can be specified, but `{}` were specified.",
                given.join(",")
            ),
        };
        self.problem(path, "Invalid combination of arguments", detail);
    }
}
