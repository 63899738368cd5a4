//! What a value that is not known yet will come from: the resources its expression refers to.
//!
//! The plan lists the references of an expression, not the expression. `a.b[each.key].id` is there as
//! `a.b` and `each.key`, so a key is chosen only where the references leave no doubt.

use super::address::{self, Part};
use super::config::Expression;
use super::fact::Path;
use super::found::{Found, Target};
use super::index::{Index, Scope};
use std::collections::BTreeSet;

/// Longer chains than this of variables and outputs are a loop.
const DEEPEST: usize = 32;
/// Whoever comes by more expressions than this does not learn where a value comes from.
const MOST: usize = 4096;

/// What the attribute at `path` of resource `at` comes from, among resources of these types.
pub(super) fn resolve(index: &Index<'_>, at: usize, path: Path, kinds: &[&str]) -> Found {
    let Some(written) = index.expression(at, path) else {
        return Found::nothing();
    };
    let mut search = Search {
        index,
        kinds,
        found: Found::default(),
        elsewhere: false,
        siblings: index.siblings(at),
        seen: BTreeSet::new(),
    };
    search.follow(written.expression, &written.scope, &[], DEEPEST);
    let mut found = search.found;
    found.vague = search.elsewhere;
    found.incomplete |= found.targets.is_empty();
    found.targets.sort_by_key(|target| target.at);
    found.targets.dedup();
    if written.of_all {
        found.ambiguous |= found.targets.len() > 1;
        found.incomplete |= found.vague;
    }
    found
}

struct Search<'i, 'p> {
    index: &'i Index<'p>,
    kinds: &'i [&'i str],
    found: Found,
    elsewhere: bool,
    /// How many instances the resource has that is resolved.
    siblings: usize,
    /// Two ways to one expression, with the same keys, lead on to the same.
    seen: BTreeSet<Step<'p>>,
}

/// An expression by where it lies in memory, its scope, and the keys that were chosen with.
type Step<'p> = (usize, &'p str, Option<String>, Vec<String>);

impl<'p> Search<'_, 'p> {
    /// `keys`: those that an expression further in has chosen with.
    fn follow(
        &mut self,
        expression: &'p Expression,
        scope: &Scope<'p>,
        keys: &[String],
        depth: usize,
    ) {
        let here = std::ptr::from_ref(expression).addr();
        let step = (here, scope.module, scope.key.clone(), keys.to_vec());
        if self.seen.contains(&step) {
            return;
        }
        if depth == 0 || self.seen.len() >= MOST {
            self.elsewhere = true;
            self.found.incomplete = true;
            return;
        }
        self.seen.insert(step);
        let references = &expression.references;
        let mut keys = keys.to_vec();
        let mut vague = false;
        for reference in references {
            match reference.as_str() {
                "each.key" | "count.index" => keys.extend(scope.key.clone()),
                other if other.starts_with("each.value.") => {
                    vague = true;
                    keys.extend(self.each_value(other, scope));
                }
                other
                    if other == "each.value"
                        || other.starts_with("local.")
                        || other.starts_with("var.") =>
                {
                    vague = true;
                }
                _ => {}
            }
        }
        for (position, reference) in references.iter().enumerate() {
            if is_prefix(reference, &references[..position]) {
                continue;
            }
            let parts = address::parts(reference);
            match parts.as_slice() {
                [first, ..]
                    if matches!(first.name.as_str(), "count" | "path" | "terraform" | "self") => {}
                [first, second, ..] if first.name == "each" => {
                    if second.name == "value" {
                        self.for_each(scope, &keys, depth);
                    }
                }
                [first, second, ..] if first.name == "var" => {
                    if let Some((argument, outer)) = self.index.argument(scope.module, &second.name)
                    {
                        let mut keys = keys.clone();
                        keys.extend(second.key.clone());
                        self.follow(argument, &outer, &keys, depth - 1);
                    }
                }
                [first, call, rest @ ..] if first.name == "module" => {
                    self.module(call, rest.first(), scope, &keys, depth);
                }
                [first, kind, name, rest @ ..] if first.name == "data" => {
                    let address = format!("data.{}.{}", kind.name, name.name);
                    self.resource(&kind.name, address, name, rest.first(), scope, &keys, vague);
                }
                [kind, name, rest @ ..] if kind.name.contains('_') => {
                    let address = format!("{}.{}", kind.name, name.name);
                    self.resource(&kind.name, address, name, rest.first(), scope, &keys, vague);
                }
                _ => self.elsewhere = true,
            }
        }
    }

    /// `each.value` is an element of what `for_each` goes over.
    fn for_each(&mut self, scope: &Scope<'p>, keys: &[String], depth: usize) {
        match scope.for_each {
            Some(expression) => {
                let mut keys = keys.to_vec();
                keys.extend(scope.key.clone());
                let outer = Scope {
                    module: scope.module,
                    key: None,
                    for_each: None,
                };
                self.follow(expression, &outer, &keys, depth - 1);
            }
            None => self.elsewhere = true,
        }
    }

    /// `each.value.subnet`, when `for_each` goes over a variable whose value is in the plan.
    fn each_value(&self, reference: &str, scope: &Scope<'p>) -> Option<String> {
        let over = scope.for_each?;
        let [variable] = over.references.as_slice() else {
            return None;
        };
        let value = self
            .index
            .variable(scope, variable.strip_prefix("var.")?, DEEPEST)?;
        let mut value = value.get(scope.key.as_deref()?);
        for part in address::parts(reference).iter().skip(2) {
            value = value.get(&part.name);
        }
        value.word()
    }

    fn module(
        &mut self,
        call: &Part,
        output: Option<&Part>,
        scope: &Scope<'p>,
        keys: &[String],
        depth: usize,
    ) {
        let children = self.index.children(scope.module, &call.name).to_vec();
        let chosen = |key: &String| {
            children
                .iter()
                .any(|(child, _)| child.as_ref() == Some(key))
        };
        let key = call
            .key
            .as_ref()
            .or_else(|| keys.iter().find(|key| chosen(key)));
        let all = children.iter();
        let called: Vec<_> = all
            .filter(|(child, _)| key.is_none() || child.as_ref() == key)
            .collect();
        self.elsewhere |= called.is_empty();
        for (_, child) in called {
            let Some(module) = self.index.config_module(child) else {
                self.elsewhere = true;
                continue;
            };
            let inner = Scope {
                module: child,
                key: None,
                for_each: None,
            };
            match output.map(|output| (module.outputs.get(&output.name), output)) {
                Some((Some(expression), output)) => {
                    let mut keys = keys.to_vec();
                    keys.extend(output.key.clone());
                    self.follow(expression, &inner, &keys, depth - 1);
                }
                // With a computed key Terraform drops the name of the output: any of them.
                _ => {
                    for expression in module.outputs.values() {
                        self.follow(expression, &inner, keys, depth - 1);
                    }
                }
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one reference and where it stands"
    )]
    fn resource(
        &mut self,
        kind: &str,
        address: String,
        name: &Part,
        attribute: Option<&Part>,
        scope: &Scope<'p>,
        keys: &[String],
        vague: bool,
    ) {
        if !self.kinds.contains(&kind) {
            self.elsewhere = true;
            return;
        }
        let instances = self.index.instances(scope.module, address);
        let key_of = |at: usize| self.index.changes[at].key.as_ref();
        let with = |key: &String| {
            instances
                .iter()
                .copied()
                .find(|&at| key_of(at) == Some(key))
        };
        let chosen = match &name.key {
            Some(key) => with(key).into_iter().collect(),
            None => match keys.iter().find_map(with) {
                // `count.index % 2` is listed as `count.index`: fewer targets than askers tell it.
                Some(one)
                    if instances.len() >= self.siblings
                        || key_of(one).is_none_or(|key| !is_index(key)) =>
                {
                    vec![one]
                }
                _ => instances.to_vec(),
            },
        };
        self.elsewhere |= chosen.is_empty();
        self.found.ambiguous |= chosen.len() > 1 && (vague || !keys.is_empty());
        let attribute = attribute.map(|part| part.name.clone());
        self.found
            .targets
            .extend(chosen.into_iter().map(|at| Target {
                at,
                attribute: attribute.clone(),
            }));
    }
}

fn is_index(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_digit())
}

/// Terraform lists `a.b[0].c`, then `a.b[0]`, then `a.b`: only the first says all.
fn is_prefix(reference: &str, before: &[String]) -> bool {
    before.iter().any(|longer| {
        longer
            .strip_prefix(reference)
            .is_some_and(|rest| rest.starts_with(['.', '[']) || rest.is_empty())
    })
}
