//! Adopted servers in a new simulated subscription: made once, as their owner would have made them in the portal.

use super::arm::{self, Kind};
use super::cloud::{Cloud, Store};
use super::portal;
use super::schema::Facts;
use crate::fleet::Fleet;
use crate::fleet::environment::Environment;
use crate::fleet::server::{Ownership, PowerState, Server};
use camino::Utf8Path;
use serde_json::{Value as Json, json};

/// Makes what the fleet adopts and this cloud has never held. What somebody deleted stays deleted.
/// A resource group or network that servers to be made need is made too, whoever owns it.
///
/// Returns one sentence per thing made.
pub(crate) fn adopt(
    cloud_path: &Utf8Path,
    subscription_id: &str,
    fleet: &Fleet,
) -> anyhow::Result<Vec<String>> {
    let facts = portal::facts()?;
    let store = Store::new(cloud_path);
    let before = store.read()?;
    let is_done = wanted(fleet).all(|key| before.seeded.contains(&key));
    if is_done && !before.subscription_id.is_empty() {
        before.must_be(subscription_id)?;
        return Ok(Vec::new());
    }
    let said = store.change(|cloud| {
        cloud.belong_to(subscription_id)?;
        let mut seed = Seed {
            cloud,
            facts: &facts,
            environment: &fleet.environment,
            said: Vec::new(),
        };
        let servers: Vec<&Server> = adopted(fleet)
            .filter(|server| seed.cloud.seeded.insert(server_key(server)))
            .collect();
        seed.surroundings(!servers.is_empty())?;
        for server in servers {
            seed.server(server)?;
        }
        Ok(seed.said)
    })?;
    Ok(said)
}

fn adopted(fleet: &Fleet) -> impl Iterator<Item = &Server> {
    fleet
        .servers
        .iter()
        .filter(|server| server.is_adopted() && server.state.value != PowerState::Absent)
}

fn server_key(server: &Server) -> String {
    format!("server {}", server.name())
}

fn group_key(environment: &Environment) -> Option<String> {
    let is_adopted = environment.resource_group_ownership == Ownership::Adopted;
    is_adopted.then(|| format!("resource group {}", environment.resource_group.value))
}

fn network_key(environment: &Environment) -> Option<String> {
    let is_adopted = environment.network.ownership == Ownership::Adopted;
    is_adopted.then(|| format!("network {}", environment.network.name.value))
}

fn wanted(fleet: &Fleet) -> impl Iterator<Item = String> {
    let environment = &fleet.environment;
    adopted(fleet)
        .map(server_key)
        .chain(group_key(environment))
        .chain(network_key(environment))
}

struct Seed<'a> {
    cloud: &'a mut Cloud,
    facts: &'a Facts,
    environment: &'a Environment,
    said: Vec<String>,
}

impl Seed<'_> {
    /// Makes something and says so, unless it is there.
    fn make(
        &mut self,
        type_name: &str,
        arguments: &Json,
        words: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        if portal::make(self.cloud, self.facts, type_name, arguments)? {
            self.said.push(words());
        }
        Ok(())
    }

    fn group(&self) -> &str {
        &self.environment.resource_group.value
    }

    fn id(&self, kind: Kind, name: &str) -> String {
        arm::id(&self.cloud.subscription_id, self.group(), kind, name)
    }

    /// The arguments that nearly everything has.
    fn arguments(&self, name: &str, more: Json) -> Json {
        let mut all = json!({
            "name": name,
            "resource_group_name": self.group(),
            "location": self.environment.location.value,
        });
        if let (Json::Object(all), Json::Object(more)) = (&mut all, more) {
            all.extend(more);
        }
        all
    }

    fn surroundings(&mut self, has_servers: bool) -> anyhow::Result<()> {
        let environment = self.environment;
        let network = &environment.network;
        let group_is_due = group_key(environment).is_some_and(|key| self.cloud.seeded.insert(key));
        let network_is_due =
            network_key(environment).is_some_and(|key| self.cloud.seeded.insert(key));
        let location = &environment.location.value;
        if group_is_due || network_is_due || has_servers {
            let name = &environment.resource_group.value;
            self.make(
                "azurerm_resource_group",
                &json!({"name": name, "location": location}),
                || format!("The resource group `{name}` was made in {location}."),
            )?;
        }
        if network_is_due || has_servers {
            let name = &network.name.value;
            let space = network.address_space.value.to_string();
            let arguments = self.arguments(name, json!({"address_space": [space]}));
            self.make("azurerm_virtual_network", &arguments, || {
                format!("The network `{name}` was made for the addresses {space}.")
            })?;
            let subnet = &network.subnet_name.value;
            let prefix = network.subnet.value.to_string();
            let arguments = json!({
                "name": subnet,
                "resource_group_name": self.group(),
                "virtual_network_name": name,
                "address_prefixes": [prefix],
            });
            self.make("azurerm_subnet", &arguments, || {
                format!("The subnet `{subnet}` was made for the addresses {prefix}.")
            })?;
        }
        Ok(())
    }

    fn server(&mut self, server: &Server) -> anyhow::Result<()> {
        let (name, machine) = (server.name(), &server.machine);
        let network = &self.environment.network;
        let subnet = format!(
            "{}/subnets/{}",
            self.id(Kind::VirtualNetwork, &network.name.value),
            network.subnet_name.value
        );
        let mut part = json!({
            "name": "ipconfig1",
            "subnet_id": subnet,
            "private_ip_address_allocation": "Static",
            "private_ip_address": machine.private_ip.value.to_string(),
        });
        if machine.public_ip {
            let public = format!("{name}-ip");
            let arguments = self.arguments(&public, json!({"allocation_method": "Static"}));
            self.make("azurerm_public_ip", &arguments, || {
                format!("The public address `{public}` was made.")
            })?;
            part["public_ip_address_id"] = self.id(Kind::PublicIp, &public).into();
        }
        let interface = &machine.network_interface;
        let arguments = self.arguments(interface, json!({"ip_configuration": [part]}));
        self.make("azurerm_network_interface", &arguments, || {
            format!(
                "The network interface `{interface}` was made with the address {}.",
                machine.private_ip.value
            )
        })?;
        let interface = self.id(Kind::NetworkInterface, interface);
        if let Some(group) = &machine.security_group {
            self.security_group(group, &interface)?;
        }
        let keys: Vec<Json> = machine
            .ssh_keys
            .iter()
            .map(|key| json!({"username": machine.admin_user, "public_key": key}))
            .collect();
        let image = &machine.image.value;
        let (size, disk_gb) = (&machine.size.value, machine.disk_gb.value);
        let arguments = self.arguments(
            name,
            json!({
                "size": size,
                "admin_username": machine.admin_user,
                "admin_ssh_key": keys,
                "disable_password_authentication": true,
                "network_interface_ids": [interface],
                "os_disk": [{"caching": "ReadWrite", "storage_account_type": "StandardSSD_LRS", "disk_size_gb": disk_gb}],
                "source_image_reference": [{
                    "publisher": image.publisher, "offer": image.offer, "sku": image.sku, "version": image.version,
                }],
            }),
        );
        self.make("azurerm_linux_virtual_machine", &arguments, || {
            format!("The server `{name}` was made ({size}, {image}, {disk_gb} GB) and runs.")
        })?;
        for (lun, disk) in machine.data_disks.iter().enumerate() {
            self.data_disk(name, lun, &disk.name.value, disk.size_gb.value)?;
        }
        Ok(())
    }

    fn security_group(&mut self, group: &str, interface: &str) -> anyhow::Result<()> {
        let rule = json!({
            "name": "default-allow-ssh", "priority": 1000, "direction": "Inbound", "access": "Allow", "protocol": "Tcp",
            "source_port_range": "*", "source_address_prefix": "*",
            "destination_port_range": "22", "destination_address_prefix": "*",
        });
        let arguments = self.arguments(group, json!({"security_rule": [rule]}));
        self.make("azurerm_network_security_group", &arguments, || {
            format!("The security group `{group}` was made; its rule `default-allow-ssh` opens port 22 to everyone.")
        })?;
        let arguments = json!({
            "network_interface_id": interface,
            "network_security_group_id": self.id(Kind::NetworkSecurityGroup, group),
        });
        let associate = "azurerm_network_interface_security_group_association";
        portal::make(self.cloud, self.facts, associate, &arguments).map(|_| ())
    }

    fn data_disk(
        &mut self,
        server: &str,
        lun: usize,
        disk: &str,
        size_gb: u32,
    ) -> anyhow::Result<()> {
        let disk = format!("{server}-{disk}");
        let more = json!({"storage_account_type": "StandardSSD_LRS", "create_option": "Empty", "disk_size_gb": size_gb});
        let arguments = self.arguments(&disk, more);
        self.make("azurerm_managed_disk", &arguments, || {
            format!("The disk `{disk}` was made ({size_gb} GB) and attached to `{server}`.")
        })?;
        let arguments = json!({
            "managed_disk_id": self.id(Kind::ManagedDisk, &disk),
            "virtual_machine_id": self.id(Kind::VirtualMachine, server),
            "lun": lun,
            "caching": "ReadWrite",
        });
        let attach = "azurerm_virtual_machine_data_disk_attachment";
        portal::make(self.cloud, self.facts, attach, &arguments).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::environment::{Network, StateBackend};
    use crate::fleet::policy::Policy;
    use crate::fleet::server::{DataDisk, Image, Machine, Role};
    use crate::simulator::cloud::objects;
    use crate::source::{FileId, Located, SourceMap};
    use std::collections::BTreeMap;

    fn at<T>(file: FileId, value: T) -> Located<T> {
        Located::new(value, file.start())
    }

    fn server(file: FileId, name: &str, address: &str, ownership: Ownership) -> Server {
        Server {
            name: at(file, name.to_owned()),
            file,
            role: at(file, Role::Backend),
            state: at(file, PowerState::Running),
            machine: Machine {
                ownership: at(file, ownership),
                size: at(file, "Standard_B2ms".to_owned()),
                image: at(
                    file,
                    Image {
                        publisher: "Canonical".to_owned(),
                        offer: "ubuntu-24_04-lts".to_owned(),
                        sku: "server".to_owned(),
                        version: "latest".to_owned(),
                    },
                ),
                private_ip: at(file, address.parse().unwrap()),
                public_ip: true,
                disk_gb: at(file, 64),
                data_disks: vec![DataDisk {
                    name: at(file, "mysql".to_owned()),
                    size_gb: at(file, 32),
                }],
                admin_user: "lostops".to_owned(),
                ssh_keys: vec!["ssh-ed25519 AAAA".to_owned()],
                network_interface: format!("{name}-nic"),
                security_group: Some(format!("{name}-nsg")),
                host_keys: Vec::new(),
            },
            ports: Vec::new(),
            services: Vec::new(),
            packages: Vec::new(),
        }
    }

    fn fleet(servers: &[(&str, &str, Ownership)]) -> Fleet {
        let file = SourceMap::default().add("environment.yaml", "");
        Fleet {
            environment: Environment {
                file,
                name: at(file, "production".to_owned()),
                location: at(file, "westeurope".to_owned()),
                resource_group: at(file, "lostops".to_owned()),
                resource_group_ownership: Ownership::Adopted,
                network: Network {
                    name: at(file, "net".to_owned()),
                    ownership: Ownership::Adopted,
                    address_space: at(file, "10.10.0.0/16".parse().unwrap()),
                    subnet_name: at(file, "servers".to_owned()),
                    subnet: at(file, "10.10.0.0/24".parse().unwrap()),
                },
                sources: BTreeMap::new(),
                domains: BTreeMap::new(),
                state: StateBackend::Local,
                acme_email: None,
                discord_webhook: None,
            },
            policy: Policy::default(),
            servers: servers
                .iter()
                .map(|(name, address, whose)| server(file, name, address, *whose))
                .collect(),
        }
    }

    const ADOPTED: (&str, &str, Ownership) = ("backend", "10.10.0.4", Ownership::Adopted);
    const MANAGED: (&str, &str, Ownership) = ("staging", "10.10.0.9", Ownership::Managed);

    #[test]
    fn adopted_servers_are_made_once_and_managed_ones_never() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path())
            .unwrap()
            .join("cloud.json");
        let said = adopt(&path, "s", &fleet(&[ADOPTED, MANAGED])).unwrap();
        assert!(
            said.iter()
                .any(|words| words.contains("server `backend` was made (Standard_B2ms")),
            "{said:?}"
        );
        let cloud = Store::new(&path).read().unwrap();
        let machines: Vec<_> = cloud.of(Kind::VirtualMachine).collect();
        assert_eq!(machines.len(), 1);
        assert_eq!(machines[0].text("power_state"), "running");
        assert_eq!(objects(&machines[0].attributes, "data_disks").count(), 1);
        let group = "/subscriptions/s/resourceGroups/lostops/providers/Microsoft.Network/networkSecurityGroups/backend-nsg";
        let interface = cloud.of(Kind::NetworkInterface).next().unwrap();
        assert_eq!(interface.text("network_security_group_id"), group);
        assert_eq!(interface.text("private_ip_address"), "10.10.0.4");

        assert!(
            adopt(&path, "s", &fleet(&[ADOPTED, MANAGED]))
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn what_was_deleted_stays_deleted_and_what_is_new_is_added() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path())
            .unwrap()
            .join("cloud.json");
        adopt(&path, "s", &fleet(&[ADOPTED])).unwrap();
        let store = Store::new(&path);
        let machine = arm::id("s", "lostops", Kind::VirtualMachine, "backend");
        store
            .change(|cloud| {
                crate::simulator::resources::delete(cloud, &machine, Kind::VirtualMachine)
            })
            .unwrap();
        let more = fleet(&[ADOPTED, ("database", "10.10.0.5", Ownership::Adopted)]);
        let said = adopt(&path, "s", &more).unwrap();
        assert!(
            said.iter().all(|words| !words.contains("backend")),
            "{said:?}"
        );
        assert_eq!(store.read().unwrap().of(Kind::VirtualMachine).count(), 1);
    }

    #[test]
    fn a_cloud_of_another_subscription_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path())
            .unwrap()
            .join("cloud.json");
        adopt(&path, "s", &fleet(&[ADOPTED])).unwrap();
        let error = adopt(&path, "other", &fleet(&[ADOPTED])).unwrap_err();
        assert!(
            error.to_string().contains("SubscriptionNotFound"),
            "{error}"
        );
    }
}
