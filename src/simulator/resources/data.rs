//! Data sources: things that exist, looked up by name.

use super::view;
use super::{machine, title};
use crate::simulator::arm::{self, Id, Kind};
use crate::simulator::cloud::{Attributes, Cloud, Resource, objects, text, texts};
use crate::simulator::failure::Failure;
use serde_json::{Value as Json, json};

/// Reads a data source; `attributes` are its arguments and become all of it.
pub(in crate::simulator) fn read(
    cloud: &Cloud,
    subscription: &str,
    type_name: &str,
    attributes: &mut Attributes,
) -> Result<(), Failure> {
    let (name, group) = (
        text(attributes, "name"),
        text(attributes, "resource_group_name"),
    );
    let kind = match type_name {
        "azapi_resource" => return read_any(cloud, attributes),
        "azurerm_resource_group" => return read_group(cloud, subscription, attributes),
        "azurerm_virtual_machine" => Kind::VirtualMachine,
        "azurerm_virtual_network" => Kind::VirtualNetwork,
        "azurerm_network_interface" => Kind::NetworkInterface,
        "azurerm_network_security_group" => Kind::NetworkSecurityGroup,
        "azurerm_public_ip" => Kind::PublicIp,
        "azurerm_subnet" => Kind::Subnet,
        _ => {
            return Err(Failure::Refused(format!(
                "the simulated Azure has no data source {type_name}"
            )));
        }
    };
    let id = if kind == Kind::Subnet {
        let network = text(attributes, "virtual_network_name");
        let network = arm::id(subscription, group, Kind::VirtualNetwork, network);
        format!("{network}/subnets/{name}")
    } else {
        arm::id(subscription, group, kind, name)
    };
    let found = cloud.get(&id).ok_or_else(|| not_found(kind, &id))?;
    take(attributes, found);
    add_derived(cloud, found, attributes);
    Ok(())
}

fn not_found(kind: Kind, id: &str) -> Failure {
    Failure::Refused(format!("{} was not found", title(kind.words(), id)))
}

fn take(attributes: &mut Attributes, found: &Resource) {
    for (name, value) in &found.attributes {
        attributes.entry(name.clone()).or_insert(Json::Null);
        if attributes[name].is_null() {
            attributes.insert(name.clone(), value.clone());
        }
    }
    attributes.insert("id".to_owned(), found.id.clone().into());
    attributes.entry("tags").or_insert_with(|| json!({}));
    if attributes["tags"].is_null() {
        attributes.insert("tags".to_owned(), json!({}));
    }
}

fn add_derived(cloud: &Cloud, found: &Resource, attributes: &mut Attributes) {
    let own = &found.attributes;
    let mut put = |name: &str, value: Json| {
        attributes.insert(name.to_owned(), value);
    };
    match found.kind {
        Kind::VirtualMachine => {
            let (private, public) = machine::addresses(cloud, own);
            put(
                "private_ip_address",
                private.first().cloned().unwrap_or_default().into(),
            );
            put("private_ip_addresses", private.into());
            put(
                "public_ip_address",
                public.first().cloned().unwrap_or_default().into(),
            );
            put("public_ip_addresses", public.into());
        }
        Kind::VirtualNetwork => {
            let subnets: Vec<String> = cloud.inside(&found.id).map(Resource::name).collect();
            put("subnets", subnets.into());
            put("vnet_peerings", json!({}));
            put("vnet_peerings_addresses", json!([]));
        }
        Kind::Subnet => {
            let first = texts(own, "address_prefixes").next().unwrap_or_default();
            put("address_prefix", first.into());
            put("route_table_id", "".into());
            put(
                "network_security_group_id",
                found.text("network_security_group_id").into(),
            );
        }
        Kind::NetworkInterface => {
            let machine = cloud
                .machine_of(&found.id)
                .map_or("", |machine| machine.id.as_str());
            put("virtual_machine_id", machine.into());
            put(
                "network_security_group_id",
                found.text("network_security_group_id").into(),
            );
            let parts: Vec<Json> = objects(own, "ip_configuration")
                .cloned()
                .map(Json::Object)
                .collect();
            put("ip_configuration", parts.into());
        }
        _ => {}
    }
}

fn read_group(
    cloud: &Cloud,
    subscription: &str,
    attributes: &mut Attributes,
) -> Result<(), Failure> {
    let id = arm::group_id(subscription, text(attributes, "name"));
    let found = cloud
        .get(&id)
        .ok_or_else(|| not_found(Kind::ResourceGroup, &id))?;
    take(attributes, found);
    Ok(())
}

/// `azapi_resource`: anything, by id or by parent and name, in the shape of Azure's own interface.
fn read_any(cloud: &Cloud, attributes: &mut Attributes) -> Result<(), Failure> {
    let declared = text(attributes, "type")
        .split('@')
        .next()
        .unwrap_or_default()
        .to_owned();
    let (name, parent) = (text(attributes, "name"), text(attributes, "parent_id"));
    let id = match (name, text(attributes, "resource_id")) {
        ("", id) => id.to_owned(),
        (name, _) if declared.eq_ignore_ascii_case(Kind::ResourceGroup.arm_type()) => {
            arm::group_id(&cloud.subscription_id, name)
        }
        (name, _) if declared.eq_ignore_ascii_case(Kind::Subnet.arm_type()) => {
            format!("{parent}/subnets/{name}")
        }
        (name, _) => format!("{parent}/providers/{declared}/{name}"),
    };
    let parsed = Id::parse(&id)
        .filter(|parsed| parsed.arm_type().eq_ignore_ascii_case(&declared))
        .ok_or_else(|| {
            Failure::Refused(format!(
                "`resource_id` and `type` are not matched: {id:?} is not a {declared}"
            ))
        })?;
    let found = cloud.get(&id);
    if found.is_none() && attributes.get("ignore_not_found") != Some(&Json::Bool(true)) {
        return Err(Failure::Refused(format!("resource {id:?} not found")));
    }
    let mut put = |name: &str, value: Json| {
        attributes.insert(name.to_owned(), value);
    };
    put("id", id.clone().into());
    put("resource_id", id.clone().into());
    put("name", parsed.name().into());
    let parent = id.rsplitn(3, '/').nth(2).unwrap_or_default();
    put(
        "parent_id",
        parent
            .split("/providers/")
            .next()
            .filter(|_| parsed.parts.len() < 2)
            .unwrap_or(parent)
            .into(),
    );
    put("exists", found.is_some().into());
    if let Some(found) = found {
        let body = view::body(cloud, found);
        put(
            "location",
            body.get("location").cloned().unwrap_or_default(),
        );
        put(
            "tags",
            body.get("tags").cloned().unwrap_or_else(|| json!({})),
        );
        let wanted = attributes.get("response_export_values").cloned();
        let output = view::export(&body, wanted.as_ref());
        attributes.insert("output".to_owned(), output);
    }
    Ok(())
}
