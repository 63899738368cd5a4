//! The environment: a network that Azure accepts, and names that mean one thing.

use super::{authorities, convert, value};
use crate::describer::codes::{LO104, LO105, LO106, LO109, LO113};
use crate::describer::read::Need;
use crate::describer::wire::collection::Table;
use crate::describer::wire::environment as wire;
use crate::describer::wire::names::ServerName;
use crate::describer::wire::network::Block;
use crate::finding::Finding;
use crate::fleet::environment::{Environment, Network, StateBackend};
use crate::fleet::server::Ownership;
use crate::source::{FileId, Located};
use ipnet::IpNet;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// What server files need of the environment, as far as it could be read.
#[derive(Debug, Default)]
pub(in crate::describer) struct Ground {
    pub(in crate::describer) name: Option<String>,
    pub(in crate::describer) subnet: Option<Located<IpNet>>,
    pub(in crate::describer) resource_group: Option<Located<Ownership>>,
    /// `None` when the groups could not be read.
    pub(in crate::describer) groups: Option<BTreeMap<String, Vec<IpNet>>>,
    /// Where each group is named.
    pub(in crate::describer) group_names: Vec<Located<String>>,
    /// Domain names by what answers to them; `None` when the file could not be read.
    pub(in crate::describer) domains: Option<BTreeMap<String, String>>,
    /// The whole of it, when nothing is missing.
    pub(in crate::describer) environment: Option<Environment>,
}

pub(in crate::describer) fn check(
    file: FileId,
    written: wire::Environment,
    today: Date,
    findings: &mut Vec<Finding>,
) -> Ground {
    let mut ground = Ground {
        name: written.name.0.as_ref().map(|name| name.value.0.clone()),
        ..Ground::default()
    };
    let groups = groups(written.sources, &mut ground, findings);
    ground.groups = Some(groups.clone());
    let resource_group = written.resource_group.0.map(|group| group.value);
    let (group_name, group_ownership) =
        resource_group.map_or((None, None), |group| (group.name.0, group.ownership.0));
    ground.resource_group.clone_from(&group_ownership);
    let network = network(
        written.network,
        group_ownership.as_ref(),
        &mut ground,
        findings,
    );
    let domains = written.domains.map(|table| table.value.entries);
    let domains = domains.unwrap_or_default().into_iter();
    let domains: BTreeMap<String, String> = domains
        .map(|(key, domain)| (key.value, domain.value.0))
        .collect();
    ground.domains = Some(domains.clone());
    let state = value(written.state)
        .and_then(|state| value(state.backend))
        .and_then(|backend| state(backend, findings));
    ground.environment = (|| {
        Some(Environment {
            file,
            name: convert(written.name.0?, |name| name.0),
            location: convert(value(written.cloud)?.location.0?, |location| {
                location.0.replace(' ', "").to_lowercase()
            }),
            resource_group: convert(group_name?, |name| name.0),
            resource_group_ownership: group_ownership?.value,
            network: network?,
            sources: groups,
            domains,
            state: state?,
            acme_email: written
                .acme
                .and_then(|acme| value(acme.value.email))
                .map(|email| email.0),
            authority: written
                .certificates
                .and_then(|own| authorities::check(own.value, today, findings)),
            discord_webhook: written
                .discord
                .and_then(|discord| discord.value.webhook.0)
                .map(|secret| convert(secret, |secret| secret.0)),
            rehearsal_images: written
                .rehearsal
                .and_then(|rehearsal| rehearsal.value.images)
                .map(|table| table.value.entries)
                .unwrap_or_default()
                .into_iter()
                .map(|(image, stand_in)| (image.value, stand_in.value.0))
                .collect(),
        })
    })();
    ground
}

/// The groups alone.
pub(in crate::describer) fn sources(written: wire::Environment) -> BTreeMap<String, Vec<IpNet>> {
    groups(written.sources, &mut Ground::default(), &mut Vec::new())
}

type Groups = Option<Located<Table<ServerName, Vec<Located<Block>>>>>;

fn groups(
    written: Groups,
    ground: &mut Ground,
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, Vec<IpNet>> {
    let mut groups = BTreeMap::new();
    for (name, blocks) in written.map(|table| table.value.entries).unwrap_or_default() {
        if name.value == "internet" {
            findings.push(
                Finding::new(&LO105, "the group `internet` is there already")
                    .at(name.span, "means everyone, everywhere")
                    .help("give the group another name"),
            );
            continue;
        }
        groups.insert(
            name.value.clone(),
            blocks
                .value
                .into_iter()
                .map(|block| block.value.0)
                .collect(),
        );
        ground.group_names.push(name);
    }
    groups
}

fn network(
    written: Need<wire::Network>,
    group: Option<&Located<Ownership>>,
    ground: &mut Ground,
    findings: &mut Vec<Finding>,
) -> Option<Network> {
    let written = value(written)?;
    if let (Some(network), Some(group)) = (&written.ownership.0, group)
        && network.value == Ownership::Adopted
        && group.value == Ownership::Managed
    {
        findings.push(
            Finding::new(
                &LO113,
                "the network is there already, but its resource group has yet to be created",
            )
            .at(network.span, "adopted")
            .related(group.span, "managed")
            .help("make both `adopted`, or both `managed`"),
        );
    }
    let (subnet_name, prefix) =
        value(written.subnet).map_or((None, None), |subnet| (subnet.name.0, subnet.prefix.0));
    let prefix = prefix.map(|prefix| convert(prefix, |block| block.0));
    let space = written
        .address_space
        .0
        .map(|space| convert(space, |block| block.0));
    if let Some(prefix) = &prefix {
        size(prefix, findings);
    }
    if let (Some(space), Some(prefix)) = (&space, &prefix)
        && !space.value.contains(&prefix.value)
    {
        findings.push(
            Finding::new(
                &LO106,
                format!("the subnet {} is outside the network", prefix.value),
            )
            .at(prefix.span, "not inside the address space")
            .related(space.span, format!("the network is {}", space.value))
            .help(format!("choose a block inside {}", space.value)),
        );
    }
    ground.subnet.clone_from(&prefix);
    Some(Network {
        name: convert(written.name.0?, |name| name.0),
        ownership: value(written.ownership)?,
        address_space: space?,
        subnet_name: convert(subnet_name?, |name| name.0),
        subnet: prefix?,
    })
}

/// Azure's subnets go from /2 to /29 in IPv4.
fn size(prefix: &Located<IpNet>, findings: &mut Vec<Finding>) {
    let wrong = match prefix.value {
        IpNet::V4(net) if (2..=29).contains(&net.prefix_len()) => return,
        IpNet::V4(_) => "Azure's subnets are from /2 to /29",
        IpNet::V6(_) => "a subnet of Azure has IPv4 addresses",
    };
    findings.push(
        Finding::new(
            &LO109,
            format!("{} cannot be a subnet: {wrong}", prefix.value),
        )
        .at(prefix.span, "not possible in Azure")
        .help("choose an IPv4 block such as `10.10.0.0/24`"),
    );
}

fn state(written: wire::Backend, findings: &mut Vec<Finding>) -> Option<StateBackend> {
    match written {
        wire::Backend::Local => Some(StateBackend::Local),
        wire::Backend::Azurerm(container) => {
            let key = container.value.key.0?;
            // OpenTofu would evaluate it, Terraform would not.
            if ["${", "%{"].iter().any(|begin| key.value.0.contains(begin)) {
                findings.push(
                    Finding::new(&LO104, "the key of the state holds a template")
                        .at(key.span, "nothing here is evaluated")
                        .help("write the blob's name itself, `production.tfstate`"),
                );
            }
            Some(StateBackend::Azurerm {
                storage_account: value(container.value.storage_account)?.0,
                container: value(container.value.container)?.0,
                key: key.value.0,
            })
        }
        wire::Backend::File { holds, .. } => holds,
    }
}
