//! A configured provider: the cloud and the subscription that it works with.

use super::Provider;
use super::cloud::Cloud;
use super::failure::Failure;
use super::hosts::Hosts;
use super::hosts::settle::Look;
use super::plugin;
use super::store::Store;
use super::value::Value;
use camino::Utf8PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the provider's process is told from outside.
#[derive(Debug)]
pub(super) struct Settings {
    /// The file that is the cloud.
    pub(super) cloud: Option<Utf8PathBuf>,
    /// The subscription that counts when the configuration names none.
    pub(super) subscription: Option<String>,
    /// The Docker engine that machines boot on; without one they have no hosts.
    pub(super) engine: Option<String>,
}

#[derive(Debug)]
pub(super) struct Session {
    pub(super) store: Store,
    pub(super) subscription: String,
    /// The engine's address and the cloud's file, where machines have hosts.
    engine: Option<(String, Utf8PathBuf)>,
    hosts: tokio::sync::OnceCell<Hosts>,
}

impl Session {
    /// Fails as the real provider does when something is missing.
    pub(super) fn start(
        provider: Provider,
        settings: &Settings,
        config: &Value,
    ) -> Result<Self, Failure> {
        let written = config
            .field("subscription_id")
            .as_str()
            .filter(|id| !id.is_empty());
        let subscription = written.or(settings.subscription.as_deref());
        if subscription.is_none() && provider == Provider::Azurerm {
            let words = "`subscription_id` is a required provider property when performing a plan/apply operation";
            return Err(Failure::Refused(words.to_owned()));
        }
        let Some(path) = &settings.cloud else {
            return Err(Failure::Refused(format!(
                "this is the simulated {} provider, and no simulated cloud is named: set {} to the path of its file, \
                 or use the real provider",
                provider.word(),
                plugin::CLOUD
            )));
        };
        let store = Store::new(path);
        let cloud = store.read()?;
        let subscription = subscription.unwrap_or(&cloud.subscription_id).to_owned();
        if !subscription.is_empty() {
            cloud.must_be(&subscription)?;
        }
        let engine = settings.engine.clone();
        Ok(Self {
            store,
            subscription,
            engine: engine.map(|engine| (engine, path.clone())),
            hosts: tokio::sync::OnceCell::new(),
        })
    }

    /// The cloud, after the time that it takes to ask it.
    pub(super) async fn look(&self) -> Result<Arc<Cloud>, Failure> {
        self.wait().await;
        Ok(self.store.read()?)
    }

    /// Lets the latency pass; no lock is held meanwhile.
    pub(super) async fn wait(&self) {
        // An unreadable cloud is reported by whoever asks for it next.
        let latency = self.store.read().map_or(0, |cloud| cloud.latency_ms);
        if latency > 0 {
            tokio::time::sleep(Duration::from_millis(latency)).await;
        }
    }

    /// Lets hosts follow what has become of the cloud: that of one machine by name, or all of them.
    pub(super) async fn follow(&self, machine: Option<&str>) -> anyhow::Result<()> {
        let Some((address, cloud)) = &self.engine else {
            return Ok(());
        };
        let hosts = self
            .hosts
            .get_or_try_init(|| Hosts::connect(address, cloud))
            .await?;
        // Terraform says which resource it waits for.
        let say = Mutex::new(|_: &str| {});
        match machine {
            Some(machine) => hosts.host(machine, Look::Changes, &say).await,
            None => hosts.settle(Look::Changes, &say).await,
        }
    }
}
