//! environment.yaml: where the servers live, and the names that describers use.

use super::collection::Table;
use super::names::{
    AzureName, BlobContainer, ContainerImage, Domain, Email, Location, ServerName, SettingName,
    StatePath, StorageAccount,
};
use super::network::Block;
use super::secret::SecretName;
use super::text::Words;
use crate::describer::read::{Maybe, Need, Reader, Wire, record};
use crate::fleet::environment::StateBackend;
use crate::fleet::server::Ownership;
use crate::source::Located;
use crate::yaml::tree::{Kind, Node};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

record! {
    /// Where the servers live, and the names that their describers use.
    Environment {
        /// The environment's name, `production`.
        name: Need<ServerName>,
        /// Where in the cloud.
        cloud: Need<Cloud>,
        /// The resource group that everything is in.
        resource_group: Need<ResourceGroup>,
        /// The virtual network that the servers are in.
        network: Need<Network>,
        /// Groups of addresses by name, for `from:`.
        sources: Maybe<Table<ServerName, Vec<Located<Block>>>>,
        /// Domain names by what answers to them.
        domains: Maybe<Table<SettingName, Domain>>,
        /// Where Terraform keeps its state.
        state: Need<State>,
        /// Certificates from Let's Encrypt.
        acme: Maybe<Acme>,
        /// Certificates of our own: for MySQL, and for web applications where there is no `acme`.
        certificates: Maybe<Certificates>,
        /// Where alerts go.
        discord: Maybe<Discord>,
        /// What is otherwise on the simulated cloud.
        rehearsal: Maybe<Rehearsal>,
    }

    /// Where in the cloud.
    Cloud {
        /// The Azure region, `westeurope`.
        location: Need<Location>,
    }

    /// The resource group that everything is in.
    ResourceGroup {
        /// Its name in Azure.
        name: Need<AzureName>,
        /// `adopted`: it exists already. `managed`: Terraform creates it.
        ownership: Need<Ownership>,
    }

    /// The virtual network that the servers are in.
    Network {
        /// Its name in Azure.
        name: Need<AzureName>,
        /// `adopted`: it exists already. `managed`: Terraform creates it.
        ownership: Need<Ownership>,
        /// Every address of the network, `10.10.0.0/16`.
        address_space: Need<Block>,
        /// The part of it that holds the servers.
        subnet: Need<Subnet>,
    }

    /// The part of the network that holds the servers.
    Subnet {
        /// Its name in Azure.
        name: Need<AzureName>,
        /// Its addresses, inside the address space.
        prefix: Need<Block>,
    }

    /// Where Terraform keeps its state.
    State {
        /// `local`: a file beside the run. `azurerm`: a blob container, shared and locked. `file`: any other, in a JSON file.
        backend: Need<Backend>,
    }

    /// A blob container.
    Container {
        /// The storage account's name.
        storage_account: Need<StorageAccount>,
        /// The container's name.
        container: Need<BlobContainer>,
        /// The blob's name, `production.tfstate`.
        key: Need<Words>,
    }

    /// Certificates from Let's Encrypt.
    Acme {
        /// Who is told when a certificate is about to expire.
        email: Need<Email>,
    }

    /// Certificates of our own.
    Certificates {
        /// The certificate of the authority that signs them, as PEM. It is no secret.
        authority: Need<Words>,
        /// The secret that holds the authority's private key, as PEM.
        key: Need<SecretName>,
    }

    /// Where alerts go.
    Discord {
        /// The secret that holds the webhook's address.
        webhook: Need<SecretName>,
    }

    /// What is otherwise on the simulated cloud.
    Rehearsal {
        /// Container images by the image that they stand in for.
        images: Maybe<Table<ContainerImage, ContainerImage>>,
    }

    /// The one key of a backend that takes settings.
    AzurermBackend {
        /// A blob container, shared and locked.
        azurerm: Need<Container>,
    }

    /// A backend that stands in a file of its own.
    FileBackend {
        /// A JSON file beside the describers that holds what Terraform's `backend` block would, `state.json`.
        file: Need<StatePath>,
    }
}

/// `local`, or `azurerm` with where, or a file that says which other.
#[derive(Debug)]
pub(in crate::describer) enum Backend {
    Local,
    Azurerm(Located<Container>),
    File {
        file: Located<FileBackend>,
        /// What stands in the file, once it was read; `None` when that is wrong, which is reported.
        holds: Option<StateBackend>,
    },
}

impl Wire for Backend {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Text(text) if text == "local" => Some(Self::Local),
            Kind::Map(entries) if entries.iter().any(|(key, _)| key.name == "file") => {
                let file = reader.item::<FileBackend>(node)?;
                Some(Self::File { file, holds: None })
            }
            Kind::Map(_) => AzurermBackend::read(node, reader)?
                .azurerm
                .0
                .map(Self::Azurerm),
            _ => {
                reader.wrong(
                    node,
                    "`local`, `azurerm:` with `storage_account`, `container` and `key`, or `file:` with a JSON file",
                );
                None
            }
        }
    }
}

impl JsonSchema for Backend {
    fn schema_name() -> Cow<'static, str> {
        "Backend".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "`local`: a file beside the run. `azurerm`: a blob container, shared and locked. `file`: any other, in a JSON file.",
            "anyOf": [
                { "const": "local" },
                generator.subschema_for::<AzurermBackend>(),
                generator.subschema_for::<FileBackend>(),
            ],
        })
    }
}
