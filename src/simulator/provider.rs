//! The calls that Terraform makes of a provider, each answered from the facts, the plan engine and the cloud.

use super::Provider;
use super::change::{Change, keep_written};
use super::cloud::{Attributes, Cloud, Store, text};
use super::engine;
use super::failure::Failure;
use super::grpc::Reply;
use super::proto::{self, Diagnostic, DynamicValue};
use super::resources::{self, ResourceType};
use super::schema::{Block, Facts, validate};
use super::value::{Type, Value};
use super::wire;
use anyhow::Context as _;
use camino::Utf8PathBuf;
use prost::Message;
use serde_json::Value as Json;
use std::cell::OnceCell;
use std::time::Duration;

/// What the provider's process is told from outside.
#[derive(Debug)]
pub(super) struct Settings {
    /// The file that is the cloud.
    pub(super) cloud: Option<Utf8PathBuf>,
    /// The subscription that counts when the configuration names none.
    pub(super) subscription: Option<String>,
}

/// What a configured provider works with.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) store: Store,
    pub(super) subscription: String,
}

#[derive(Debug)]
pub(super) struct Server {
    provider: Provider,
    facts: Facts,
    settings: Settings,
    session: OnceCell<Session>,
}

fn error(failure: impl std::fmt::Display) -> Diagnostic {
    Diagnostic {
        severity: 1,
        summary: failure.to_string(),
        ..Diagnostic::default()
    }
}

fn state_of(value: &Value, block: &Block) -> anyhow::Result<Option<DynamicValue>> {
    let value = block.conform(value.clone());
    Ok(Some(DynamicValue {
        msgpack: wire::encode(&value, &block.object())?,
        json: Vec::new(),
    }))
}

fn value_of(state: Option<&DynamicValue>, ty: &Type) -> anyhow::Result<Value> {
    match state {
        Some(state) if !state.json.is_empty() => {
            let json: Json =
                serde_json::from_slice(&state.json).context("could not read a state")?;
            Ok(Value::from_json(&json, ty))
        }
        Some(state) => wire::decode(&state.msgpack, ty),
        None => Ok(Value::Null),
    }
}

fn attributes_of(value: &Value) -> Attributes {
    match value.to_json() {
        Json::Object(fields) => fields,
        _ => Attributes::new(),
    }
}

fn request<T: Message + Default>(body: &[u8]) -> anyhow::Result<T> {
    T::decode(body).context("could not read a request")
}

fn reply(message: anyhow::Result<impl Message>) -> Reply {
    match message {
        Ok(message) => Reply::Message(message.encode_to_vec()),
        Err(error) => Reply::Failed(format!("{error:#}")),
    }
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
                reply(self.validate(body, &self.facts.resources))
            }
            "ValidateDataSourceConfig" | "ValidateDataResourceConfig" => {
                reply(self.validate(body, &self.facts.data_sources))
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
        &self,
        body: &[u8],
        types: &std::collections::BTreeMap<String, Block>,
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
        let diagnostics = match self.start_session(&config) {
            Ok(session) => {
                // Terraform configures a provider once; what comes later changes nothing.
                let _ = self.session.set(session);
                Vec::new()
            }
            Err(failure) => vec![error(failure)],
        };
        Ok(proto::Diagnostics { diagnostics })
    }

    fn start_session(&self, config: &Value) -> Result<Session, Failure> {
        let written = config
            .field("subscription_id")
            .as_str()
            .filter(|id| !id.is_empty());
        let subscription = written.or(self.settings.subscription.as_deref());
        if subscription.is_none() && self.provider == Provider::Azurerm {
            let words = "`subscription_id` is a required provider property when performing a plan/apply operation";
            return Err(Failure::Refused(words.to_owned()));
        }
        let Some(path) = &self.settings.cloud else {
            return Err(Failure::Refused(format!(
                "this is the simulated {} provider, and no simulated cloud is named: set {} to the path of its file \
                 (`lostops … --cloud simulated` does), or use the real provider",
                self.provider.word(),
                super::plugin::CLOUD
            )));
        };
        let store = Store::new(path);
        let cloud = store.read()?;
        let subscription = subscription.unwrap_or(&cloud.subscription_id).to_owned();
        let is_another = !cloud.subscription_id.is_empty()
            && !subscription.is_empty()
            && !cloud.subscription_id.eq_ignore_ascii_case(&subscription);
        if is_another {
            let message = format!(
                "The subscription '{subscription}' could not be found: this simulated cloud is the subscription '{}'.",
                cloud.subscription_id
            );
            return Err(Failure::not_found("SubscriptionNotFound", message));
        }
        Ok(Session {
            store,
            subscription,
        })
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

    fn upgrade(&self, body: &[u8]) -> anyhow::Result<proto::State> {
        let asked: proto::Upgrade = request(body)?;
        let (block, _) = self.resource(&asked.type_name)?;
        let json = asked.raw_state.unwrap_or_default().json;
        let json: Json = serde_json::from_slice(&json).context("could not read a state")?;
        Ok(proto::State {
            state: state_of(&Value::from_json(&json, &block.object()), block)?,
            ..proto::State::default()
        })
    }

    async fn read(&self, body: &[u8]) -> anyhow::Result<proto::State> {
        let asked: proto::Read = request(body)?;
        let (block, resource) = self.resource(&asked.type_name)?;
        let prior = value_of(asked.state.as_ref(), &block.object())?;
        let mut attributes = attributes_of(&prior);
        let id = text(&attributes, "id").to_owned();
        let (state, diagnostics) = match self.look().await {
            Ok(cloud) if resource.read(&cloud, &id, &mut attributes) => {
                let found = Value::from_json(&Json::Object(attributes), &block.object());
                (keep_written(block, &prior, found), Vec::new())
            }
            Ok(_) => (Value::Null, Vec::new()),
            Err(failure) => (prior, vec![error(failure)]),
        };
        Ok(proto::State {
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
            requires_replace: plan
                .replace
                .into_iter()
                .filter_map(super::path::Path::wire)
                .collect(),
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
        self.wait().await?;
        let (state, diagnostics) = match change.apply(self.session()?) {
            Ok((attributes, failure)) => {
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

    async fn read_data(&self, body: &[u8]) -> anyhow::Result<proto::State> {
        let asked: proto::TypeConfig = request(body)?;
        let block = self
            .facts
            .data_sources
            .get(&asked.type_name)
            .context("could not find the type")?;
        let config = value_of(asked.config.as_ref(), &block.object())?;
        let mut attributes = attributes_of(&config);
        let subscription = &self.session()?.subscription;
        let found = match self.look().await {
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
        Ok(proto::State {
            state: state_of(&state, block)?,
            diagnostics,
            private: Vec::new(),
        })
    }

    /// The cloud, after the time that it takes to ask it.
    async fn look(&self) -> Result<Cloud, Failure> {
        self.wait().await?;
        Ok(self.session()?.store.read()?)
    }

    /// Lets the latency pass; no lock is held meanwhile.
    async fn wait(&self) -> anyhow::Result<()> {
        // An unreadable cloud is reported by whoever asks for it next.
        let latency = self
            .session()?
            .store
            .read()
            .map_or(0, |cloud| cloud.latency_ms);
        if latency > 0 {
            tokio::time::sleep(Duration::from_millis(latency)).await;
        }
        Ok(())
    }
}

fn problems(block: &Block, config: &Value) -> Vec<Diagnostic> {
    validate::validate(block, config)
        .into_iter()
        .map(|problem| Diagnostic {
            severity: 1,
            summary: problem.summary,
            detail: problem.detail,
            attribute: problem.path.wire(),
        })
        .collect()
}
