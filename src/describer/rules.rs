//! Rules of the user's own: read beside the policy, or in its place, and understood.

use super::codes::LO119;
use super::folder::{ENDING, Folder, Part, RULES};
use super::{Instead, LoadedEnvironment, file};
use crate::finding::{Finding, sort};
use crate::fleet::policy::RuleFile;
use crate::rego::{self, File};
use crate::source::SourceMap;
use camino::{Utf8Path, Utf8PathBuf};

/// The rules of a folder, and what is wrong with them.
pub(super) struct Rules {
    files: Vec<RuleFile>,
    findings: Vec<Finding>,
}

/// Reads the rules of a folder. Where another policy stands in the place of its own, the rules are that one's too. `ids` gives
/// files the numbers that they then have in `sources`.
pub(super) fn read(
    folder: &Folder,
    instead: &Instead,
    root: &Utf8Path,
    (ids, sources): (&mut SourceMap, &mut SourceMap),
) -> Rules {
    let (mut rules, mut findings) = (Vec::new(), Vec::new());
    for (path, text) in texts(folder, instead, root) {
        let id = ids.add(&path, "");
        match text {
            Ok(text) => {
                sources.add(&path, text.as_str());
                rules.push(RuleFile {
                    file: id,
                    path: path.into_string(),
                    text,
                });
            }
            Err(finding) => {
                sources.add(&path, "");
                findings.push(finding.at(id.start(), "this file"));
            }
        }
    }
    if let Err(trouble) = rego::rules(&files(&rules)) {
        let finding = Finding::new(
            &LO119,
            format!("rules are not understood: {}", trouble.message),
        )
        .help("mend the file: Rego of version 1, as `opa fmt` and conftest take it");
        let at = trouble.at.and_then(|(file, start)| {
            let file = rules.get(file)?.file;
            Some(file.span(start, start + 1))
        });
        findings.push(match at {
            Some(span) => finding.at(span, "here"),
            None => finding,
        });
    }
    Rules {
        files: rules,
        findings,
    }
}

impl Rules {
    /// Into the policy that they lie beside. Where they are not understood there is nothing to judge by.
    pub(super) fn beside(self, mut environment: LoadedEnvironment) -> LoadedEnvironment {
        if self.findings.is_empty() {
            if let Some(fleet) = &mut environment.fleet {
                fleet.policy.rules = self.files;
            }
            return environment;
        }
        environment.fleet = None;
        environment.findings.extend(self.findings);
        sort(&mut environment.findings);
        environment
    }
}

fn texts(
    folder: &Folder,
    instead: &Instead,
    root: &Utf8Path,
) -> Vec<(Utf8PathBuf, Result<String, Box<Finding>>)> {
    if folder
        .files
        .iter()
        .any(|(part, path)| *part == Part::Policy && instead.contains_key(path))
    {
        let place = folder.path.join(RULES);
        let given = instead
            .iter()
            .filter(|(path, _)| path.parent() == Some(&*place) && path.as_str().ends_with(ENDING));
        let text =
            |(path, bytes): (&Utf8PathBuf, &Vec<u8>)| (path.clone(), file::given(path, bytes));
        return given.map(text).collect();
    }
    let own = folder.rules.iter();
    own.map(|path| (path.clone(), file::read_below(path, root)))
        .collect()
}

fn files(rules: &[RuleFile]) -> Vec<File> {
    let file = |rule: &RuleFile| File {
        path: rule.path.clone(),
        text: rule.text.clone(),
    };
    rules.iter().map(file).collect()
}
