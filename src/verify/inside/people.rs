//! Who can log in to a server, and with what.

use super::answers::Answers;
use crate::verify::outcome::{Gap, Person};
use std::collections::BTreeSet;

/// Shells that let nobody in.
const NO_SHELL: [&str; 5] = ["nologin", "false", "sync", "shutdown", "halt"];

pub(super) fn read(answers: &Answers<'_>, gaps: &mut Vec<Gap>) -> Vec<Person> {
    let Some(people) = answers.get("people") else {
        gaps.push(Gap::new("/etc/passwd cannot be read"));
        return Vec::new();
    };
    let passwords: BTreeSet<&str> = answers
        .get("passwords")
        .unwrap_or_default()
        .lines()
        .collect();
    let keys = answers.get("keys").unwrap_or_default();
    let mut all: Vec<Person> = people
        .lines()
        .filter_map(|line| {
            let (name, _) = line.split_once(':')?;
            let shell = line.rsplit([':', '/']).next().unwrap_or_default();
            Some(Person {
                name: name.to_owned(),
                has_password: passwords.contains(name),
                keys: keys.lines().filter_map(|line| key(line, name)).collect(),
                has_shell: !NO_SHELL.contains(&shell),
            })
        })
        // Whoever has a key gets in even without a shell, as far as to a tunnel.
        .filter(|person| (person.has_shell && person.has_password) || !person.keys.is_empty())
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// `NAME TAB FILE TAB LINE`: the key without options and comment, and its file.
fn key(line: &str, name: &str) -> Option<(String, String)> {
    let mut fields = line.splitn(3, '\t');
    let (whose, file, key) = (fields.next()?, fields.next()?, fields.next()?.trim());
    if whose != name || key.is_empty() || key.starts_with('#') {
        return None;
    }
    let words: Vec<&str> = key.split_whitespace().collect();
    // Its body names its kind itself.
    let body = words.iter().position(|word| word.starts_with("AAAA"));
    let key = match body {
        Some(at) if at > 0 => format!("{} {}", words[at - 1], words[at]),
        _ => key.to_owned(),
    };
    Some((key, file.to_owned()))
}
