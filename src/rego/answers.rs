//! What the value of a rule means: a message for each thing that it has against a document.

use super::{Rule, Said, Trouble};
use regorus::Value;

/// # Errors
/// The value is none that says something: what it is against is not known.
pub(super) fn said(rule: &Rule, value: &Value) -> Result<Vec<Said>, Trouble> {
    let mut all = match value {
        Value::Undefined | Value::Null | Value::Bool(false) => Vec::new(),
        Value::Bool(true) => vec![Said {
            message: format!("`{}` is true", rule.name()),
            server: None,
        }],
        Value::Set(all) => all
            .iter()
            .map(|one| self::one(rule, one))
            .collect::<Result<_, _>>()?,
        Value::Array(all) => all
            .iter()
            .map(|one| self::one(rule, one))
            .collect::<Result<_, _>>()?,
        other => vec![one(rule, other)?],
    };
    all.sort();
    all.dedup();
    Ok(all)
}

/// A text, or an object with `msg` and, if it is about one server, `server`.
fn one(rule: &Rule, value: &Value) -> Result<Said, Trouble> {
    let text = |value: &Value| value.as_string().ok().map(ToString::to_string);
    let said = match value {
        Value::String(message) => Some(Said {
            message: message.to_string(),
            server: None,
        }),
        Value::Object(_) => text(&value["msg"]).map(|message| Said {
            message,
            server: text(&value["server"]),
        }),
        _ => None,
    };
    said.ok_or_else(|| Trouble {
        at: Some((rule.file, rule.range.start)),
        message: format!(
            "`{}` says neither a text nor an object with `msg`, but {}",
            rule.name(),
            shortened(value)
        ),
    })
}

fn shortened(value: &Value) -> String {
    const MOST: usize = 60;
    let text = value.to_json_str().unwrap_or_default();
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
