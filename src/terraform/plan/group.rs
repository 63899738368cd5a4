//! The rules that a security group really has: inline ones, and those that are resources.
//!
//! The provider copies every rule of a group into its `security_rule` when it reads it, also rules
//! that are resources of their own. On later plans that copy is stale: a rule that is a resource
//! counts as its resource says, one that is deleted not at all. What is left of the copy was either
//! written inline or added in the portal, and is there.

use super::fact::{Fact, Group, Path, StandaloneRule};
use super::rule::Rule;
use super::world::{When, World};
use indexmap::{IndexMap, IndexSet};

/// One rule in force.
#[derive(Debug, Clone)]
pub(super) struct Effective<'p> {
    pub(super) rule: &'p Rule,
    /// The resource that holds it.
    pub(super) holder: usize,
    /// It is certain that it belongs to this group.
    pub(super) certain: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Rules<'p> {
    pub(super) all: Vec<Effective<'p>>,
    /// There may be others.
    pub(super) unknown: bool,
}

/// The rules of every group, by its position in the plan.
pub(super) fn effective<'p>(
    world: &World<'p>,
    earlier: Option<&World<'p>>,
) -> IndexMap<usize, Rules<'p>> {
    let standalone = by_group(world).0;
    let before = earlier.map(|world| by_group(world).0).unwrap_or_default();
    let mut all = IndexMap::new();
    for (at, fact) in world.facts() {
        let Fact::Group(group) = fact else { continue };
        let mut rules = Rules {
            unknown: group.rules.is_none() && !is_empty(world, at, group),
            ..Rules::default()
        };
        let own = standalone.get(&at).map_or(&[][..], Vec::as_slice);
        let copied = world.when == When::Before || is_copy(world, at);
        let names: IndexSet<String> = own
            .iter()
            .chain(before.get(&at).into_iter().flatten())
            .filter(|_| copied)
            .map(|(_, rule, _)| rule.rule.name.to_ascii_lowercase())
            .collect();
        let inline = group.rules.iter().flatten();
        rules.all.extend(
            inline
                .filter(|rule| !names.contains(&rule.name.to_ascii_lowercase()))
                .map(|rule| Effective {
                    rule,
                    holder: at,
                    certain: true,
                }),
        );
        rules
            .all
            .extend(own.iter().map(|&(holder, rule, certain)| Effective {
                rule: &rule.rule,
                holder,
                certain,
            }));
        all.insert(at, rules);
    }
    all
}

/// Of a group that is to be created Terraform says that its rules are not known also when none are
/// written inline, since the attribute is computed. Only the configuration tells the two apart.
fn is_empty(world: &World<'_>, at: usize, group: &Group) -> bool {
    let path = Path::of("security_rule");
    group.created && world.index.expression(at, path).is_none()
}

/// The list did not change, so it may be what was read. A list that changes was written by somebody.
fn is_copy(world: &World<'_>, at: usize) -> bool {
    let change = &world.index.changes[at];
    match (change.before.as_deref(), change.after.as_deref()) {
        (Some(Fact::Group(before)), Some(Fact::Group(after))) => before.rules == after.rules,
        _ => false,
    }
}

/// Rules of groups that the plan does not hold, by what such a group can be called.
pub(super) fn elsewhere<'p>(world: &World<'p>) -> IndexMap<String, Rules<'p>> {
    let mut all: IndexMap<String, Rules<'p>> = IndexMap::new();
    for (holder, rule) in by_group(world).1 {
        let name = match (&rule.resource_group, &rule.group) {
            (Some(group), Some(name)) => format!("{group}/{name}"),
            (None, Some(name)) => name.clone(),
            (_, None) => format!("the group of {}", world.address(holder)),
        };
        let rules = &mut all.entry(name).or_default().all;
        rules.push(Effective {
            rule: &rule.rule,
            holder,
            certain: true,
        });
    }
    all
}

/// By group: where each rule is, and whether it certainly belongs there.
type Standalone<'p> = IndexMap<usize, Vec<(usize, &'p StandaloneRule, bool)>>;
/// Rules whose group is not in the plan.
type Strays<'p> = Vec<(usize, &'p StandaloneRule)>;

fn by_group<'p>(world: &World<'p>) -> (Standalone<'p>, Strays<'p>) {
    let mut all = Standalone::new();
    let mut strays = Strays::new();
    let mut by_name: IndexMap<String, Vec<usize>> = IndexMap::new();
    for (at, fact) in world.facts() {
        if let Fact::Group(group) = fact
            && let Some(name) = &group.named.name
        {
            by_name
                .entry(name.to_ascii_lowercase())
                .or_default()
                .push(at);
        }
    }
    for (at, fact) in world.facts() {
        let Fact::Rule(rule) = fact else { continue };
        let exact = rule
            .group
            .as_deref()
            .zip(rule.resource_group.as_deref())
            .and_then(|(name, group)| world.by_name("networksecuritygroups", group, name));
        let named = || {
            let name = rule.group.as_deref()?.to_ascii_lowercase();
            by_name.get(&name).cloned()
        };
        let referred = || {
            let path = Path::of("network_security_group_name");
            let found = world.resolve(at, path, &["azurerm_network_security_group"]);
            found
                .targets
                .into_iter()
                .map(|target| target.at)
                .collect::<Vec<_>>()
        };
        let candidates = match exact {
            Some(group) => vec![group],
            None if rule.group.is_some() && rule.resource_group.is_some() => Vec::new(),
            None => {
                let referred = referred();
                if referred.is_empty() {
                    named().unwrap_or_default()
                } else {
                    referred
                }
            }
        };
        if candidates.is_empty() {
            strays.push((at, rule));
        }
        let certain = candidates.len() == 1;
        for group in candidates {
            all.entry(group).or_default().push((at, rule, certain));
        }
    }
    (all, strays)
}
