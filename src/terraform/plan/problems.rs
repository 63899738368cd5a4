//! What is wrong in a plan by itself, whatever a policy says.

use super::detached::detached;
use super::exposure::Net;
use super::fact::Fact;
use super::in_use::in_use;
use super::model::{Action, Problem, ProblemKind};
use super::ownership::Ownership;
use std::collections::BTreeMap;

/// `earlier` is who has what before.
pub(super) fn problems(after: &Net<'_>, earlier: &Ownership<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    rules(after, &mut problems);
    for (at, change) in after.world.index.changes.iter().enumerate() {
        let fact = change.before.as_deref();
        if change.actions == [Action::Forget]
            && matches!(
                fact,
                Some(Fact::Rule(_) | Fact::Group(_) | Fact::Association(_))
            )
        {
            problems.push(Problem {
                address: change.address.clone(),
                kind: ProblemKind::Unmanaged,
                machine: None,
                words: format!(
                    "Terraform no longer manages {}, and it stays in force",
                    change.address
                ),
            });
        }
        if let Some(Fact::Association(association)) = fact
            && change.has(Action::Delete)
        {
            problems.extend(detached(after, earlier, at, association));
        }
    }
    problems.extend(in_use(earlier));
    problems.sort();
    problems.dedup();
    problems
}

fn rules(after: &Net<'_>, problems: &mut Vec<Problem>) {
    for (&group, rules) in &after.rules {
        let mut seen: BTreeMap<(bool, u32), Vec<&str>> = BTreeMap::new();
        for one in &rules.all {
            let rule = one.rule;
            if let (Some(inbound), Some(priority), true) =
                (rule.inbound, rule.priority, one.certain)
            {
                seen.entry((inbound, priority))
                    .or_default()
                    .push(&rule.name);
            }
            if !rule.unreadable.is_empty() && rule.inbound != Some(false) {
                problems.push(Problem {
                    address: after.world.address(one.holder).to_owned(),
                    kind: ProblemKind::UnreadableRule,
                    machine: None,
                    words: format!(
                        "rule `{}` cannot be understood: {}",
                        rule.name,
                        crate::fleet::words::and_list(&rule.unreadable)
                    ),
                });
            }
        }
        for ((inbound, priority), mut names) in seen {
            names.sort_unstable();
            if names.len() > 1 {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                let direction = if inbound { "inbound" } else { "outbound" };
                problems.push(Problem {
                    address: after.world.address(group).to_owned(),
                    kind: ProblemKind::EqualPriority,
                    machine: None,
                    words: format!(
                        "{direction} rules {} have the same priority {priority}",
                        crate::fleet::words::and_list(&names)
                    ),
                });
            }
        }
    }
}
