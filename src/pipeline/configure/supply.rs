//! Images, authority and secrets: what servers are set up with, and whether all of it is at hand and can be what it stands for.

use super::stage::One;
use crate::ansible::fingerprint::Why;
use crate::ansible::inventory::Entry;
use crate::ansible::outcome::{Configured, End, ServerOutcome};
use crate::cli::Cloud;
use crate::context::Context;
use crate::fleet::Fleet;
use crate::fleet::words::{and_list, count};
use crate::reason::Reason;
use crate::report::Failure;
use crate::services::supply::{SIMULATED_KEY, Supply};
use crate::simulator::authority;
use crate::terraform::workspace::Workspace;
use std::collections::{BTreeMap, BTreeSet};

/// What the servers are set up with, and the values of the secrets that are known.
pub(super) struct Stock {
    pub(super) supply: Supply,
    secrets: BTreeMap<String, String>,
}

/// What the services of the servers are set up with, without any secret.
pub(in crate::pipeline) fn supply(
    context: &Context,
    fleet: &Fleet,
    cloud: Cloud,
    workspace: &Workspace,
) -> anyhow::Result<Supply> {
    Stock::new(context, fleet, cloud, workspace).map(|stock| stock.supply)
}

impl Stock {
    /// The folder of a simulation must be ours alone: its authority is made the first time.
    pub(super) fn new(
        context: &Context,
        fleet: &Fleet,
        cloud: Cloud,
        workspace: &Workspace,
    ) -> anyhow::Result<Self> {
        let environment = &fleet.environment;
        let names = fleet.secret_names().into_iter();
        let mut secrets: BTreeMap<String, String> = names
            .filter_map(|name| Some((name.to_owned(), context.variable(name)?.to_owned())))
            .collect();
        let supply = match cloud {
            Cloud::Azure => Supply::real(environment),
            Cloud::Simulated => {
                let own = authority::authority(&workspace.folder, &environment.name.value)?;
                secrets.insert(SIMULATED_KEY.to_owned(), own.key);
                Supply::simulated(environment, own.certificate)
            }
        };
        Ok(Self { supply, secrets })
    }

    /// The secrets of one server by name; the second are names of those that are not set here.
    pub(super) fn of(&self, entry: &Entry) -> (BTreeMap<String, String>, BTreeSet<String>) {
        let mut known = BTreeMap::new();
        let mut missing = BTreeSet::new();
        for name in entry.secrets() {
            if let Some(value) = self.secrets.get(&name) {
                known.insert(name, value.clone());
            } else {
                missing.insert(name);
            }
        }
        (known, missing)
    }
}

/// Servers that are due and whose secrets are not all set: a check leaves them out, anything else does not begin.
pub(super) fn without_secrets(
    ones: &BTreeMap<String, One>,
    due: &mut BTreeMap<String, Why>,
    check: bool,
    outcome: &mut Configured,
) -> Option<Failure> {
    let lacking = due.keys().filter_map(|name| {
        let names = &ones[name].missing;
        (!names.is_empty()).then(|| (name.clone(), names.clone()))
    });
    let lacking: BTreeMap<String, BTreeSet<String>> = lacking.collect();
    if !check {
        return (!lacking.is_empty()).then(|| missing(&lacking));
    }
    for (name, names) in lacking {
        due.remove(&name);
        let names: Vec<String> = names.into_iter().collect();
        let why = format!("not looked at: {} not set here", and_list(&names));
        let end = ServerOutcome::new(&name, End::Skipped, why);
        outcome.servers.push(end);
    }
    None
}

/// No server that is due may be touched where Grafana could not start: the webhook of its alerts is no address.
pub(super) fn unusable(
    fleet: &Fleet,
    ones: &BTreeMap<String, One>,
    due: &BTreeMap<String, Why>,
) -> Option<Failure> {
    let name = &fleet.environment.discord_webhook.as_ref()?.value;
    let mut holders = due
        .keys()
        .filter_map(|server| Some((server, ones[server].secrets.get(name)?)));
    let (server, _) = holders.find(|(_, value)| !is_web_address(value))?;
    Some(Failure {
        reason: Reason::SecretUnusable,
        // Its value is nobody's to read.
        message: format!(
            "the secret `{name}`, to which the alerts of `{server}` go, is no web address, so no server was touched"
        ),
        help: "set it to what Discord shows as the URL of the webhook: `https://discord.com/api/webhooks/…`"
            .to_owned(),
    })
}

fn is_web_address(text: &str) -> bool {
    let address = text.parse::<http::Uri>().ok();
    address.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
    })
}

/// No server may be touched: `missing` says by server which secrets it needs and are not set.
fn missing(missing: &BTreeMap<String, BTreeSet<String>>) -> Failure {
    let names: BTreeSet<&str> = missing.values().flatten().map(String::as_str).collect();
    let by_server: Vec<String> = missing
        .iter()
        .map(|(server, names)| {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("`{server}` needs {}", and_list(&names))
        })
        .collect();
    let set: Vec<String> = names
        .iter()
        .map(|name| format!("{name}: ${{{{ secrets.{name} }}}}"))
        .collect();
    Failure {
        reason: Reason::SecretMissing,
        message: format!(
            "{} not set here, so no server was touched: {}",
            match names.len() {
                1 => "a secret is".to_owned(),
                many => format!("{} are", count(many, "secret")),
            },
            by_server.join("; ")
        ),
        help: format!(
            "set them where lostops runs; in a workflow, as `env: {{ {} }}` of its step",
            set.join(", ")
        ),
    }
}
