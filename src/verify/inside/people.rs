//! Who can log in to a server, and with what.

use super::answers::Answers;
use crate::verify::outcome::{Gap, Person};
use std::collections::BTreeSet;

/// Shells that let nobody in.
const NO_SHELL: [&str; 5] = ["nologin", "false", "sync", "shutdown", "halt"];

/// Questions that only root is answered, what asks them, and how they end where there is nothing to tell.
const SECRETS: [(&str, &str, &[i32]); 3] = [
    ("passwords", "reading /etc/shadow", &[]),
    ("keys", "reading the keys of its users", &[]),
    // `grep` that finds nothing.
    ("sshd", "`sshd -T`", &[1]),
];

pub(super) fn read(answers: &Answers<'_>, gaps: &mut Vec<Gap>) -> Vec<Person> {
    let Some(people) = answers.get("people") else {
        gaps.push(Gap::new("/etc/passwd cannot be read"));
        return Vec::new();
    };
    gaps.extend(SECRETS.iter().filter_map(|(name, what, usual)| {
        let how = answers.failed(name, usual)?;
        Some(Gap::new(format!(
            "{what} {how}, so who can log in is not known"
        )))
    }));
    let passwords: BTreeSet<&str> = answers
        .get("passwords")
        .unwrap_or_default()
        .lines()
        .collect();
    let keys = answers.get("keys").unwrap_or_default();
    // Of a server that does not say, the worse.
    let sshd = answers.get("sshd").unwrap_or_default();
    let takes_passwords = !sshd.lines().any(|line| line == "passwordauthentication no");
    gaps.extend(sshd.lines().filter_map(elsewhere));
    let mut all: Vec<Person> = people
        .lines()
        .filter_map(|line| {
            let (name, _) = line.split_once(':')?;
            let shell = line.rsplit([':', '/']).next().unwrap_or_default();
            Some(Person {
                name: name.to_owned(),
                has_password: takes_passwords && passwords.contains(name),
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

/// Files of keys that were read, and where a simulated machine has the simulation's own.
const USUAL: [&str; 3] = [
    ".ssh/authorized_keys",
    ".ssh/authorized_keys2",
    "/etc/simulated/authorized_keys",
];

/// Where sshd looks for keys beside the files that were read.
fn elsewhere(line: &str) -> Option<Gap> {
    let (word, value) = line.split_once(' ')?;
    let usual = match word {
        "authorizedkeysfile" => value.split_whitespace().all(|file| USUAL.contains(&file)),
        "authorizedkeyscommand" => value == "none",
        _ => true,
    };
    (!usual).then(|| Gap::new(format!("its sshd looks for keys elsewhere, too: {line}")))
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
