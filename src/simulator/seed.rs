//! Servers that are found in a new simulated subscription, adopted or imported: made once, as their owner would have made them in the portal.

use super::arm::{self, Kind};
use super::cloud::Cloud;
use super::portal;
use super::schema::Facts;
use super::store::Store;
use crate::fleet::Fleet;
use crate::fleet::environment::Environment;
use crate::fleet::server::{DataDisk, Ownership, PowerState, Server};
use camino::Utf8Path;
use serde_json::{Value as Json, json};

/// Makes what the fleet adopts or imports and this cloud has never held. What somebody deleted stays deleted.
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
        let servers: Vec<&Server> = found(fleet)
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

fn found(fleet: &Fleet) -> impl Iterator<Item = &Server> {
    fleet
        .servers
        .iter()
        .filter(|server| server.is_found() && server.state.value != PowerState::Absent)
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
    found(fleet)
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
            let public = &machine.public_ip_name;
            let arguments = self.arguments(public, json!({"allocation_method": "Static"}));
            self.make("azurerm_public_ip", &arguments, || {
                format!("The public address `{public}` was made.")
            })?;
            part["public_ip_address_id"] = self.id(Kind::PublicIp, public).into();
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
        for disk in &machine.data_disks {
            self.data_disk(name, disk)?;
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

    fn data_disk(&mut self, server: &str, disk: &DataDisk) -> anyhow::Result<()> {
        let (lun, size_gb, disk) = (disk.lun, disk.size_gb.value, &disk.managed_disk);
        let more = json!({"storage_account_type": "StandardSSD_LRS", "create_option": "Empty", "disk_size_gb": size_gb});
        let arguments = self.arguments(disk, more);
        self.make("azurerm_managed_disk", &arguments, || {
            format!("The disk `{disk}` was made ({size_gb} GB) and attached to `{server}`.")
        })?;
        let arguments = json!({
            "managed_disk_id": self.id(Kind::ManagedDisk, disk),
            "virtual_machine_id": self.id(Kind::VirtualMachine, server),
            "lun": lun,
            "caching": "ReadWrite",
        });
        let attach = "azurerm_virtual_machine_data_disk_attachment";
        portal::make(self.cloud, self.facts, attach, &arguments).map(|_| ())
    }
}
