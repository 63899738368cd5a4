//! JSON as one text: equal meaning gives equal text.

use serde_json::{Map, Value};

/// What is a set: its order is chance. Of the resources in our module, by the schema of azurerm 4.81; and of what Ansible is told.
const SETS: &[&str] = &[
    "lostops_packages",
    "lostops_ports",
    "address_space",
    "admin_ssh_key",
    "destination_address_prefixes",
    "destination_application_security_group_ids",
    "destination_port_ranges",
    "identity_ids",
    "security_rule",
    "service_endpoint_policy_ids",
    "service_endpoints",
    "source_address_prefixes",
    "source_application_security_group_ids",
    "source_port_ranges",
    "zones",
];

/// What stands in the place of a sensitive value that is not to be looked at.
const HIDDEN: &str = "(sensitive)";

/// Members of objects by name, elements of sets in order, no white space.
pub(super) fn text(value: &Value) -> String {
    let mut text = String::new();
    write(value, false, &mut text);
    text
}

fn write(value: &Value, is_set: bool, text: &mut String) {
    match value {
        Value::Object(members) => object(members, text),
        Value::Array(elements) => {
            let mut parts: Vec<String> = elements.iter().map(self::text).collect();
            if is_set {
                parts.sort_unstable();
            }
            text.push('[');
            text.push_str(&parts.join(","));
            text.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            text.push_str(&value.to_string());
        }
    }
}

fn object(members: &Map<String, Value>, text: &mut String) {
    let mut names: Vec<&String> = members.keys().collect();
    names.sort_unstable();
    text.push('{');
    for (at, name) in names.into_iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(&Value::String(name.clone()).to_string());
        text.push(':');
        write(&members[name], SETS.contains(&name.as_str()), text);
    }
    text.push('}');
}

/// A value without what this mask, as Terraform writes it, calls sensitive.
pub(super) fn hide(value: &Value, mask: &Value) -> Value {
    match (value, mask) {
        (_, Value::Bool(true)) => Value::String(HIDDEN.to_owned()),
        (Value::Object(members), Value::Object(masks)) => members
            .iter()
            .map(|(name, value)| {
                let mask = masks.get(name).unwrap_or(&Value::Null);
                (name.clone(), hide(value, mask))
            })
            .collect::<Map<_, _>>()
            .into(),
        (Value::Array(elements), Value::Array(masks)) => elements
            .iter()
            .enumerate()
            .map(|(at, value)| hide(value, masks.get(at).unwrap_or(&Value::Null)))
            .collect(),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn order_counts_in_lists_and_nowhere_else() {
        let one = json!({ "b": 1, "a": { "zones": ["2", "1"], "dns_servers": ["x", "y"] } });
        let same = json!({ "a": { "dns_servers": ["x", "y"], "zones": ["1", "2"] }, "b": 1 });
        let other = json!({ "a": { "dns_servers": ["y", "x"], "zones": ["1", "2"] }, "b": 1 });
        assert_eq!(text(&one), text(&same));
        assert_ne!(text(&one), text(&other));
        // A text is no number, and nothing is not absent.
        assert_ne!(text(&json!({ "a": "1" })), text(&json!({ "a": 1 })));
        assert_ne!(text(&json!({ "a": null })), text(&json!({})));
    }

    #[test]
    fn what_is_sensitive_is_hidden_wherever_it_is() {
        let value = json!({ "name": "x", "list": [{ "password": "one" }, { "password": "two" }] });
        let mask = json!({ "list": [{ "password": true }, {}] });
        let hidden = text(&hide(&value, &mask));
        assert!(
            !hidden.contains("one") && hidden.contains("two"),
            "{hidden}"
        );
        assert_eq!(hide(&value, &json!(true)), json!(HIDDEN));
        assert_eq!(hide(&value, &json!(false)), value);
    }
}
