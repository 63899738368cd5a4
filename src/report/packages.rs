//! What became of a server's packages, in words; a format says how a name is written in it.

use crate::ansible::outcome::{How, PackageChange, ServerOutcome};
use crate::fleet::words::and_list;

/// How a format writes `+nftables 1.0.6`.
type Written<'a> = &'a dyn Fn(&str) -> String;

/// `-chrony 4.5, +docker.io 29.1.3, +docker-compose-v2 2.40.3 and 14 that they need`; `None` where nothing became of any.
pub(super) fn line(server: &ServerOutcome, most: usize, written: Written<'_>) -> Option<String> {
    let number = |how| of(server, how).count();
    let mut parts = Vec::new();
    for (how, sign) in [(How::Removed, "-"), (How::Asked, "+")] {
        parts.extend(named(server, how, sign, most, written));
    }
    for (how, word) in [
        (How::Upgraded, "upgraded"),
        (How::Downgraded, "downgraded"),
        (
            How::Dependency,
            match number(How::Asked) {
                0 => "that others need",
                1 => "that it needs",
                _ => "that they need",
            },
        ),
    ] {
        if number(how) > 0 {
            parts.push(format!("{} {word}", number(how)));
        }
    }
    if server.packages_cut {
        parts.push("more than are kept".to_owned());
    }
    (!parts.is_empty()).then(|| and_list(&parts))
}

/// What the line only counts, in full: `they need libnftables1 1.0.6`, `upgraded jq 1.6 → 1.7`.
pub(super) fn counted(server: &ServerOutcome, most: usize, written: Written<'_>) -> Vec<String> {
    let lists = [
        (How::Upgraded, "upgraded"),
        (How::Downgraded, "downgraded"),
        (How::Dependency, "needed"),
    ];
    lists
        .into_iter()
        .filter(|(how, _)| of(server, *how).next().is_some())
        .map(|(how, word)| {
            format!(
                "{word}: {}",
                named(server, how, "", most, written).join(", ")
            )
        })
        .collect()
}

fn of(server: &ServerOutcome, how: How) -> impl Iterator<Item = &PackageChange> {
    server.packages.iter().filter(move |one| one.how == how)
}

fn named(
    server: &ServerOutcome,
    how: How,
    sign: &str,
    most: usize,
    written: Written<'_>,
) -> Vec<String> {
    let mut names: Vec<String> = of(server, how)
        .take(most)
        .map(|one| {
            let before = match one.before.as_str() {
                "" => String::new(),
                before => format!(" {before} →"),
            };
            written(format!("{sign}{}{before} {}", one.name, one.version).trim_end())
        })
        .collect();
    let more = of(server, how).count() - names.len();
    if more > 0 {
        names.push(format!("{more} more"));
    }
    names
}
