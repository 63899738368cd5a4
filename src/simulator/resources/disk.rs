//! Managed disks, and which machine they are attached to.

use super::thing::Thing;
use super::{ResourceType, fill, missing, not_an_id, set, title};
use crate::simulator::arm::{Id, Kind};
use crate::simulator::cloud::{Attributes, Cloud, objects, text};
use crate::simulator::failure::Failure;
use crate::simulator::path::Path;
use serde_json::{Value as Json, json};

pub(super) struct ManagedDisk;

fn size(attributes: &Attributes) -> i64 {
    attributes
        .get("disk_size_gb")
        .and_then(Json::as_i64)
        .unwrap_or_default()
}

impl Thing for ManagedDisk {
    const KIND: Kind = Kind::ManagedDisk;
    const TYPE: &'static str = "azurerm_managed_disk";

    fn settle(
        &self,
        _cloud: &Cloud,
        id: &str,
        attributes: &mut Attributes,
        prior: Option<&Attributes>,
    ) -> Result<(), Failure> {
        if text(attributes, "create_option") == "Empty" && size(attributes) == 0 {
            let message = "`disk_size_gb` must be specified when `create_option` is `Empty`";
            return Err(Failure::Refused(message.to_owned()));
        }
        if prior.is_some_and(|prior| size(attributes) < size(prior)) {
            let message = format!("Disk {id} can not be made smaller.");
            return Err(Failure::conflict("OperationNotAllowed", message));
        }
        for (name, value) in [
            ("disk_size_gb", 30),
            ("disk_iops_read_write", 500),
            ("disk_mbps_read_write", 60),
            ("disk_iops_read_only", 0),
            ("disk_mbps_read_only", 0),
            ("logical_sector_size", 0),
            ("max_shares", 0),
        ] {
            fill(attributes, name, value);
        }
        fill(attributes, "source_uri", "");
        fill(attributes, "tier", "");
        Ok(())
    }

    fn release(&self, cloud: &mut Cloud, id: &str) -> Result<(), Failure> {
        match machine_of(cloud, id) {
            None => Ok(()),
            Some(machine) => Err(Failure::conflict(
                "OperationNotAllowed",
                format!("Disk {id} is attached to VM {machine}."),
            )),
        }
    }

    fn grows_only(&self, prior: &Attributes, planned: &Attributes) -> Vec<Path> {
        let is_smaller = size(planned) > 0 && size(planned) < size(prior);
        is_smaller
            .then(|| Path::default().attribute("disk_size_gb"))
            .into_iter()
            .collect()
    }
}

/// The machine that a disk is attached to, as a data disk or as the one it boots from.
fn machine_of(cloud: &Cloud, disk: &str) -> Option<String> {
    cloud
        .of(Kind::VirtualMachine)
        .find(|machine| {
            let data = objects(&machine.attributes, "data_disks")
                .map(|held| text(held, "managed_disk_id"));
            let system = objects(&machine.attributes, "os_disk").map(|held| text(held, "id"));
            data.chain(system)
                .any(|held| held.eq_ignore_ascii_case(disk))
        })
        .map(|machine| machine.id.clone())
}

pub(super) struct Attachment;

fn disks_mut<'a>(cloud: &'a mut Cloud, machine: &str) -> Result<&'a mut Vec<Json>, Failure> {
    let found = cloud.get_mut(machine).ok_or_else(|| missing(machine))?;
    fill(&mut found.attributes, "data_disks", json!([]));
    match found.attributes.get_mut("data_disks") {
        Some(Json::Array(disks)) => Ok(disks),
        _ => Err(missing(machine)),
    }
}

/// The machine's id and the disk's name, from an attachment's id.
fn parts(id: &str) -> Option<(&str, &str)> {
    id.rsplit_once("/dataDisks/")
}

fn object(attributes: &Attributes) -> Json {
    let disk = text(attributes, "managed_disk_id");
    json!({
        "name": Id::parse(disk).map(|id| id.name().to_owned()),
        "managed_disk_id": disk,
        "lun": attributes.get("lun"),
        "caching": attributes.get("caching"),
        "create_option": attributes.get("create_option"),
        "write_accelerator_enabled": attributes.get("write_accelerator_enabled"),
    })
}

/// Attaches a disk. Both must exist, the disk must be free and the place too.
pub(in crate::simulator) fn attach(
    cloud: &mut Cloud,
    attributes: &Attributes,
) -> Result<(), Failure> {
    let (machine, disk) = (
        text(attributes, "virtual_machine_id"),
        text(attributes, "managed_disk_id"),
    );
    cloud.get(disk).ok_or_else(|| missing(disk))?;
    if let Some(other) = machine_of(cloud, disk) {
        let message =
            format!("Disk {disk} cannot be attached as it is already attached to VM {other}.");
        return Err(Failure::conflict("AttachDiskWhileBeingDetached", message));
    }
    let disks = disks_mut(cloud, machine)?;
    if disks
        .iter()
        .any(|held| Some(&held["lun"]) == attributes.get("lun"))
    {
        let message = format!(
            "A disk at LUN {} already exists.",
            attributes.get("lun").unwrap_or(&Json::Null)
        );
        return Err(Failure::conflict("InvalidParameter", message));
    }
    disks.push(object(attributes));
    Ok(())
}

impl ResourceType for Attachment {
    fn id(&self, _subscription: &str, attributes: &Attributes) -> Result<String, Failure> {
        let disk = text(attributes, "managed_disk_id");
        let name = Id::parse(disk).ok_or_else(|| not_an_id(disk, "Managed Disk"))?;
        Ok(format!(
            "{}/dataDisks/{}",
            text(attributes, "virtual_machine_id"),
            name.name()
        ))
    }

    fn create(
        &self,
        cloud: &mut Cloud,
        id: &str,
        attributes: &mut Attributes,
    ) -> Result<(), Failure> {
        let mut held = Attributes::new();
        if self.read(cloud, id, &mut held) {
            return Err(Failure::exists(
                id,
                "azurerm_virtual_machine_data_disk_attachment",
            ));
        }
        attach(cloud, attributes)
    }

    fn read(&self, cloud: &Cloud, id: &str, attributes: &mut Attributes) -> bool {
        let Some((machine, name)) = parts(id) else {
            return false;
        };
        let found = cloud.get(machine).and_then(|machine| {
            objects(&machine.attributes, "data_disks")
                .find(|disk| text(disk, "name").eq_ignore_ascii_case(name))
        });
        let Some(found) = found else {
            return false;
        };
        for (name, value) in found.iter().filter(|(name, _)| *name != "name") {
            attributes.insert(name.clone(), value.clone());
        }
        set(attributes, "virtual_machine_id", machine);
        true
    }

    fn update(
        &self,
        cloud: &mut Cloud,
        id: &str,
        _prior: &Attributes,
        attributes: &mut Attributes,
    ) -> Result<(), Failure> {
        let (machine, name) = parts(id).ok_or_else(|| missing(id))?;
        let disks = disks_mut(cloud, machine)?;
        let held = disks.iter_mut().find(|disk| disk["name"] == name);
        *held.ok_or_else(|| missing(id))? = object(attributes);
        Ok(())
    }

    fn delete(&self, cloud: &mut Cloud, id: &str, _attributes: &Attributes) -> Result<(), Failure> {
        if let Some((machine, name)) = parts(id)
            && cloud.get(machine).is_some()
        {
            disks_mut(cloud, machine)?.retain(|disk| disk["name"] != name);
        }
        Ok(())
    }

    fn import(&self, id: &str) -> Result<Attributes, Failure> {
        parts(id).ok_or_else(|| not_an_id(id, "Data Disk"))?;
        let mut attributes = Attributes::new();
        set(&mut attributes, "id", id);
        Ok(attributes)
    }

    fn title(&self, id: &str) -> String {
        title("Data Disk", id)
    }
}
