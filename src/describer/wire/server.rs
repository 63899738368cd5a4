//! A server's describer.

use super::collection::NonEmpty;
use super::kinds::{Gigabytes, Lun, TlsWord};
use super::names::{AzureName, DiskName, Package, Purpose, ServerName, Size, UserName};
use super::network::{Address, Origin};
use super::ports::Ports;
use super::services::Services;
use super::text::Words;
use crate::describer::read::{Maybe, Need, record};
use crate::fleet::port::Protocol;
use crate::fleet::server::{Image, Ownership, PowerState, Role};
use crate::source::Located;

record! {
    /// One server: what it is, whether it runs, which ports it opens and to whom.
    Server {
        /// Its name: also its host name, its name in the inventory and its key in Terraform's state.
        server: Need<ServerName>,
        /// What it is for: picks the policy's profile and the Ansible roles.
        role: Need<Role>,
        /// `running` unless said.
        state: Maybe<PowerState>,
        /// The machine.
        vm: Need<Vm>,
        /// Every port that may be reached, and from whom. What is not here is closed.
        ports: Maybe<Vec<Located<Port>>>,
        /// What runs on it.
        services: Maybe<Services>,
        /// Packages beyond those of the role; the policy must permit each.
        packages: Maybe<Vec<Located<Package>>>,
    }

    /// The machine.
    Vm {
        /// `adopted`: it exists and its nature is not ours. `managed`: Terraform creates it.
        ownership: Need<Ownership>,
        /// Managed only: it exists, and Terraform takes it over as it is instead of making it.
        import: Maybe<bool>,
        /// Its size in Azure, `Standard_B2ms`.
        size: Need<Size>,
        /// What it is made from, `publisher:offer:sku:version`.
        image: Need<Image>,
        /// Its address in the subnet; static, so that every plan is fully known.
        private_ip: Need<Address>,
        /// Whether it has an address on the internet; `false` unless said.
        public_ip: Maybe<bool>,
        /// The system's disk.
        disk: Need<Disk>,
        /// Disks that outlive the machine.
        data_disks: Maybe<Vec<Located<DataDisk>>>,
        /// Who may log in.
        admin: Need<Admin>,
        /// Pinned SSH host keys. Empty: accept on first contact and report.
        host_keys: Maybe<Vec<Located<Words>>>,
        /// The name of its network interface in Azure; `<server>-nic` unless said.
        network_interface: Maybe<AzureName>,
        /// The name of its public address in Azure; `<server>-ip` unless said.
        public_ip_name: Maybe<AzureName>,
        /// The name of its security group; `<server>-nsg` unless said. That of a server that exists guards it today and is taken over.
        security_group: Maybe<AzureName>,
    }

    /// The system's disk.
    Disk {
        /// Its size in GiB.
        size_gb: Need<Gigabytes>,
    }

    /// A disk that outlives the machine.
    DataDisk {
        /// Its name on this server.
        name: Need<DiskName>,
        /// Its size in GiB.
        size_gb: Need<Gigabytes>,
        /// The disk's own name in Azure; `<server>-<name>` unless said.
        managed_disk: Maybe<AzureName>,
        /// Its place on the machine, 0 to 63; unless said the lowest that is free, in the order of the list.
        lun: Maybe<Lun>,
    }

    /// Who may log in.
    Admin {
        /// The user that is made for it.
        user: Need<UserName>,
        /// OpenSSH public keys, one line each.
        ssh_keys: Need<NonEmpty<Words>>,
    }

    /// One opening.
    Port {
        /// A port, a range or a list of them.
        port: Need<Ports>,
        /// From whom.
        from: Need<Origin>,
        /// What it is for: the name of the security rule.
        r#for: Maybe<Purpose>,
        /// `tcp` unless said.
        protocol: Maybe<Protocol>,
        /// Whether connections must be encrypted.
        tls: Maybe<TlsWord>,
    }
}
