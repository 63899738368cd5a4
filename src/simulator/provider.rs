//! The calls that Terraform makes of a provider, each answered from the facts, the plan engine and the cloud.

use super::Provider;
use super::arm::Id;
use super::change::{Change, keep_written};
use super::cloud::{Attributes, text};
use super::codec::{attributes_of, error, problems, reply, request, state_of, value_of};
use super::engine;
use super::failure::Failure;
use super::grpc::Reply;
use super::path::Path;
use super::proto;
use super::resources::{self, ResourceType};
use super::schema::{Block, Facts};
use super::session::{Session, Settings};
use super::value::Value;
use anyhow::Context as _;
use serde_json::Value as Json;
use std::cell::OnceCell;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct Server {
    provider: Provider,
    facts: Facts,
    settings: Settings,
    session: OnceCell<Session>,
}

impl Server {
    pub(super) fn new(provider: Provider, settings: Settings) -> anyhow::Result<Self> {
        Ok(Self {
            provider,
            facts: Facts::load(provider)?,
            settings,
            session: OnceCell::new(),
        })
    }

    /// Answers one call, under its name in either version of the protocol.
    pub(super) async fn call(&self, method: &str, body: &[u8]) -> Reply {
        match method {
            "GetSchema" | "GetProviderSchema" => reply(Ok(self.facts.wire(self.provider))),
            "PrepareProviderConfig" | "ValidateProviderConfig" => reply(self.prepare(body)),
            "ValidateResourceTypeConfig" | "ValidateResourceConfig" => {
                reply(Self::validate(body, &self.facts.resources))
            }
            "ValidateDataSourceConfig" | "ValidateDataResourceConfig" => {
                reply(Self::validate(body, &self.facts.data_sources))
            }
            "Configure" | "ConfigureProvider" => reply(self.configure(body)),
            "UpgradeResourceState" => reply(self.upgrade(body)),
            "ReadResource" => reply(self.read(body).await),
            "PlanResourceChange" => reply(self.plan(body)),
            "ApplyResourceChange" => reply(self.apply(body).await),
            "ImportResourceState" => reply(self.import(body)),
            "ReadDataSource" => reply(self.read_data(body).await),
            "Stop" | "StopProvider" => reply(Ok(proto::Empty {})),
            _ => Reply::Unimplemented,
        }
    }

    fn prepare(&self, body: &[u8]) -> anyhow::Result<proto::PreparedConfig> {
        let asked: proto::ProviderConfig = request(body)?;
        let config = value_of(asked.config.as_ref(), &self.facts.provider.object())?;
        Ok(proto::PreparedConfig {
            prepared: asked.config,
            diagnostics: problems(&self.facts.provider, &config),
        })
    }

    fn validate(
        body: &[u8],
        types: &BTreeMap<String, Block>,
    ) -> anyhow::Result<proto::Diagnostics> {
        let asked: proto::TypeConfig = request(body)?;
        let block = types
            .get(&asked.type_name)
            .context("could not find the type")?;
        let config = value_of(asked.config.as_ref(), &block.object())?;
        Ok(proto::Diagnostics {
            diagnostics: problems(block, &config),
        })
    }

    fn configure(&self, body: &[u8]) -> anyhow::Result<proto::Diagnostics> {
        let asked: proto::Configure = request(body)?;
        let config = value_of(asked.config.as_ref(), &self.facts.provider.object())?;
        let diagnostics = match Session::start(self.provider, &self.settings, &config) {
            Ok(session) => {
                // Terraform configures a provider once; what comes later changes nothing.
                let _ = self.session.set(session);
                Vec::new()
            }
            Err(failure) => vec![error(failure)],
        };
        Ok(proto::Diagnostics { diagnostics })
    }

    fn session(&self) -> anyhow::Result<&Session> {
        self.session
            .get()
            .context("could not reach the cloud: the provider is not configured")
    }

    fn resource(&self, type_name: &str) -> anyhow::Result<(&Block, &'static dyn ResourceType)> {
        let block = self.facts.resources.get(type_name);
        block
            .zip(resources::find(type_name))
            .with_context(|| format!("could not find the type {type_name}"))
    }

    fn upgrade(&self, body: &[u8]) -> anyhow::Result<proto::Answer> {
        let asked: proto::Upgrade = request(body)?;
        let (block, _) = self.resource(&asked.type_name)?;
        let json = asked.raw_state.unwrap_or_default().json;
        let json: Json = serde_json::from_slice(&json).context("could not read a state")?;
        Ok(proto::Answer {
            state: state_of(&Value::from_json(&json, &block.object()), block)?,
            ..proto::Answer::default()
        })
    }

    async fn read(&self, body: &[u8]) -> anyhow::Result<proto::Answer> {
        let asked: proto::Read = request(body)?;
        let (block, resource) = self.resource(&asked.type_name)?;
        let prior = value_of(asked.state.as_ref(), &block.object())?;
        let mut attributes = attributes_of(&prior);
        let id = text(&attributes, "id").to_owned();
        let (state, diagnostics) = match self.session()?.look().await {
            Ok(cloud) if resource.read(&cloud, &id, &mut attributes) => {
                let found = Value::from_json(&Json::Object(attributes), &block.object());
                (keep_written(block, &prior, found), Vec::new())
            }
            Ok(_) => (Value::Null, Vec::new()),
            Err(failure) => (prior, vec![error(failure)]),
        };
        Ok(proto::Answer {
            state: state_of(&state, block)?,
            diagnostics,
            private: asked.private,
        })
    }

    fn plan(&self, body: &[u8]) -> anyhow::Result<proto::Planned> {
        let asked: proto::Plan = request(body)?;
        let (block, resource) = self.resource(&asked.type_name)?;
        let ty = block.object();
        let prior = value_of(asked.prior.as_ref(), &ty)?;
        if value_of(asked.proposed.as_ref(), &ty)?.is_null() {
            return Ok(proto::Planned {
                state: asked.proposed,
                private: asked.private,
                legacy: self.provider == Provider::Azurerm,
                ..proto::Planned::default()
            });
        }
        let config = value_of(asked.config.as_ref(), &ty)?;
        let mut plan = engine::plan(block, &prior, &config);
        if !prior.is_null() {
            let more = resource.replaces(&attributes_of(&prior), &attributes_of(&plan.planned));
            plan.replace.extend(more);
        }
        Ok(proto::Planned {
            state: state_of(&plan.planned, block)?,
            requires_replace: plan.replace.into_iter().filter_map(Path::wire).collect(),
            private: asked.private,
            diagnostics: Vec::new(),
            legacy: self.provider == Provider::Azurerm,
        })
    }

    async fn apply(&self, body: &[u8]) -> anyhow::Result<proto::Applied> {
        let asked: proto::Apply = request(body)?;
        let (block, resource) = self.resource(&asked.type_name)?;
        let ty = block.object();
        let prior = value_of(asked.prior.as_ref(), &ty)?;
        let planned = value_of(asked.planned.as_ref(), &ty)?;
        let change = Change {
            type_name: &asked.type_name,
            resource,
            prior: &prior,
            planned: &planned,
        };
        self.session()?.wait().await;
        let (state, diagnostics) = match change.apply(self.session()?) {
            Ok((attributes, failure)) => {
                let machine = machine_of(&asked.type_name, &attributes);
                let followed = self.session()?.follow(machine.as_deref()).await.err();
                // Other things of the cloud are what they are whatever hosts do with them.
                let followed = followed.filter(|_| machine.is_some());
                let failure = failure.or(followed.map(Failure::Broken));
                let made = Value::from_json(&Json::Object(attributes), &ty);
                let state = if planned.is_null() {
                    Value::Null
                } else {
                    keep_written(block, &planned, made)
                };
                (state, failure.map(error).into_iter().collect())
            }
            // Nothing happened: the state stays what it was.
            Err(failure) => (prior, vec![error(failure)]),
        };
        Ok(proto::Applied {
            state: state_of(&state, block)?,
            private: asked.private,
            diagnostics,
            legacy: self.provider == Provider::Azurerm,
        })
    }

    fn import(&self, body: &[u8]) -> anyhow::Result<proto::Imported> {
        let asked: proto::Import = request(body)?;
        let (block, resource) = self.resource(&asked.type_name)?;
        Ok(match resource.import(&asked.id) {
            Ok(attributes) => {
                let state = Value::from_json(&Json::Object(attributes), &block.object());
                proto::Imported {
                    resources: vec![proto::ImportedResource {
                        type_name: asked.type_name,
                        state: state_of(&state, block)?,
                    }],
                    diagnostics: Vec::new(),
                }
            }
            Err(failure) => proto::Imported {
                resources: Vec::new(),
                diagnostics: vec![error(failure)],
            },
        })
    }

    async fn read_data(&self, body: &[u8]) -> anyhow::Result<proto::Answer> {
        let asked: proto::TypeConfig = request(body)?;
        let block = self
            .facts
            .data_sources
            .get(&asked.type_name)
            .context("could not find the type")?;
        let config = value_of(asked.config.as_ref(), &block.object())?;
        let mut attributes = attributes_of(&config);
        let subscription = &self.session()?.subscription;
        let found = match self.session()?.look().await {
            Ok(cloud) => {
                resources::data::read(&cloud, subscription, &asked.type_name, &mut attributes)
            }
            Err(failure) => Err(failure),
        };
        let (state, diagnostics) = match found {
            Ok(()) => {
                let found = Value::from_json(&Json::Object(attributes), &block.object());
                (keep_written(block, &config, found), Vec::new())
            }
            Err(failure) => (Value::Null, vec![error(failure)]),
        };
        Ok(proto::Answer {
            state: state_of(&state, block)?,
            diagnostics,
            private: Vec::new(),
        })
    }
}

/// The name of the machine that is not what it should be when its host is not.
fn machine_of(type_name: &str, attributes: &Attributes) -> Option<String> {
    let id = match type_name {
        "azurerm_linux_virtual_machine" => "id",
        "azurerm_virtual_machine_data_disk_attachment" => "virtual_machine_id",
        "azapi_resource_action" => "resource_id",
        _ => return None,
    };
    let id = Id::parse(text(attributes, id))?;
    Some(id.parent_name().to_owned())
}
