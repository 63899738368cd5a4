//! What is wrong in a plan by itself, whatever a policy says.

use super::exposure::Net;
use super::fact::{Association, Fact, Tie};
use super::model::{Action, Problem, ProblemKind};
use super::world::{End, World};
use std::collections::BTreeMap;

pub(super) fn problems(after: &Net<'_>, before: &World<'_>) -> Vec<Problem> {
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
                words: format!(
                    "Terraform no longer manages {}, and it stays in force",
                    change.address
                ),
            });
        }
        if let Some(Fact::Association(association)) = fact
            && change.has(Action::Delete)
        {
            problems.extend(unprotected(after.world, before, at, association));
        }
    }
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
                    words: format!(
                        "{direction} rules {} have the same priority {priority}",
                        crate::fleet::words::and_list(&names)
                    ),
                });
            }
        }
    }
}

/// An association goes while what it protects stays.
fn unprotected(
    after: &World<'_>,
    before: &World<'_>,
    at: usize,
    association: &Association,
) -> Option<Problem> {
    let change = &after.index.changes[at];
    let protected = match association.kind {
        Tie::InterfaceGroup => {
            match before.follow(at, &association.left, &["azurerm_network_interface"]) {
                End::Here(interface) => {
                    let interface = &after.index.changes[interface];
                    (interface.stays() && !interface.replaces())
                        .then(|| interface.address.clone())?
                }
                End::Outside(id) => super::attach::last_part(&id),
                _ => return None,
            }
        }
        Tie::SubnetGroup => {
            let (subnets, _) = before.subnets_of(at, &association.left);
            match subnets.as_slice() {
                [one] => {
                    let view = &before.subnets[*one];
                    let subnet = &after.index.changes[view.at];
                    (subnet.stays() && !subnet.replaces()).then(|| view.address.clone())?
                }
                _ => return None,
            }
        }
        _ => return None,
    };
    let words = if change.replaces() {
        format!(
            "the security group is taken from {protected} and put back: until then nothing protects it"
        )
    } else {
        format!("the security group is taken from {protected}")
    };
    Some(Problem {
        address: change.address.clone(),
        kind: ProblemKind::Unprotected,
        words,
    })
}
