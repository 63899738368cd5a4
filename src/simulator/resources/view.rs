//! Things of the cloud as Azure's own interface shows them.

use crate::simulator::arm::Kind;
use crate::simulator::cloud::{Attributes, Cloud, Resource, objects, text, texts};
use serde_json::{Map, Value as Json, json};

/// The whole answer to a GET of a resource.
pub(in crate::simulator) fn body(cloud: &Cloud, resource: &Resource) -> Json {
    let own = &resource.attributes;
    let properties = match resource.kind {
        Kind::VirtualMachine => virtual_machine(cloud, own),
        Kind::NetworkInterface => network_interface(cloud, &resource.id, own),
        Kind::NetworkSecurityGroup => json!({"securityRules": rules(own)}),
        Kind::PublicIp => json!({
            "ipAddress": own.get("ip_address"),
            "publicIPAllocationMethod": own.get("allocation_method"),
            "publicIPAddressVersion": own.get("ip_version"),
        }),
        Kind::VirtualNetwork => json!({
            "addressSpace": {"addressPrefixes": own.get("address_space")},
            "subnets": cloud.inside(&resource.id).map(|subnet| body(cloud, subnet)).collect::<Vec<_>>(),
        }),
        Kind::Subnet => json!({
            "addressPrefixes": own.get("address_prefixes"),
            "networkSecurityGroup": reference(text(own, "network_security_group_id")),
        }),
        Kind::ManagedDisk => json!({
            "diskSizeGB": own.get("disk_size_gb"),
            "creationData": {"createOption": own.get("create_option")},
        }),
        Kind::ResourceGroup => json!({}),
    };
    let mut properties = without_nulls(properties);
    if let Json::Object(fields) = &mut properties {
        fields.insert("provisioningState".to_owned(), "Succeeded".into());
    }
    let mut body = json!({
        "id": resource.id,
        "name": resource.name(),
        "type": resource.kind.arm_type(),
        "location": own.get("location"),
        "tags": own.get("tags"),
        "properties": properties,
    });
    if resource.kind == Kind::PublicIp {
        body["sku"] = json!({"name": own.get("sku"), "tier": own.get("sku_tier")});
    }
    without_nulls(body)
}

fn reference(id: &str) -> Json {
    if id.is_empty() {
        Json::Null
    } else {
        json!({"id": id})
    }
}

/// Azure leaves out what is not set.
fn without_nulls(json: Json) -> Json {
    match json {
        Json::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect::<Map<_, _>>()
            .into(),
        Json::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

fn virtual_machine(cloud: &Cloud, own: &Attributes) -> Json {
    let disk = objects(own, "os_disk").next();
    let disk_field = |name: &str| disk.and_then(|disk| disk.get(name)).cloned();
    let image = objects(own, "source_image_reference").next();
    let data: Vec<Json> = objects(own, "data_disks")
        .map(|disk| {
            let managed = cloud.get(text(disk, "managed_disk_id"));
            json!({
                "name": disk.get("name"),
                "lun": disk.get("lun"),
                "caching": disk.get("caching"),
                "createOption": disk.get("create_option"),
                "diskSizeGB": managed.and_then(|managed| managed.attributes.get("disk_size_gb")),
                "managedDisk": {"id": disk.get("managed_disk_id")},
            })
        })
        .collect();
    let interfaces: Vec<Json> = texts(own, "network_interface_ids")
        .enumerate()
        .map(|(index, id)| json!({"id": id, "properties": {"primary": index == 0}}))
        .collect();
    let keys: Vec<Json> = objects(own, "admin_ssh_key")
        .map(|key| {
            let path = format!("/home/{}/.ssh/authorized_keys", text(key, "username"));
            json!({"path": path, "keyData": key.get("public_key")})
        })
        .collect();
    json!({
        "vmId": own.get("virtual_machine_id"),
        "hardwareProfile": {"vmSize": own.get("size")},
        "storageProfile": {
            "imageReference": image.map(|image| json!({
                "publisher": image.get("publisher"),
                "offer": image.get("offer"),
                "sku": image.get("sku"),
                "version": image.get("version"),
            })),
            "osDisk": {
                "osType": "Linux",
                "name": disk_field("name"),
                "caching": disk_field("caching"),
                "createOption": "FromImage",
                "diskSizeGB": disk_field("disk_size_gb"),
                "managedDisk": {"id": disk_field("id"), "storageAccountType": disk_field("storage_account_type")},
            },
            "dataDisks": data,
        },
        "osProfile": {
            "computerName": own.get("computer_name"),
            "adminUsername": own.get("admin_username"),
            "linuxConfiguration": {
                "disablePasswordAuthentication": own.get("disable_password_authentication"),
                "ssh": {"publicKeys": keys},
            },
        },
        "networkProfile": {"networkInterfaces": interfaces},
        "priority": own.get("priority"),
    })
}

fn network_interface(cloud: &Cloud, id: &str, own: &Attributes) -> Json {
    let parts: Vec<Json> = objects(own, "ip_configuration")
        .map(|part| {
            json!({
                "name": part.get("name"),
                "properties": {
                    "primary": part.get("primary"),
                    "privateIPAddress": part.get("private_ip_address"),
                    "privateIPAllocationMethod": part.get("private_ip_address_allocation"),
                    "privateIPAddressVersion": part.get("private_ip_address_version"),
                    "publicIPAddress": reference(text(part, "public_ip_address_id")),
                    "subnet": reference(text(part, "subnet_id")),
                },
            })
        })
        .collect();
    json!({
        "ipConfigurations": parts,
        "networkSecurityGroup": reference(text(own, "network_security_group_id")),
        "macAddress": own.get("mac_address"),
        "enableIPForwarding": own.get("ip_forwarding_enabled"),
        "enableAcceleratedNetworking": own.get("accelerated_networking_enabled"),
        "virtualMachine": reference(cloud.machine_of(id).map_or("", |machine| machine.id.as_str())),
    })
}

fn rules(own: &Attributes) -> Vec<Json> {
    objects(own, "security_rule")
        .map(|rule| {
            json!({
                "name": rule.get("name"),
                "properties": {
                    "priority": rule.get("priority"),
                    "direction": rule.get("direction"),
                    "access": rule.get("access"),
                    "protocol": rule.get("protocol"),
                    "sourceAddressPrefix": rule.get("source_address_prefix"),
                    "sourceAddressPrefixes": rule.get("source_address_prefixes"),
                    "sourcePortRange": rule.get("source_port_range"),
                    "sourcePortRanges": rule.get("source_port_ranges"),
                    "destinationAddressPrefix": rule.get("destination_address_prefix"),
                    "destinationAddressPrefixes": rule.get("destination_address_prefixes"),
                    "destinationPortRange": rule.get("destination_port_range"),
                    "destinationPortRanges": rule.get("destination_port_ranges"),
                },
            })
        })
        .collect()
}

/// What `response_export_values` asks for: everything, some paths, or names for paths.
pub(in crate::simulator) fn export(body: &Json, wanted: Option<&Json>) -> Json {
    match wanted {
        Some(Json::Array(paths)) => {
            if paths.iter().any(|path| path == "*") {
                return body.clone();
            }
            let mut out = Json::Object(Map::new());
            for path in paths.iter().filter_map(Json::as_str) {
                put_path(&mut out, body, &path.split('.').collect::<Vec<_>>());
            }
            out
        }
        Some(Json::Object(names)) => names
            .iter()
            .map(|(name, path)| (name.clone(), query(body, path.as_str().unwrap_or_default())))
            .collect::<Map<_, _>>()
            .into(),
        _ => body.clone(),
    }
}

fn put_path(out: &mut Json, body: &Json, path: &[&str]) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    let Some(value) = body.get(first) else { return };
    if rest.is_empty() {
        out[*first] = value.clone();
    } else {
        if out.get(first).is_none() {
            out[*first] = Json::Object(Map::new());
        }
        put_path(&mut out[*first], value, rest);
    }
}

/// The part of `JMESPath` that names one value: `properties.networkInterfaces[0].id`, `tags`, `@`,
/// and `list[].id` or `list[*].id` for the same of each.
fn query(body: &Json, path: &str) -> Json {
    let Some((step, rest)) = path
        .split_once('.')
        .or(Some((path, "")))
        .filter(|(step, _)| !step.is_empty())
    else {
        return body.clone();
    };
    if step == "@" {
        return query(body, rest);
    }
    let (name, index) = step.split_once('[').unwrap_or((step, ""));
    let value = if name.is_empty() {
        body
    } else {
        body.get(name).unwrap_or(&Json::Null)
    };
    match index.trim_end_matches(']') {
        _ if index.is_empty() => query(value, rest),
        "" | "*" => value.as_array().map_or(Json::Null, |items| {
            items.iter().map(|item| query(item, rest)).collect()
        }),
        number => number
            .parse::<usize>()
            .ok()
            .and_then(|index| value.get(index))
            .map_or(Json::Null, |item| query(item, rest)),
    }
}
