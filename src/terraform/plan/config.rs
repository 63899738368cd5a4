//! The configuration in a plan: which attribute refers to what. Values are not in it, nor locals.

use super::error::PlanError;
use super::expressions::{self, expression};
use super::json::Json;
use super::pool::Pool;
use super::scan::Scanner;
use indexmap::IndexMap;
use std::io::Read;
use std::thread;

/// The references of one expression, as Terraform lists them.
#[derive(Debug, Clone, Default)]
pub(super) struct Expression {
    pub(super) references: Vec<String>,
    /// A constant object or list, as JSON.
    pub(super) constant: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Resource {
    /// By path: `network_interface_id`, `ip_configuration.0.subnet_id`.
    pub(super) expressions: Vec<(String, Expression)>,
    pub(super) for_each: Option<Expression>,
}

#[derive(Debug, Default)]
pub(super) struct Call {
    pub(super) arguments: IndexMap<String, Expression>,
    pub(super) for_each: Option<Expression>,
    pub(super) module: usize,
}

#[derive(Debug, Default)]
pub(super) struct Module {
    /// By `type.name`, or `data.type.name`.
    pub(super) resources: IndexMap<String, Resource>,
    pub(super) calls: IndexMap<String, Call>,
    pub(super) outputs: IndexMap<String, Expression>,
}

/// All modules; the first is the root.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) modules: Vec<Module>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            modules: vec![Module::default()],
        }
    }
}

type Result<T> = std::result::Result<T, PlanError>;

impl Config {
    /// Reads the value of the plan's `configuration`.
    pub(super) fn read(scanner: &mut Scanner<impl Read>) -> Result<Self> {
        let mut config = Self::default();
        let resources = thread::scope(|scope| {
            let mut pool = Pool::new(scope, resource);
            scanner.object(|scanner, name| match name {
                "root_module" => config.module(scanner, 0, &mut pool),
                _ => scanner.skip(),
            })?;
            pool.finish()
        })?;
        for (module, address, resource) in resources {
            config.modules[module].resources.insert(address, resource);
        }
        Ok(config)
    }

    fn module<R: Read>(
        &mut self,
        scanner: &mut Scanner<R>,
        at: usize,
        pool: &mut Pool<'_, '_, Kept>,
    ) -> Result<()> {
        scanner.object(|scanner, name| match name {
            "resources" => scanner.list(|scanner| pool.push(scanner.slice()?, at)),
            "outputs" => scanner.object(|scanner, name| {
                let output = parse(scanner.slice()?)?;
                let expression = expression(output.get("expression"));
                self.modules[at].outputs.insert(name.to_owned(), expression);
                Ok(())
            }),
            "module_calls" => scanner.object(|scanner, name| {
                let mut call = Call {
                    module: self.modules.len(),
                    ..Call::default()
                };
                self.modules.push(Module::default());
                let inner = call.module;
                scanner.object(|scanner, member| match member {
                    "expressions" => {
                        let arguments = parse(scanner.slice()?)?;
                        for (name, value) in arguments.members() {
                            call.arguments
                                .insert(name.clone().into_owned(), expression(value));
                        }
                        Ok(())
                    }
                    "for_each_expression" | "count_expression" => {
                        call.for_each = Some(expression(&parse(scanner.slice()?)?));
                        Ok(())
                    }
                    "module" => self.module(scanner, inner, pool),
                    _ => scanner.skip(),
                })?;
                self.modules[at].calls.insert(name.to_owned(), call);
                Ok(())
            }),
            _ => scanner.skip(),
        })
    }
}

fn parse(bytes: &[u8]) -> Result<Json<'_>> {
    Json::parse(bytes).map_err(|error| damaged(&error))
}

fn damaged(error: &serde_json::Error) -> PlanError {
    PlanError::Damaged(format!("in `configuration`: {error}"))
}

/// Only what facts come from, and what power commands name.
fn interesting(kind: &str) -> bool {
    const PREFIXES: [&str; 14] = [
        "azurerm_network_",
        "azurerm_subnet",
        "azurerm_virtual_network",
        "azurerm_public_ip",
        "azurerm_application_security_group",
        "azurerm_linux_virtual_machine",
        "azurerm_windows_virtual_machine",
        "azurerm_virtual_machine",
        "azurerm_orchestrated_virtual_machine",
        "azurerm_lb",
        "azurerm_managed_disk",
        "azurerm_firewall",
        "azapi_",
        "terraform_data",
    ];
    PREFIXES.iter().any(|prefix| kind.starts_with(prefix))
}

/// A resource, its address, and the module it is in.
type Kept = (usize, String, Resource);

fn resource(bytes: &[u8], module: usize) -> Result<Option<Kept>> {
    let kept = expressions::resource(bytes, interesting).map_err(|error| damaged(&error))?;
    Ok(kept.map(|(address, resource)| (module, address, resource)))
}
