//! What a plan does not know yet.

use serde_json::Value;

/// What stands in the place of a value that is known only after an apply.
const UNKNOWN: &str = "(known after apply)";

/// Where a mask says `true`.
pub(super) fn pointers(mask: &Value, at: String, found: &mut Vec<String>) {
    match mask {
        Value::Bool(true) => found.push(at),
        Value::Array(elements) => {
            for (number, element) in elements.iter().enumerate() {
                pointers(element, format!("{at}/{number}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(member, format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

/// Puts [`UNKNOWN`] where a pointer leads, if there is a place for it.
pub(super) fn forget(value: &mut Value, pointer: &str) {
    let unknown = || Value::String(UNKNOWN.to_owned());
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        *value = unknown();
        return;
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    match value.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.insert(name, unknown());
        }
        Some(Value::Array(elements)) => {
            let at = name.parse().ok();
            if let Some(element) = at.and_then(|at: usize| elements.get_mut(at)) {
                *element = unknown();
            }
        }
        _ => {}
    }
}
