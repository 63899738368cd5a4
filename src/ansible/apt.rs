//! What apt says of packages: what it announces, and its line for each one as it installs it, or would.

use super::outcome::{How, PackageChange};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A name or a version that is longer is none.
const LONGEST: usize = 120;

/// What came of packages in one task.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Packages {
    /// Without their task; what matters most first.
    pub(crate) changes: Vec<PackageChange>,
    /// More was said than is kept.
    pub(crate) cut: bool,
}

/// As the plug-in forwards it.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Said {
    lines: Vec<String>,
    /// What the task names; `None` when that is not known.
    names: Option<Vec<String>>,
    cut: bool,
}

/// `failed`: what was only announced did not come to pass.
pub(crate) fn packages(said: Option<&Value>, failed: bool) -> Packages {
    let rounds = said.and_then(Value::as_array).into_iter().flatten();
    let mut all = Packages::default();
    for round in rounds.filter_map(|round| Said::deserialize(round).ok()) {
        all.cut |= round.cut;
        all.changes.extend(changes(&round, failed));
    }
    all.changes
        .sort_by(|a, b| (a.how, &a.name).cmp(&(b.how, &b.name)));
    all
}

/// The lists of an announcement, by what they mean.
#[derive(Debug, Default)]
struct Announced {
    lists: BTreeMap<&'static str, BTreeSet<String>>,
}

/// How apt begins each list that matters here.
const LISTS: [(&str, &str); 5] = [
    ("The following additional packages ", "additional"),
    ("The following NEW packages ", "new"),
    ("The following packages will be upgraded", "upgraded"),
    ("The following packages will be DOWNGRADED", "downgraded"),
    ("The following packages will be REMOVED", "removed"),
];

impl Announced {
    fn read(lines: &[String]) -> Self {
        let mut announced = Self::default();
        let mut list = None;
        for line in lines.iter().take_while(|line| !counts(line)) {
            if line.starts_with("  ") {
                if let Some(list) = list {
                    let names = announced.lists.entry(list).or_default();
                    names.extend(names_of(line));
                }
                continue;
            }
            list = LISTS
                .iter()
                .find_map(|(start, list)| line.starts_with(start).then_some(*list));
        }
        announced
    }

    fn names(&self, list: &str) -> impl Iterator<Item = &String> {
        self.lists.get(list).into_iter().flatten()
    }

    fn has(&self, list: &str, name: &str) -> bool {
        self.lists
            .get(list)
            .is_some_and(|names| names.contains(name))
    }

    /// The name that the lists have: dpkg adds the machine's own architecture, they do not.
    fn known<'a>(&self, name: &'a str) -> &'a str {
        let listed = self.lists.values().any(|names| names.contains(name));
        let bare = bare(name);
        if !listed && self.lists.values().any(|names| names.contains(bare)) {
            return bare;
        }
        name
    }
}

/// `2 upgraded, 3 newly installed, 0 to remove and 132 not upgraded.` ends it.
fn counts(line: &str) -> bool {
    line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(" upgraded, ")
}

/// Without versions, which some settings of apt put in brackets behind each name, and without the star of a purge.
fn names_of(line: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let outside = |c: &char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    let line: String = line.chars().filter(outside).collect();
    line.split_whitespace()
        .map(|name| clipped(name.trim_end_matches('*')))
        .filter(|name| !name.is_empty())
        .collect()
}

/// What apt or dpkg says as it does it, or would.
struct Done<'a> {
    name: &'a str,
    /// Of a package that goes: the one that was there.
    version: &'a str,
    before: &'a str,
    gone: bool,
}

/// Four kinds of lines:
///
/// - `Inst libc6 [2.36-9] (2.36-10 Debian:12/stable [amd64])`, in a simulation
/// - `Remv sl [5.02-1]`, or `Purg`
/// - `Unpacking libc6:amd64 (2.36-10) over (2.36-9) ...`
/// - `Removing sl (5.02-1) ...`
fn done(line: &str) -> Option<Done<'_>> {
    let (verb, rest) = line.split_once(' ')?;
    let (name, rest) = rest.split_once(' ')?;
    let (version, before, gone) = match verb {
        "Inst" => {
            let (before, rest) = bracketed(rest, '[', ']').unwrap_or(("", rest));
            (bracketed(rest, '(', ')')?.0, before, false)
        }
        "Unpacking" => {
            let (version, rest) = bracketed(rest, '(', ')')?;
            let over = rest.strip_prefix("over ").unwrap_or_default();
            let before = bracketed(over, '(', ')').map_or("", |(before, _)| before);
            (version, before, false)
        }
        "Remv" | "Purg" => (bracketed(rest, '[', ']')?.0, "", true),
        "Removing" => (bracketed(rest, '(', ')')?.0, "", true),
        _ => return None,
    };
    Some(Done {
        name,
        version,
        before,
        gone,
    })
}

/// The first word within brackets, and what stands behind them.
fn bracketed(text: &str, open: char, close: char) -> Option<(&str, &str)> {
    let inside = text.strip_prefix(open)?;
    let word = inside.split([close, ' ']).next().unwrap_or_default();
    let behind = inside.split_once(close).map_or("", |(_, behind)| behind);
    Some((word, behind.trim_start()))
}

fn changes(said: &Said, failed: bool) -> Vec<PackageChange> {
    let announced = Announced::read(&said.lines);
    let mut found: BTreeMap<String, PackageChange> = BTreeMap::new();
    let lists = [
        ("new", How::Asked),
        ("upgraded", How::Upgraded),
        ("downgraded", How::Downgraded),
        ("removed", How::Removed),
    ];
    for (list, how) in lists.into_iter().filter(|_| !failed) {
        for name in announced.names(list) {
            found.insert(name.clone(), PackageChange::new(name, how));
        }
    }
    for done in said.lines.iter().filter_map(|line| done(line)) {
        let name = clipped(announced.known(done.name));
        let how = match done {
            Done { gone: true, .. } => How::Removed,
            Done { before: "", .. } => How::Asked,
            _ if announced.has("downgraded", &name) => How::Downgraded,
            _ => How::Upgraded,
        };
        let change = found
            .entry(name.clone())
            .or_insert_with(|| PackageChange::new(&name, how));
        change.version = clipped(done.version);
        change.before = clipped(done.before);
    }
    let names = said.names.as_ref();
    let names: Option<Vec<&str>> =
        names.map(|names| names.iter().map(|name| asked(name)).collect());
    // Names that stand for other packages: of what another one provides, or with a star.
    let others: Vec<String> = names
        .iter()
        .flatten()
        .filter(|name| !found.keys().any(|found| bare(found) == **name))
        .map(|name| clipped(name))
        .collect();
    for change in found.values_mut().filter(|one| one.how == How::Asked) {
        let nothing_named = names.as_ref().is_some_and(Vec::is_empty);
        if announced.has("additional", &change.name) || nothing_named {
            change.how = How::Dependency;
        } else if let Some(names) = &names
            && !names.contains(&bare(&change.name))
        {
            change.called.clone_from(&others);
        }
    }
    found.into_values().collect()
}

/// The name in what a task asks for: `nftables` of `nftables=1.0*`.
fn asked(name: &str) -> &str {
    let end = name.find(['=', '<', '>', '!', '/', ' ']);
    bare(&name[..end.unwrap_or(name.len())])
}

/// Without the architecture: `libc6` of `libc6:i386`.
fn bare(name: &str) -> &str {
    name.split_once(':').map_or(name, |(name, _)| name)
}

fn clipped(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
