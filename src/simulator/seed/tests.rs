//! Adopted servers appear once, as their owner would have made them.

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
        policy: Policy {
            file,
            roles: BTreeMap::new(),
            nature: BTreeMap::new(),
            grants: Vec::new(),
            waivers: Vec::new(),
        },
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
        .change(|cloud| crate::simulator::resources::delete(cloud, &machine, Kind::VirtualMachine))
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
