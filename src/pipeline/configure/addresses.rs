//! Where each server is reached: from the simulation's hosts, or from Terraform's outputs and the describers.

use crate::cli::Cloud;
use crate::context::Context;
use crate::fleet::Fleet;
use crate::pipeline::failure;
use crate::report::Failure;
use crate::simulator::hosts;
use crate::terraform::run::Terraform;
use crate::terraform::workspace::Workspace;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// How a server is reached, and what it is.
#[derive(Debug, Clone)]
pub(in crate::pipeline) struct Contact {
    pub(in crate::pipeline) address: IpAddr,
    /// Public addresses that it has besides.
    pub(in crate::pipeline) others: Vec<IpAddr>,
    pub(in crate::pipeline) port: u16,
    /// Azure's id of this very machine.
    pub(in crate::pipeline) identity: Option<String>,
    pub(in crate::pipeline) public_ip: Option<String>,
}

pub(in crate::pipeline) type Contacts = BTreeMap<String, Contact>;

/// Where an engine should answer for a simulation to have hosts, and none does.
pub(in crate::pipeline) fn engine_that_is_silent(context: &Context, cloud: Cloud) -> Option<&str> {
    let engine = hosts::command::address(context.variable("DOCKER_HOST"));
    (cloud == Cloud::Simulated && hosts::command::answers(engine).is_err()).then_some(engine)
}

/// By server; whoever has no address is not in it.
pub(in crate::pipeline) fn contacts(
    context: &Context,
    fleet: &Fleet,
    cloud: Cloud,
    workspace: &Workspace,
    terraform: Option<&Terraform>,
) -> Result<Contacts, Failure> {
    match (cloud, terraform) {
        (Cloud::Azure, Some(terraform)) => {
            let outputs = terraform
                .outputs(workspace)
                .map_err(|error| failure::of_terraform(&error))?;
            Ok(of_outputs(fleet, &outputs))
        }
        _ => {
            let engine = hosts::command::address(context.variable("DOCKER_HOST"));
            let found = hosts::contact::contacts(engine, &workspace.cloud())
                .map_err(|error| failure::of_anything(&error))?;
            Ok(found
                .into_iter()
                .map(|(name, contact)| {
                    let contact = Contact {
                        public_ip: contact.public.map(|public| public.to_string()),
                        address: contact.address,
                        others: Vec::new(),
                        port: contact.port,
                        identity: Some(contact.machine),
                    };
                    (name, contact)
                })
                .collect())
        }
    }
}

/// The public address where there is one, else the private one, which the describer has itself.
fn of_outputs(fleet: &Fleet, outputs: &Value) -> Contacts {
    let of = |output: &str, server: &str| {
        let value = outputs.get(output)?.get("value")?.get(server)?.as_str()?;
        (!value.is_empty()).then(|| value.to_owned())
    };
    let others = |server: &str| {
        let value = outputs.get("other_public_ips")?.get("value")?.get(server)?;
        let all = value.as_array()?.iter().filter_map(Value::as_str);
        Some(all.filter_map(|ip| ip.parse().ok()).collect())
    };
    let mut contacts = Contacts::new();
    for server in &fleet.servers {
        let name = server.name();
        let public_ip = of("public_ips", name);
        let address = public_ip.as_deref().and_then(|ip| ip.parse().ok());
        contacts.insert(
            name.to_owned(),
            Contact {
                address: address.unwrap_or(server.machine.private_ip.value),
                others: others(name).unwrap_or_default(),
                port: 22,
                identity: of("machine_ids", name),
                public_ip,
            },
        );
    }
    contacts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::describer;
    use serde_json::json;

    #[test]
    fn a_server_is_reached_at_its_first_public_address_and_has_the_others_besides() {
        let outputs = json!({
            "public_ips": { "value": { "backend": "198.51.100.4" } },
            "other_public_ips": { "value": { "backend": ["198.51.100.5", "2001:db8::5"] } },
        });
        let contacts = of_outputs(&describer::own_fleet(), &outputs);
        let words = |server: &str| {
            let contact = &contacts[server];
            let all = std::iter::once(&contact.address).chain(&contact.others);
            all.map(IpAddr::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            words("backend"),
            ["198.51.100.4", "198.51.100.5", "2001:db8::5"]
        );
        // No address of its own: it is reached inside the network.
        assert_eq!(words("database"), ["10.10.0.5"]);
    }
}
