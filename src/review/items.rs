//! Everything that a plan would do, one by one.

use super::canonical::{hide, text};
use super::unknown::{forget, pointers};
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::{Map, Value, json};
use std::fmt;

/// One thing that would be done, or a sentence that says some of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    /// For a person: `azurerm_network_security_group.this["database"]`, `Ansible on database`, `database: opens 22/tcp
    /// from internet`.
    pub(crate) what: String,
    /// It says in words what others do, and counts for nothing itself.
    pub(super) is_sentence: bool,
    /// It may hold what is secret and goes nowhere but into a digest.
    body: Value,
    /// JSON pointers into `after` of what is not known yet.
    pub(super) unknown: Vec<String>,
}

impl Item {
    /// Says what happens to a server. Sentences tell a person the difference; what is compared are the things themselves.
    pub(crate) fn sentence(server: &str, words: &str) -> Self {
        Self {
            is_sentence: true,
            ..Self::thing(format!("{server}: {words}"), Value::Null)
        }
    }

    /// What Ansible is told of a server, and the digest of the roles that hear it.
    pub(crate) fn of_ansible(server: &str, roles: &str, variables: &Map<String, Value>) -> Self {
        let body = json!({ "roles": roles, "variables": variables });
        Self::thing(format!("Ansible on {server}"), body)
    }

    fn thing(what: String, body: Value) -> Self {
        Self {
            what,
            is_sentence: false,
            body,
            unknown: Vec::new(),
        }
    }

    /// All of it as one text.
    pub(super) fn text(&self) -> String {
        self.with(&self.body)
    }

    /// The same, as if what these pointers lead to were not known yet: what was not known when it was reviewed may be so by now.
    pub(super) fn text_before(&self, unknown: &[String]) -> String {
        let mut body = self.body.clone();
        for pointer in unknown {
            forget(&mut body["change"]["after"], pointer);
        }
        self.with(&body)
    }

    /// The same of what is taken over and changed at once, as if it were ours already: of an apply that stopped between the two,
    /// the change is left. `None` where nothing is taken over, or nothing else done.
    pub(super) fn text_once_taken_over(&self) -> Option<String> {
        let change = &self.body["change"];
        let both = !change["importing"].is_null() && change["actions"] != json!(["no-op"]);
        both.then(|| {
            let mut body = self.body.clone();
            body["change"]["importing"] = Value::Null;
            self.with(&body)
        })
    }

    fn with(&self, body: &Value) -> String {
        format!("{}\n{}", self.what, text(body))
    }
}

/// Of a plan as `terraform show -json` prints it: resources, outputs and actions that are not as they were. `sensitive` tells
/// whether values that Terraform calls so are looked at.
///
/// # Errors
/// It is no such JSON.
pub(crate) fn items(plan: &[u8], sensitive: bool) -> serde_json::Result<Vec<Item>> {
    let plan: Plan = serde_json::from_slice(plan)?;
    let resources = plan.resource_changes.0.into_iter();
    let mut items: Vec<Item> = resources
        .map(|resource| {
            let address = resource["address"].as_str().unwrap_or("a resource");
            let named = |name: &str| resource.get(name).cloned().unwrap_or(Value::Null);
            let head = json!({
                "previous_address": named("previous_address"),
                "mode": named("mode"),
                "type": named("type"),
                "provider_name": named("provider_name"),
                "deposed": named("deposed"),
            });
            changed(address.to_owned(), head, &resource["change"], sensitive)
        })
        .collect();
    let outputs = plan.output_changes.into_iter();
    let outputs = outputs.filter(|(_, change)| acts(change));
    items.extend(outputs.map(|(name, change)| {
        changed(format!("the output {name}"), json!({}), &change, sensitive)
    }));
    let actions = plan.action_invocations.into_iter();
    items.extend(actions.map(|action| {
        let address = action["address"].as_str().unwrap_or("an action");
        Item::thing(address.to_owned(), action.clone())
    }));
    Ok(items)
}

#[derive(Deserialize)]
struct Plan {
    #[serde(default)]
    resource_changes: Changes,
    #[serde(default)]
    output_changes: Map<String, Value>,
    /// Since Terraform 1.14.
    #[serde(default)]
    action_invocations: Vec<Value>,
}

/// Those that do something: of ten thousand resources most stay as they are, and are not kept.
#[derive(Default)]
struct Changes(Vec<Value>);

impl<'de> Deserialize<'de> for Changes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Acting;
        impl<'de> Visitor<'de> for Acting {
            type Value = Changes;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of changes")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Changes, A::Error> {
                let mut kept = Vec::new();
                while let Some(change) = seq.next_element::<Value>()? {
                    let moved = change.get("previous_address").is_some();
                    if moved || acts(&change["change"]) {
                        kept.push(change);
                    }
                }
                Ok(Changes(kept))
            }
        }
        deserializer.deserialize_seq(Acting)
    }
}

/// Something is done, or taken over.
fn acts(change: &Value) -> bool {
    let mut actions = change["actions"].as_array().into_iter().flatten();
    actions.any(|action| action != "no-op")
        || change.get("importing").is_some_and(|it| !it.is_null())
}

/// A change without its masks, and without what they hide where that is not to be looked at.
fn changed(what: String, mut body: Value, change: &Value, sensitive: bool) -> Item {
    let named = |name: &str| change.get(name).cloned().unwrap_or(Value::Null);
    let side = |name: &str, mask: &str| {
        if sensitive {
            named(name)
        } else {
            hide(&named(name), &named(mask))
        }
    };
    let mut unknown = Vec::new();
    pointers(&named("after_unknown"), String::new(), &mut unknown);
    let mut after = side("after", "after_sensitive");
    for pointer in &unknown {
        forget(&mut after, pointer);
    }
    body["change"] = json!({
        "actions": named("actions"),
        "before": side("before", "before_sensitive"),
        "after": after,
        "replace_paths": named("replace_paths"),
        "importing": named("importing"),
    });
    Item {
        unknown,
        ..Item::thing(what, body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(plan: &Value, sensitive: bool) -> Vec<Item> {
        items(plan.to_string().as_bytes(), sensitive).expect("a plan")
    }

    fn one(change: &Value) -> Item {
        let plan = json!({ "resource_changes": [{ "address": "a.b", "change": change }] });
        of(&plan, false).remove(0)
    }

    #[test]
    fn what_stays_as_it_is_is_left_out_and_what_is_taken_over_or_moved_is_not() {
        let still = json!({ "actions": ["no-op"] });
        let plan = json!({
            "timestamp": "2026-11-29T00:00:00Z",
            "resource_changes": [
                { "address": "a.stays", "change": still },
                { "address": "a.updated", "change": { "actions": ["update"] } },
                { "address": "a.imported", "change": { "actions": ["no-op"], "importing": { "id": "x" } } },
                { "address": "a.moved", "previous_address": "a.before", "change": still },
            ],
            "output_changes": { "same": still, "ip": { "actions": ["create"] } },
        });
        let whats: Vec<String> = of(&plan, false).into_iter().map(|item| item.what).collect();
        assert_eq!(
            whats,
            ["a.updated", "a.imported", "a.moved", "the output ip"]
        );
    }

    #[test]
    fn a_sensitive_value_is_looked_at_only_where_that_is_wanted() {
        let plan = |secret: &str| {
            json!({ "resource_changes": [{ "address": "a.b", "change": {
                "actions": ["update"], "before": { "key": "x" }, "after": { "key": secret },
                "before_sensitive": {}, "after_sensitive": { "key": true } } }] })
        };
        assert_eq!(of(&plan("one"), false), of(&plan("two"), false));
        assert_ne!(of(&plan("one"), true), of(&plan("two"), true));
    }

    #[test]
    fn what_was_not_known_may_be_known_by_now_and_nothing_else_may_differ() {
        let before = one(
            &json!({ "actions": ["create"], "after": { "size": 1, "ids": [null] },
            "after_unknown": { "ids": [true], "id": true } }),
        );
        assert_eq!(before.unknown, ["/ids/0", "/id"]);
        let now = one(
            &json!({ "actions": ["create"], "after": { "size": 1, "ids": ["x"] },
            "after_unknown": { "id": true } }),
        );
        assert_ne!(now.text(), before.text());
        assert_eq!(now.text_before(&before.unknown), before.text());
        let other = one(
            &json!({ "actions": ["create"], "after": { "size": 2, "ids": ["x"] },
            "after_unknown": { "id": true } }),
        );
        assert_ne!(other.text_before(&before.unknown), before.text());
        // What was known and is not any more is another thing.
        let less = one(
            &json!({ "actions": ["create"], "after": {}, "after_unknown": { "size": true, "ids": [true], "id": true } }),
        );
        assert_ne!(less.text_before(&before.unknown), before.text());
    }
    #[test]
    fn what_was_taken_over_may_be_ours_by_now() {
        let change = |importing: &Value| json!({ "actions": ["update"], "before": {}, "after": { "size": 1 }, "importing": importing });
        let (before, now) = (
            one(&change(&json!({ "id": "x" }))),
            one(&change(&Value::Null)),
        );
        assert_eq!(before.text_once_taken_over(), Some(now.text()));
        assert_eq!(now.text_once_taken_over(), None);
    }
}
