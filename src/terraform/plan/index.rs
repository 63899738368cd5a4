//! Finds resources of a plan by module, name and key, and modules by their calls.

use super::address::{self, Part};
use super::change::Change;
use super::config::{Config, Expression, Module, Resource};
use super::fact::Path;
use super::json::Json;
use indexmap::IndexMap;
use smallvec::SmallVec;
use std::fmt::Write as _;

/// An instance of a module: its key and its address.
type Child<'p> = (Option<String>, &'p str);

#[derive(Debug)]
pub(super) struct Index<'p> {
    pub(super) changes: &'p [Change],
    config: &'p Config,
    /// Values of the root module's variables.
    variables: Json<'p>,
    /// By module and `type.name` (`data.type.name`): one for each key.
    instances: IndexMap<(&'p str, String), SmallVec<[usize; 2]>>,
    /// By change.
    places: Vec<Place<'p>>,
    /// Modules of the configuration by the address of an instance.
    modules: IndexMap<&'p str, usize>,
    /// Instances of a call, by the calling instance and the call's name.
    children: IndexMap<(&'p str, String), Vec<Child<'p>>>,
}

/// What belongs to a change.
#[derive(Debug)]
struct Place<'p> {
    /// The position of its instances.
    instances: usize,
    /// Its resource in the configuration.
    resource: Option<&'p Resource>,
}

/// From where an expression is read.
#[derive(Debug, Clone)]
pub(super) struct Scope<'p> {
    pub(super) module: &'p str,
    pub(super) key: Option<String>,
    pub(super) for_each: Option<&'p Expression>,
}

/// What the configuration says of an attribute.
#[derive(Debug)]
pub(super) struct Written<'p> {
    pub(super) expression: &'p Expression,
    pub(super) scope: Scope<'p>,
    /// It is that of all blocks of this name together.
    pub(super) of_all: bool,
}

impl<'p> Index<'p> {
    pub(super) fn new(changes: &'p [Change], config: &'p Config, variables: Json<'p>) -> Self {
        let mut index = Self {
            changes,
            config,
            variables,
            instances: IndexMap::with_capacity(changes.len()),
            places: Vec::with_capacity(changes.len()),
            modules: IndexMap::from([("", 0)]),
            children: IndexMap::new(),
        };
        for (at, change) in changes.iter().enumerate() {
            let module = index.module(&change.module);
            let name = config_name(change);
            let resource =
                module.and_then(|module| config.modules.get(module)?.resources.get(&name));
            let instances = index.instances.entry((&change.module, name));
            let place = Place {
                instances: instances.index(),
                resource,
            };
            let instances = instances.or_default();
            if !change.deposed {
                instances.push(at);
            }
            index.places.push(place);
        }
        index
    }

    /// Makes an instance of a module known, with all that call it; its module in the configuration.
    fn module(&mut self, instance: &'p str) -> Option<usize> {
        if let Some(&known) = self.modules.get(instance) {
            return Some(known);
        }
        let (outer, call) = address::parent(instance)?;
        let outer_module = self.module(outer)?;
        let children = self.children.entry((outer, call.name.clone())).or_default();
        if !children.iter().any(|(_, child)| *child == instance) {
            children.push((call.key, instance));
        }
        let module = self
            .config
            .modules
            .get(outer_module)?
            .calls
            .get(&call.name)?
            .module;
        self.modules.insert(instance, module);
        Some(module)
    }

    pub(super) fn config_module(&self, instance: &str) -> Option<&'p Module> {
        self.config.modules.get(*self.modules.get(instance)?)
    }

    /// The expression of an attribute of a resource, and the scope to read it in. Blocks that are attributes to
    /// Terraform have one expression for all of them: `security_rule` of a group, `subnet` of a network.
    pub(super) fn expression(&self, at: usize, path: Path) -> Option<Written<'p>> {
        let change = &self.changes[at];
        let resource = self.places[at].resource?;
        let mut blocks = String::new();
        for (block, index) in path.blocks() {
            let _ = write!(blocks, "{block}.{index}.");
        }
        let scope = Scope {
            module: &change.module,
            key: change.key.clone(),
            for_each: resource.for_each.as_ref(),
        };
        let own = resource
            .expressions
            .iter()
            .find(|(text, _)| text.strip_prefix(&blocks) == Some(path.attribute));
        let of_all = || {
            let (block, _) = path.blocks().next()?;
            resource
                .expressions
                .iter()
                .find(|(text, _)| **text == *block)
        };
        let (_, expression) = own.or_else(of_all)?;
        Some(Written {
            expression,
            scope,
            of_all: own.is_none(),
        })
    }

    /// Instances of a resource in a module's instance.
    pub(super) fn instances(&self, module: &'p str, name: String) -> &[usize] {
        self.instances
            .get(&(module, name))
            .map_or(&[], SmallVec::as_slice)
    }

    /// How many instances a resource has in its module's instance.
    pub(super) fn siblings(&self, at: usize) -> usize {
        self.instances
            .get_index(self.places[at].instances)
            .map_or(0, |(_, instances)| instances.len())
    }

    /// Instances of a call, with their keys.
    pub(super) fn children(&self, module: &'p str, call: &str) -> &[Child<'p>] {
        self.children
            .get(&(module, call.to_owned()))
            .map_or(&[], Vec::as_slice)
    }

    /// The argument that a module's instance gets for a variable, and the scope to read it in.
    pub(super) fn argument(
        &self,
        module: &'p str,
        variable: &str,
    ) -> Option<(&'p Expression, Scope<'p>)> {
        let (outer, Part { name, key }) = address::parent(module)?;
        let call = self.config_module(outer)?.calls.get(&name)?;
        let scope = Scope {
            module: outer,
            key,
            for_each: call.for_each.as_ref(),
        };
        Some((call.arguments.get(variable)?, scope))
    }

    /// The value of a variable where it is written in the plan.
    pub(super) fn variable(
        &self,
        scope: &Scope<'p>,
        name: &str,
        depth: usize,
    ) -> Option<std::borrow::Cow<'_, Json<'p>>> {
        use std::borrow::Cow;
        if scope.module.is_empty() {
            return Some(Cow::Borrowed(self.variables.get(name).get("value")));
        }
        let (argument, outer) = self.argument(scope.module, name)?;
        if let Some(constant) = &argument.constant {
            return Json::parse(constant.as_bytes()).ok().map(Cow::Owned);
        }
        let [reference] = argument.references.as_slice() else {
            return None;
        };
        let name = reference.strip_prefix("var.").filter(|_| depth > 0)?;
        self.variable(&outer, name, depth - 1)
    }
}

/// `azurerm_subnet.this`, `data.azurerm_subnet.this`: what the configuration calls it.
fn config_name(change: &Change) -> String {
    let data = if change.data { "data." } else { "" };
    format!("{data}{}.{}", change.kind, change.name)
}
