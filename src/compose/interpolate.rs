//! `${VARIABLES}` in a Compose file, by the whole grammar of Compose: `$A`, `${A}`, `:-`, `-`, `:?`, `?`, `:+`, `+`, `$$`.

use super::{Value, Variables, short};
use std::iter::Peekable;
use std::str::CharIndices;

/// Deeper than anybody nests defaults.
const MAX_DEPTH: usize = 16;

/// Variables that the server's own environment has, which goes before what the describer says.
const OF_THE_SERVER: &[&str] = &[
    "CREDENTIALS_DIRECTORY",
    "HOME",
    "INVOCATION_ID",
    "JOURNAL_STREAM",
    "LANG",
    "LOGNAME",
    "OLDPWD",
    "PATH",
    "PWD",
    "SHELL",
    "TERM",
    "USER",
];
const OF_THE_SERVER_BY_PREFIX: &[&str] = &[
    "COMPOSE_",
    "DOCKER_",
    "LC_",
    "LISTEN_",
    "MEMORY_PRESSURE_",
    "NOTIFY_",
    "SYSTEMD_",
    "WATCHDOG_",
];

/// The text with its variables filled in, or why that cannot be done.
pub(super) fn fill(text: &str, variables: &Variables<'_>) -> Result<String, String> {
    if !text.contains('$') {
        return Ok(text.to_owned());
    }
    fill_nested(text, variables, 0)
}

fn fill_nested(text: &str, variables: &Variables<'_>, depth: usize) -> Result<String, String> {
    if depth > MAX_DEPTH {
        return Err(format!("its variables nest deeper than {MAX_DEPTH} levels"));
    }
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        filled.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            filled.push('$');
            rest = after;
        } else if let Some(inner) = rest.strip_prefix('{') {
            let (name, inside) = name(inner);
            let end = closing(inside)
                .ok_or_else(|| format!("`{}` is not closed", short(&format!("${{{name}"))))?;
            filled.push_str(&braced(name, &inside[..end], variables, depth)?);
            rest = &inside[end + 1..];
        } else {
            let (name, after) = name(rest);
            filled.push_str(&braced(name, "", variables, depth)?);
            rest = after;
        }
    }
    filled.push_str(rest);
    Ok(filled)
}

/// The name that a text begins with, and what follows it.
fn name(text: &str) -> (&str, &str) {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = text.find(|c| !fits(c)).unwrap_or(text.len());
    text.split_at(if starts { end } else { 0 })
}

/// Where the brace that is open is closed; what it holds may hold others.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut chars: Peekable<CharIndices<'_>> = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '$' if chars.next_if(|(_, next)| *next == '{').is_some() => open += 1,
            '$' => {
                chars.next_if(|(_, next)| *next == '$');
            }
            '}' if open == 0 => return Some(at),
            '}' => open -= 1,
            _ => {}
        }
    }
    None
}

/// The value of `${NAME…}`, where `operation` is what follows the name.
fn braced(
    name: &str,
    operation: &str,
    variables: &Variables<'_>,
    depth: usize,
) -> Result<String, String> {
    if name.is_empty() {
        return Err(
            "a `$` stands before what is no name; the sign itself is written `$$`".to_owned(),
        );
    }
    if is_of_the_server(name) {
        return Err(format!(
            "the variable `{}` is the server's own",
            short(name)
        ));
    }
    let value = match variables(name) {
        Some(Value::Secret) => {
            return Err(format!(
                "the variable `{}` is a secret, which is not known here",
                short(name)
            ));
        }
        Some(Value::Text(text)) => Some(text),
        None => None,
    };
    // `:` before the sign: a value that is empty counts as none.
    let (known, sign) = match operation.strip_prefix(':') {
        Some(rest) => (value.filter(|text| !text.is_empty()), rest),
        None => (value, operation),
    };
    let mut signs = sign.chars();
    let first = signs.next();
    let word = signs.as_str();
    match (first, known) {
        (None, Some(text)) if operation.is_empty() => Ok(text),
        (Some('-' | '?'), Some(text)) => Ok(text),
        (Some('-'), None) | (Some('+'), Some(_)) => fill_nested(word, variables, depth + 1),
        (Some('+'), None) => Ok(String::new()),
        (Some('?'), None) => Err(format!("the variable `{}` has no value", short(name))),
        (None, None) if operation.is_empty() => {
            Err(format!("the variable `{}` has no value", short(name)))
        }
        _ => Err(format!(
            "`{}` is not a form that Compose knows",
            short(&format!("${{{name}{operation}}}"))
        )),
    }
}

fn is_of_the_server(name: &str) -> bool {
    OF_THE_SERVER.contains(&name)
        || OF_THE_SERVER_BY_PREFIX
            .iter()
            .any(|prefix| name.starts_with(prefix))
}
