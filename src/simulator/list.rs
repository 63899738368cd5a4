//! The cloud as a person reads it: tables of machines, rules and the rest.

use super::arm::Kind;
use super::cloud::{Cloud, Resource, objects, text, texts};
use super::hosts::contact::Contact;
use super::hosts::security::Dropped;
use super::portal;
use super::resources::machine;
use crate::fleet::words::count;
use anyhow::Context as _;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::io::Write;

type Row = Vec<String>;

/// Writes everything; says so when there is nothing.
pub(super) fn write(cloud: &Cloud, out: &mut dyn Write) -> std::io::Result<()> {
    if cloud.all().next().is_none() {
        return writeln!(out, "The simulated cloud is empty.");
    }
    writeln!(out, "Simulated subscription {}", cloud.subscription_id)?;
    let machines: Vec<Row> = cloud
        .of(Kind::VirtualMachine)
        .map(|found| machine_row(cloud, found))
        .collect();
    let head = [
        "name",
        "size",
        "power",
        "private",
        "public",
        "security group",
        "disks",
    ];
    table(out, "Virtual machines", &head, &machines)?;
    let rules: Vec<Row> = cloud
        .of(Kind::NetworkSecurityGroup)
        .flat_map(rule_rows)
        .collect();
    let head = [
        "group",
        "priority",
        "direction",
        "access",
        "protocol",
        "from",
        "ports",
        "rule",
    ];
    table(out, "Security rules", &head, &rules)?;
    let shown = [Kind::VirtualMachine, Kind::NetworkSecurityGroup];
    let rest = Kind::ALL.into_iter().filter(|kind| !shown.contains(kind));
    let rest: Vec<Row> = rest
        .flat_map(|kind| cloud.of(kind))
        .map(other_row)
        .collect();
    table(out, "Everything else", &["kind", "name", "what"], &rest)?;
    if cloud.latency_ms > 0 {
        writeln!(out, "\nEvery request takes {} ms.", cloud.latency_ms)?;
    }
    faults(cloud, out)
}

/// Hosts that run, and how they are reached.
pub(super) fn hosts(
    contacts: &BTreeMap<String, Contact>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    if contacts.is_empty() {
        return writeln!(out, "No virtual machine of the simulated cloud runs.")
            .context("could not write the list");
    }
    let rows: Vec<Row> = contacts
        .iter()
        .map(|(name, contact)| vec![name.clone(), contact.address.to_string()])
        .collect();
    table(out, "Hosts", &["name", "reached at"], &rows).context("could not write the list")
}

/// What security groups have kept out of a machine.
pub(super) fn dropped(dropped: &[Dropped], out: &mut dyn Write) -> std::io::Result<()> {
    if dropped.is_empty() {
        return writeln!(
            out,
            "\nIts security groups kept nothing out within the last hour."
        );
    }
    let rows: Vec<Row> = dropped
        .iter()
        .map(|kept| {
            vec![
                format!("{} s ago", kept.seconds_ago),
                kept.source.to_string(),
                format!("{}/{}", kept.port, kept.protocol),
                count(
                    usize::try_from(kept.packets).unwrap_or(usize::MAX),
                    "packet",
                ),
            ]
        })
        .collect();
    let head = ["last", "from", "port", "how often"];
    table(out, "Kept out by its security groups", &head, &rows)
}

/// The failures that are still to happen.
pub(super) fn faults(cloud: &Cloud, out: &mut dyn Write) -> std::io::Result<()> {
    for fault in &cloud.faults {
        let what = fault
            .type_name
            .as_deref()
            .map_or(String::new(), |ty| format!(" of a {ty}"));
        let name = fault
            .name
            .as_deref()
            .map_or(String::new(), |name| format!(" named {name}"));
        let how = fault.kind.words();
        writeln!(
            out,
            "Coming changes{what}{name} fail {} more times: {how}.",
            fault.times
        )?;
    }
    Ok(())
}

fn machine_row(cloud: &Cloud, found: &Resource) -> Row {
    let (private, public) = machine::addresses(cloud, &found.attributes);
    let group =
        portal::group_of(cloud, found).and_then(|group| cloud.get(&group).map(Resource::name));
    let disks = objects(&found.attributes, "os_disk").chain(
        objects(&found.attributes, "data_disks")
            .filter_map(|disk| cloud.get(text(disk, "managed_disk_id")))
            .map(|disk| &disk.attributes),
    );
    let sizes: Vec<String> = disks
        .map(|disk| format!("{} GB", shown(disk.get("disk_size_gb"))))
        .collect();
    vec![
        found.name(),
        found.text("size").to_owned(),
        found.text("power_state").to_owned(),
        private.join(", "),
        public.join(", "),
        group.unwrap_or_default(),
        sizes.join(" + "),
    ]
}

fn rule_rows(group: &Resource) -> Vec<Row> {
    let mut rules: Vec<_> = objects(&group.attributes, "security_rule").collect();
    rules.sort_by_key(|rule| {
        let priority = rule
            .get("priority")
            .and_then(Json::as_i64)
            .unwrap_or_default();
        (text(rule, "direction").to_owned(), priority)
    });
    let either = |rule, one: &str, many: &str| {
        let one = Some(text(rule, one)).filter(|one| !one.is_empty());
        one.into_iter()
            .chain(texts(rule, many))
            .collect::<Vec<_>>()
            .join(", ")
    };
    rules
        .into_iter()
        .map(|rule| {
            vec![
                group.name(),
                shown(rule.get("priority")),
                text(rule, "direction").to_owned(),
                text(rule, "access").to_owned(),
                text(rule, "protocol").to_owned(),
                either(rule, "source_address_prefix", "source_address_prefixes"),
                either(rule, "destination_port_range", "destination_port_ranges"),
                text(rule, "name").to_owned(),
            ]
        })
        .collect()
}

fn other_row(found: &Resource) -> Row {
    let what = match found.kind {
        Kind::ResourceGroup => found.text("location").to_owned(),
        Kind::VirtualNetwork => texts(&found.attributes, "address_space")
            .collect::<Vec<_>>()
            .join(", "),
        Kind::Subnet => texts(&found.attributes, "address_prefixes")
            .collect::<Vec<_>>()
            .join(", "),
        Kind::PublicIp => found.text("ip_address").to_owned(),
        Kind::NetworkInterface => found.text("private_ip_address").to_owned(),
        Kind::ManagedDisk => format!("{} GB", shown(found.attributes.get("disk_size_gb"))),
        Kind::NetworkSecurityGroup | Kind::VirtualMachine => String::new(),
    };
    vec![found.kind.words().to_owned(), found.name(), what]
}

fn shown(value: Option<&Json>) -> String {
    value.map(Json::to_string).unwrap_or_default()
}

/// Columns as wide as their widest entry; nothing when there are no rows.
fn table(out: &mut dyn Write, title: &str, head: &[&str], rows: &[Row]) -> std::io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    let head: Row = head.iter().map(|name| (*name).to_owned()).collect();
    let width = |column: usize| {
        let cells = std::iter::once(&head)
            .chain(rows)
            .filter_map(|row| row.get(column));
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    for row in std::iter::once(&head).chain(rows) {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        writeln!(out, "  {}", cells.join("  ").trim_end())?;
    }
    Ok(())
}
