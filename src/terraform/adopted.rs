//! Adopted machines: Terraform never touches them, so what their describers want is compared here.

use super::plan::{MachineChange, Plan};
use crate::fleet::server::Server;
use serde_json::Value;

/// The data source that reads an adopted machine.
pub(crate) fn address(server: &str) -> String {
    format!("data.azapi_resource.adopted[{server:?}]")
}

/// What would have to change of the machine for its describer to be true.
pub(crate) fn wanted(plan: &Plan, server: &Server) -> Vec<MachineChange> {
    let Some(properties) = plan
        .observed
        .get(&address(server.name()))
        .and_then(|value| {
            value
                .pointer("/output/properties")
                .or_else(|| value.pointer("/output/value/properties"))
        })
    else {
        return Vec::new();
    };
    [
        size(properties, server),
        image(properties, server),
        disk(properties, server),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn size(properties: &Value, server: &Server) -> Option<MachineChange> {
    let found = properties.pointer("/hardwareProfile/vmSize")?.as_str()?;
    let wanted = &server.machine.size.value;
    (!found.eq_ignore_ascii_case(wanted)).then(|| MachineChange::Resize {
        from: found.to_owned(),
        to: Some(wanted.clone()),
    })
}

fn image(properties: &Value, server: &Server) -> Option<MachineChange> {
    let reference = properties.pointer("/storageProfile/imageReference")?;
    let wanted = &server.machine.image.value;
    // The version is left out: `latest` is a wish at creation, and Azure keeps what it chose then.
    let differs = [
        ("publisher", &wanted.publisher),
        ("offer", &wanted.offer),
        ("sku", &wanted.sku),
    ]
    .into_iter()
    .any(|(part, wanted)| {
        reference
            .get(part)
            .and_then(Value::as_str)
            .is_some_and(|found| !found.eq_ignore_ascii_case(wanted))
    });
    differs.then(|| MachineChange::Replace {
        because: vec![format!("the image is to be {wanted}")],
        reimage: true,
        image: Some(wanted.to_string()),
    })
}

fn disk(properties: &Value, server: &Server) -> Option<MachineChange> {
    let found = properties
        .pointer("/storageProfile/osDisk/diskSizeGB")?
        .as_u64()?;
    let wanted = u64::from(server.machine.disk_gb.value);
    (found != wanted).then(|| MachineChange::Disk {
        what: format!("change the system disk from {found} to {wanted} GB"),
    })
}
