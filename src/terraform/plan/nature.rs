//! What happens to the nature of a machine, in the words of the trade.

use super::change::Change;
use super::extract::SECRET;
use super::fact::Machine;
use super::json::Json;
use super::machine::MachineChange;
use super::model::Action;

/// Which attributes of a resource change. Names only, never values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Differences {
    /// Top-level attributes whose value differs by more than how nothing is written.
    pub(super) attributes: Vec<String>,
    /// Paths that force a replacement: `os_disk.name`.
    pub(super) forcing: Vec<String>,
    /// Number of instances of a scale set, before and after.
    pub(super) instances: Option<(String, Option<String>)>,
    /// Disk attributes that change in place: `os_disk.disk_size_gb from 30 to 64`.
    pub(super) disks: Vec<String>,
}

/// `change` is the member of that name.
pub(super) fn differences(read: &Change, change: &Json<'_>) -> Differences {
    let (before, after) = (change.get("before"), change.get("after"));
    let mut differences = Differences {
        forcing: change
            .get("replace_paths")
            .items()
            .iter()
            .map(path_text)
            .collect(),
        ..Differences::default()
    };
    differences.forcing.dedup();
    if *before == Json::Null || *after == Json::Null && !read.replaces() {
        return differences;
    }
    let unknown = change.get("after_unknown");
    let names = before.members().iter().chain(after.members());
    let mut names: Vec<&str> = names.map(|(name, _)| name.as_ref()).collect();
    names.extend(
        unknown
            .members()
            .iter()
            .filter(|(_, mark)| mark.is_true())
            .map(|(name, _)| name.as_ref()),
    );
    names.sort_unstable();
    names.dedup();
    let sides = ["before_sensitive", "after_sensitive"].map(|side| change.get(side));
    let is_secret = |name: &str| sides.iter().any(|side| side.mark(name).is_marked());
    for name in names {
        let (old, new) = (before.get(name), after.get(name));
        let mark = unknown.get(name);
        let differs =
            !same(old, new) && !mark.is_true() || mark.is_marked() && read.has(Action::Update);
        if !differs || name == "timeouts" {
            continue;
        }
        differences.attributes.push(name.to_owned());
        match name {
            "instances" if is_secret(name) => {
                differences.instances = Some((SECRET.to_owned(), Some(SECRET.to_owned())));
            }
            _ if is_secret(name) && name.contains("disk") => {
                differences.disks.push(format!("change {name}"));
            }
            _ if is_secret(name) => {}
            "instances" => {
                differences.instances = Some((old.word().unwrap_or_default(), new.word()));
            }
            // A legacy scale set says size and number in one block.
            "sku" => {
                let count = |sku: &Json<'_>| sku.at(0).get("capacity").word();
                if let Some(from) = count(old).filter(|from| Some(from) != count(new).as_ref()) {
                    differences.instances = Some((from, count(new)));
                }
            }
            "os_disk" | "storage_os_disk" | "storage_data_disk" | "data_disk" | "disk_size_gb" => {
                differences.disks.push(disk_words(name, old, new));
            }
            _ => {}
        }
    }
    differences
}

/// `[["os_disk",0,"name"]]` as `os_disk.name`; of an image only that it is the image.
fn path_text(path: &Json<'_>) -> String {
    let names: Vec<&str> = path.items().iter().filter_map(Json::text).collect();
    match names.as_slice() {
        [image, ..] if image.ends_with("image_reference") => (*image).to_owned(),
        names => names.join("."),
    }
}

fn disk_words(name: &str, old: &Json<'_>, new: &Json<'_>) -> String {
    let size = |disk: &Json<'_>| match disk {
        Json::List(blocks) => blocks
            .first()
            .and_then(|block| block.get("disk_size_gb").word()),
        disk => disk.word(),
    };
    let disk = name.strip_suffix("_size_gb").unwrap_or(name);
    match (old.items().len(), new.items().len(), size(old), size(new)) {
        (1, 1, Some(old), Some(new)) | (0, 0, Some(old), Some(new)) if old != new => {
            format!("change the size of {disk} from {old} to {new} GB")
        }
        (old, new, _, _) if new > old => format!("add a disk to {disk}"),
        (old, new, _, _) if new < old => format!("remove a disk from {disk}"),
        _ => format!("change {disk}"),
    }
}

/// Equal but for how nothing is written, and for the case of ids.
fn same(old: &Json<'_>, new: &Json<'_>) -> bool {
    if old.is_absent() && new.is_absent() {
        return true;
    }
    match (old, new) {
        (Json::Text(old), Json::Text(new)) => {
            old == new || old.starts_with('/') && old.eq_ignore_ascii_case(new)
        }
        (Json::List(old), Json::List(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same(old, new))
        }
        (Json::Object(members), Json::Object(others)) => {
            members
                .iter()
                .all(|(name, value)| same(value, new.get(name)))
                && others
                    .iter()
                    .all(|(name, value)| same(old.get(name), value))
        }
        _ => old == new,
    }
}

/// What happens to a machine by its own change; disks and power that others command come later.
pub(super) fn changes(
    change: &Change,
    before: Option<&Machine>,
    after: Option<&Machine>,
) -> Vec<MachineChange> {
    if change.deposed {
        return vec![MachineChange::Deposed];
    }
    if !change.unknown_actions.is_empty() || change.has(Action::Other) {
        return vec![MachineChange::Other {
            actions: change.unknown_actions.clone(),
        }];
    }
    let mut changes = Vec::new();
    if change.importing {
        changes.push(MachineChange::Import);
    }
    if change.replaces() {
        let reimage = before
            .zip(after)
            .is_some_and(|(old, new)| !same_image(old, new))
            || change
                .differences
                .forcing
                .iter()
                .any(|path| path.contains("image"));
        changes.push(MachineChange::Replace {
            because: reasons(change),
            reimage,
            image: after.and_then(Machine::shown_image),
        });
        if change.has(Action::Forget) {
            changes.push(MachineChange::Forget);
        }
        changes.extend(resize(change, before, after));
        changes.extend(scale(change));
    } else if change.has(Action::Create) {
        changes.push(MachineChange::Create);
    } else if change.has(Action::Delete) {
        changes.push(MachineChange::Destroy);
    } else if change.has(Action::Forget) {
        changes.push(MachineChange::Forget);
    } else if change.has(Action::Update) {
        changes.extend(resize(change, before, after));
        changes.extend(scale(change));
        let disks = change.differences.disks.iter().cloned();
        changes.extend(disks.map(|what| MachineChange::Disk { what }));
        let what: Vec<String> = change
            .differences
            .attributes
            .iter()
            .filter(|name| !spoken_for(name))
            .cloned()
            .collect();
        if !what.is_empty() {
            changes.push(MachineChange::Update { what });
        }
    }
    changes
}

/// Attributes that have a change of their own, or that only follow from others.
fn spoken_for(name: &str) -> bool {
    matches!(
        name,
        "size"
            | "vm_size"
            | "sku"
            | "sku_name"
            | "instances"
            | "os_disk"
            | "storage_os_disk"
            | "storage_data_disk"
            | "data_disk"
            | "private_ip_address"
            | "private_ip_addresses"
            | "public_ip_address"
            | "public_ip_addresses"
            | "id"
            | "virtual_machine_id"
            | "unique_id"
    )
}

fn same_image(old: &Machine, new: &Machine) -> bool {
    match (&old.image, &new.image) {
        (Some(old), Some(new)) => old.eq_ignore_ascii_case(new),
        (old, new) => old == new,
    }
}

fn resize(
    change: &Change,
    before: Option<&Machine>,
    after: Option<&Machine>,
) -> Option<MachineChange> {
    let (before, after) = (before?, after?);
    let from = before.size.clone().unwrap_or_default();
    if !after.size_known {
        return Some(MachineChange::Resize { from, to: None });
    }
    let to = after.size.clone().unwrap_or_default();
    // Two sizes that must not be shown look the same.
    let hidden = from == SECRET && to == SECRET && {
        let mut attributes = change.differences.attributes.iter();
        attributes.any(|name| matches!(name.as_str(), "size" | "vm_size" | "sku" | "sku_name"))
    };
    (hidden || !from.eq_ignore_ascii_case(&to))
        .then_some(MachineChange::Resize { from, to: Some(to) })
}

fn scale(change: &Change) -> Option<MachineChange> {
    let (from, to) = change.differences.instances.clone()?;
    Some(MachineChange::Scale { from, to })
}

/// Why a resource is made anew, each as a phrase that follows "because".
pub(super) fn reasons(change: &Change) -> Vec<String> {
    let mut reasons: Vec<String> = change
        .differences
        .forcing
        .iter()
        .filter(|path| !path.is_empty())
        .map(|path| format!("{path} changed"))
        .collect();
    reasons.extend(change.reason.as_deref().and_then(reason).map(str::to_owned));
    if reasons.is_empty() {
        let attributes = change.differences.attributes.iter();
        reasons.extend(
            attributes
                .filter(|name| *name != "id")
                .map(|name| format!("{name} changed")),
        );
    }
    reasons
}

/// Terraform's reasons as phrases; what only repeats the attributes has none.
pub(super) fn reason(reason: &str) -> Option<&str> {
    Some(match reason {
        "replace_because_cannot_update" => return None,
        "replace_because_tainted" => "it is tainted",
        "replace_by_request" => "it was requested with -replace",
        "replace_by_triggers" => "replace_triggered_by asks for it",
        "delete_because_no_resource_config" => "the configuration has it no more",
        "delete_because_each_key" => "its key is gone from for_each",
        "delete_because_count_index" => "its index is beyond count",
        "delete_because_no_module" => "its module is gone",
        "delete_because_wrong_repetition" => "its key has changed its kind",
        "delete_because_no_move_target" => "what it moved to is not in the configuration",
        other => other,
    })
}
