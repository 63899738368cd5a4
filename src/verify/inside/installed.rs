//! What is installed, as packages of the system and beside them.

use super::answers::Answers;
use crate::verify::outcome::{Baseline, Gap, Installed, Kind, Other, Package};
use std::collections::BTreeSet;

pub(super) fn read(answers: &Answers<'_>, gaps: &mut Vec<Gap>) -> Installed {
    let auto: BTreeSet<&str> = answers
        .get("automatic")
        .unwrap_or_default()
        .lines()
        .collect();
    let own = answers.get("architecture").unwrap_or_default().trim();
    let packages = answers.get("packages").map(|said| {
        let lines = said.lines();
        lines.filter_map(|line| package(line, own, &auto)).collect()
    });
    if packages.is_none() {
        gaps.push(Gap::new(
            "`dpkg-query` does not say which packages are installed",
        ));
    }
    let others = answers.get("installed").map(|said| of(said).others);
    if others.is_none() {
        gaps.push(Gap::new(
            "what is installed beside packages could not be listed",
        ));
    }
    let baseline = answers
        .get("baseline")
        .and_then(|said| said.strip_prefix("kept\n"));
    Installed {
        packages: packages.unwrap_or_default(),
        others: others.unwrap_or_default(),
        baseline: baseline.map(of),
    }
}

/// `installed TAB nftables TAB amd64 TAB 1.0.9-1 TAB libc6 (>= 2.34), adduser | x, TAB provides`: `None` where only its configuration is
/// left.
fn package(line: &str, own: &str, auto: &BTreeSet<&str>) -> Option<Package> {
    let mut fields = line.split('\t');
    let (status, name, architecture) = (fields.next()?, fields.next()?, fields.next()?);
    let version = fields.next()?;
    let (needs, provides) = (fields.next()?, fields.next()?);
    if matches!(status, "config-files" | "not-installed") {
        return None;
    }
    let names = |text: &str| -> Vec<String> {
        text.split('|')
            .filter_map(|word| word.trim().split([' ', ':', '(']).next())
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let groups = needs.split(',').map(names);
    Some(Package {
        // One of another architecture is another package.
        name: match architecture {
            "all" => name.to_owned(),
            own_one if own_one == own => name.to_owned(),
            foreign => format!("{name}:{foreign}"),
        },
        version: version.to_owned(),
        auto: auto.contains(name),
        needs: groups.filter(|group| !group.is_empty()).collect(),
        provides: provides.split(',').flat_map(names).collect(),
    })
}

/// Lines of installed.sh: `package adduser`, `program /usr/local/bin/x`.
fn of(said: &str) -> Baseline {
    let mut all = Baseline::default();
    for line in said.lines() {
        let Some((kind, name)) = line.split_once(' ') else {
            continue;
        };
        let kinds = [Kind::Snap, Kind::Python, Kind::Node, Kind::Program];
        if kind == "package" {
            all.packages.insert(name.to_owned());
        } else if let Some(kind) = kinds.into_iter().find(|one| one.word() == kind) {
            all.others.insert(Other {
                kind,
                name: name.to_owned(),
            });
        }
    }
    all
}
