//! What was changed past Terraform: `resource_drift`, in words.

use super::change::Change;
use super::fact::Fact;
use super::model::{Action, Drift};
use super::rule::Rule;
use crate::fleet::words::and_list;

pub(super) fn words(change: &Change) -> Option<Drift> {
    let mut words = Vec::new();
    if change.has(Action::Delete) {
        words.push("it was deleted outside Terraform".to_owned());
    } else if let (Some(Fact::Group(before)), Some(Fact::Group(after))) =
        (change.before.as_deref(), change.after.as_deref())
    {
        rules(before.rules.as_deref(), after.rules.as_deref(), &mut words);
    } else if let (Some(Fact::Machine(before)), Some(Fact::Machine(after))) =
        (change.before.as_deref(), change.after.as_deref())
        && let (Some(from), Some(to)) = (&before.size, &after.size)
        && from != to
    {
        words.push(format!(
            "it was resized outside Terraform from {from} to {to}"
        ));
    }
    if words.is_empty() && !change.differences.attributes.is_empty() {
        let names = and_list(&change.differences.attributes);
        words.push(format!("{names} changed outside Terraform"));
    }
    (!words.is_empty()).then(|| Drift {
        address: change.address.clone(),
        kind: change.kind.clone(),
        words,
    })
}

fn rules(before: Option<&[Rule]>, after: Option<&[Rule]>, words: &mut Vec<String>) {
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let find = |rules: &[Rule], name: &str| {
        rules
            .iter()
            .position(|rule| rule.name.eq_ignore_ascii_case(name))
    };
    for rule in after {
        match find(before, &rule.name) {
            None => words.push(format!(
                "rule `{}` was added outside Terraform{}",
                rule.name,
                gist(rule)
            )),
            Some(at) if before[at] != *rule => {
                words.push(format!(
                    "rule `{}` was changed outside Terraform{}",
                    rule.name,
                    gist(rule)
                ));
            }
            Some(_) => {}
        }
    }
    for rule in before
        .iter()
        .filter(|rule| find(after, &rule.name).is_none())
    {
        words.push(format!(
            "rule `{}` was deleted outside Terraform",
            rule.name
        ));
    }
}

/// `: allows inbound port 8080`
fn gist(rule: &Rule) -> String {
    if rule.sensitive {
        return " (sensitive)".to_owned();
    }
    let verb = if rule.allow == Some(false) {
        "denies"
    } else {
        "allows"
    };
    let direction = if rule.inbound == Some(false) {
        "outbound"
    } else {
        "inbound"
    };
    format!(": {verb} {direction} ports {}", rule.ports.maybe)
}
