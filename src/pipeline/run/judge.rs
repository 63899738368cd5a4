//! A pull request cannot loosen its judge: the policy of its base judges it, and what the one that it proposes would say is
//! told beside.

use super::Step;
use super::conversation::client;
use crate::cli::Describers;
use crate::context::Context;
use crate::describer::{ENDING, Instead, RULES, beside, name_of, sources_of};
use crate::finding::Severity;
use crate::fleet::Fleet;
use crate::fleet::words::{and_list, count};
use crate::github::decision::Task;
use crate::github::error::GitHubError;
use crate::github::inputs::Inputs;
use crate::pipeline::describe;
use crate::process::cancelled;
use crate::reason::Reason;
use crate::report::{Failure, Report};
use camino::{Utf8Path, Utf8PathBuf};
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const ENVIRONMENT: [&str; 2] = ["environment.yaml", "environment.yml"];
const POLICY: [&str; 2] = ["policy.yaml", "policy.yml"];

/// Lets the policy of the base and its rules stand in the place of the pull request's own, and the groups of which it speaks; a
/// sentence says so where they differ. `policy` is the path of the pull request's own.
pub(super) fn set(
    step: &Step<'_>,
    inputs: &Inputs,
    task: &mut Task,
    (fleet, policy): (&Fleet, &Utf8Path),
    context: &mut Context,
) -> Result<(), Failure> {
    let environment = fleet.environment.name.value.as_str();
    let Some(base) = task.base.clone() else {
        return Ok(());
    };
    let short = base.get(..7).unwrap_or(&base);
    let folder = policy.parent().unwrap_or(Utf8Path::new(""));
    let place = folder.strip_prefix(&inputs.describers);
    let place = place.map_or("", Utf8Path::as_str);
    let Some(judge) = of_base(step, inputs, task, environment, place, &base)? else {
        task.notices.push(format!(
            "its base, {short}, has no policy for {environment}: this pull request is judged by the one that it brings"
        ));
        return Ok(());
    };
    let mut instead = Instead::from([(policy.to_owned(), judge.policy)]);
    let of_base = judge.rules.into_iter();
    instead.extend(of_base.map(|(name, text)| (folder.join(RULES).join(name), text)));
    let own = fleet.policy.rules.iter();
    let own = own.map(|rule| Utf8PathBuf::from(&rule.path));
    let own = own.chain([policy.to_owned()]).map(|path| {
        let bytes = fs_err::read(&path).unwrap_or_default();
        (path, bytes)
    });
    let is_other = own.collect::<Instead>() != instead;
    let sources = sources_of(&judge.environment);
    let groups = otherwise(&sources, &fleet.environment.sources);
    if sources != fleet.environment.sources {
        instead.insert(beside(policy), judge.environment);
    } else if !is_other {
        return Ok(());
    }
    let describers = Describers {
        describers: Some(inputs.describers.clone()),
        environment: inputs.environment.clone(),
    };
    let by_own = errors(context, &describers);
    context.instead.extend(instead);
    let by_base = errors(context, &describers);
    if let Some(proposes) = proposes(is_other, &groups) {
        task.notices
            .push(words(&proposes, short, &by_base, &by_own));
    }
    Ok(())
}

/// Groups of the base that are another thing here, or nothing.
fn otherwise(base: &Sources, own: &Sources) -> Vec<String> {
    let other = base
        .iter()
        .filter(|(name, nets)| own.get(*name) != Some(*nets));
    other.map(|(name, _)| format!("`{name}`")).collect()
}

/// What a pull request proposes that its judge does not take from it.
fn proposes(policy: bool, groups: &[String]) -> Option<String> {
    let groups = and_list(groups);
    match (policy, groups.is_empty()) {
        (false, true) => None,
        (true, true) => Some("another policy".to_owned()),
        (false, false) => Some(format!("another meaning of {groups}")),
        (true, false) => Some(format!("another policy and another meaning of {groups}")),
    }
}

type Sources = BTreeMap<String, Vec<IpNet>>;

/// What the base judges by.
struct Judge {
    policy: Vec<u8>,
    /// The text that lies beside it; empty where there is none.
    environment: Vec<u8>,
    /// By their names in the folder of rules.
    rules: Vec<(String, Vec<u8>)>,
}

/// The policy and the rules that the base has for an environment of this name, or of another that lay in the same place: to
/// rename one must not be a way round its policy. `None` where the base has neither.
fn of_base(
    step: &Step<'_>,
    inputs: &Inputs,
    task: &Task,
    environment: &str,
    place: &str,
    base: &str,
) -> Result<Option<Judge>, Failure> {
    let unknown = |error: GitHubError| Failure {
        reason: if cancelled() {
            Reason::Cancelled
        } else {
            Reason::PolicyNotKnown
        },
        message: format!("the policy of the pull request's base could not be read: {error}"),
        help: error.help(),
    };
    let github = client(step, inputs).map_err(unknown)?;
    let wanted = |name: &str| {
        name.ends_with(ENDING) || ENVIRONMENT.iter().chain(&POLICY).any(|one| *one == name)
    };
    let files = github
        .files(inputs.describers.as_str(), base, &wanted)
        .map_err(unknown)?;
    let Some(mut files) = files else {
        // A token that may not read the repository is told that nothing is there.
        github.reads(base).map_err(unknown)?;
        let head = task.commit.as_str();
        let folder = inputs.describers.as_str();
        // What the runner calls by another name than the repository does would be new in every commit.
        if !github.has_folder(folder, head).map_err(unknown)? {
            return Err(elsewhere(folder, head));
        }
        return Ok(None);
    };
    let place = match place {
        "" => String::new(),
        place => format!("{place}/"),
    };
    let folder = folder(&files, environment).unwrap_or(place);
    let mut names = POLICY.iter();
    let policy = names.find_map(|name| files.remove(&format!("{folder}{name}")));
    let mut names = ENVIRONMENT.iter();
    let environment = names.find_map(|name| files.remove(&format!("{folder}{name}")));
    let begin = format!("{folder}{RULES}/");
    let rules = files.into_iter().filter_map(|(path, text)| {
        let name = path.strip_prefix(&begin)?;
        (name.ends_with(ENDING) && !name.contains('/')).then(|| (name.to_owned(), text))
    });
    Ok(policy.map(|policy| Judge {
        policy,
        environment: environment.unwrap_or_default(),
        rules: rules.collect(),
    }))
}

/// The describers that were read are not where GitHub has them.
fn elsewhere(folder: &str, head: &str) -> Failure {
    let short = head.get(..7).unwrap_or(head);
    Failure {
        reason: Reason::PolicyNotKnown,
        message: format!(
            "the policy of the pull request's base could not be read: neither the base nor the pull request itself, {short}, has a folder `{folder}`"
        ),
        help: "`describers` is the folder's path in the repository: check out into the workspace itself, without `path:`, and let no step write the describers".to_owned(),
    }
}

/// Where in the describers the environment of this name lies: nothing, or a folder with its slash.
fn folder(files: &BTreeMap<String, Vec<u8>>, environment: &str) -> Option<String> {
    files.iter().find_map(|(path, bytes)| {
        let mut names = ENVIRONMENT.iter();
        let folder = names.find_map(|name| path.strip_suffix(name))?;
        let name = name_of(std::str::from_utf8(bytes).ok()?)?;
        (name == environment).then(|| folder.to_owned())
    })
}

/// What is not permitted of what is written, in sentences.
fn errors(context: &Context, describers: &Describers) -> BTreeSet<String> {
    let mut report = Report::new("check");
    if let Ok(Some(fleet)) = describe::one(context, describers, &mut report) {
        describe::judge(context, &fleet, &mut report);
    }
    let errors = report.findings.iter();
    errors
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| format!("{}: {}", finding.meta.code, finding.message))
        .collect()
}

fn words(
    proposes: &str,
    base: &str,
    by_base: &BTreeSet<String>,
    by_own: &BTreeSet<String>,
) -> String {
    let mut words = format!(
        "this pull request proposes {proposes}, which counts after its merge: it is judged by that of its base, {base}"
    );
    for (what, more, less) in [
        ("would permit", by_base, by_own),
        ("would forbid", by_own, by_base),
    ] {
        let only: Vec<&String> = more.difference(less).collect();
        if let Some(first) = only.first() {
            let more = match only.len() - 1 {
                0 => String::new(),
                more => format!(", and {} more", count(more, "thing")),
            };
            let _ = write!(words, "; the proposed one {what} {first}{more}");
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_found_by_its_name_wherever_its_folder_lies() {
        let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
        let files = BTreeMap::from([
            file("production/environment.yaml", "name: production\n"),
            file("staging/environment.yml", "# x\nname: staging\n"),
            file("broken/environment.yaml", "name: [\n"),
        ]);
        assert_eq!(folder(&files, "staging").as_deref(), Some("staging/"));
        assert_eq!(folder(&files, "broken"), None);
        let own = BTreeMap::from([file("environment.yaml", "name: production\n")]);
        assert_eq!(folder(&own, "production").as_deref(), Some(""));
    }

    #[test]
    fn what_the_proposed_policy_would_change_is_told_both_ways() {
        let set = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        let said = words(
            "another policy",
            "1234567",
            &set(&["a", "b", "c"]),
            &set(&["c", "d"]),
        );
        assert!(said.contains("would permit a, and 1 thing more"), "{said}");
        assert!(said.ends_with("would forbid d"), "{said}");
    }
}
