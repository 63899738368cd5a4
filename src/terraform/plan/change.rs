//! One element of `resource_changes`: what happens to a resource, and the facts before and after.

use super::address::split_module;
use super::extract::{self, Values};
use super::fact::Fact;
use super::json::Json;
use super::model::Action;
use super::nature::{self, Differences};
use std::ops::Deref;
use std::sync::Arc;

/// What is kept of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) address: String,
    /// The module's part of the address, `""` for the root module.
    pub(super) module: String,
    pub(super) kind: String,
    /// The name in the configuration.
    pub(super) name: String,
    pub(super) key: Option<String>,
    pub(super) data: bool,
    pub(super) deposed: bool,
    pub(super) previous: Option<String>,
    pub(super) importing: bool,
    pub(super) actions: Vec<Action>,
    /// The same as written, when there is one that is not known.
    pub(super) unknown_actions: Vec<String>,
    pub(super) reason: Option<String>,
    pub(super) differences: Rare,
    pub(super) before: Option<Arc<Fact>>,
    pub(super) after: Option<Arc<Fact>>,
    /// Something of it that no check by type sees; in words.
    pub(super) opaque: Option<String>,
    pub(super) database: Option<Vec<String>>,
}

/// Differences, which most changes have none of: they take room only where there are some.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rare(Option<Box<Differences>>);

impl From<Differences> for Rare {
    fn from(differences: Differences) -> Self {
        let none = differences == Differences::default();
        Self((!none).then(|| Box::new(differences)))
    }
}

impl Deref for Rare {
    type Target = Differences;

    fn deref(&self) -> &Differences {
        static NONE: Differences = Differences {
            attributes: Vec::new(),
            forcing: Vec::new(),
            instances: None,
            disks: Vec::new(),
        };
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl Change {
    pub(super) fn has(&self, action: Action) -> bool {
        self.actions.contains(&action)
    }

    /// Made anew, in either order.
    pub(super) fn replaces(&self) -> bool {
        self.has(Action::Create) && (self.has(Action::Delete) || self.has(Action::Forget))
    }

    pub(super) fn is_no_op(&self) -> bool {
        self.actions.iter().all(|action| *action == Action::NoOp)
    }

    /// Whether it exists once the plan is applied.
    pub(super) fn stays(&self) -> bool {
        !self.deposed
            && (self.has(Action::Create) || !(self.has(Action::Delete) || self.has(Action::Forget)))
    }

    /// Reads an element of `resource_changes` or `resource_drift`.
    pub(super) fn read(element: &Json<'_>) -> Self {
        let change = element.get("change");
        let words: Vec<&str> = change
            .get("actions")
            .items()
            .iter()
            .filter_map(Json::text)
            .collect();
        let actions: Vec<Action> = words.iter().map(|word| action(word)).collect();
        let mut read = Self::header(element);
        read.unknown_actions = if actions.contains(&Action::Other) || actions.is_empty() {
            words.iter().map(|&word| word.to_owned()).collect()
        } else {
            Vec::new()
        };
        read.actions = if actions.is_empty() {
            vec![Action::Other]
        } else {
            actions
        };
        read.importing = !change.get("importing").is_absent();
        let (before, after) = (change.get("before"), change.get("after"));
        // A data source that is read only in the apply is there already.
        let created = !read.data && (*before == Json::Null || read.replaces());
        let kind = read.kind.clone();
        let old = Values {
            values: before,
            unknown: &Json::Null,
            sensitive: change.get("before_sensitive"),
        };
        let new = Values {
            values: after,
            unknown: change.get("after_unknown"),
            sensitive: change.get("after_sensitive"),
        };
        let fact = |values: Values<'_, '_>, created| {
            (*values.values != Json::Null)
                .then(|| extract::fact(&kind, values, created).map(Arc::new))
                .flatten()
        };
        read.before = fact(old, false);
        read.after = if read.is_no_op() && read.before.is_some() && !new.unknown.is_marked() {
            read.before.clone()
        } else {
            fact(new, created)
        };
        // What Terraform forgets stays in the cloud as it is.
        if read.actions == [Action::Forget] {
            read.after.clone_from(&read.before);
        }
        if read.deposed {
            (read.before, read.after) = (None, None);
        }
        if !read.is_no_op() {
            read.differences = nature::differences(&read, change).into();
        }
        let present = if *after == Json::Null { before } else { after };
        read.opaque = super::opaque::words(&read, present, change.get("after_unknown"));
        read.database = super::database::words(&kind, present);
        read
    }

    /// A resource as a state or `planned_values` lists it: nothing happens to it.
    pub(super) fn standing(element: &Json<'_>) -> Self {
        let mut read = Self::header(element);
        let values = Values {
            values: element.get("values"),
            unknown: &Json::Null,
            sensitive: element.get("sensitive_values"),
        };
        read.actions = vec![Action::NoOp];
        read.before = extract::fact(&read.kind, values, false).map(Arc::new);
        read.after.clone_from(&read.before);
        read
    }

    fn header(element: &Json<'_>) -> Self {
        let text = |key: &str| element.get(key).string();
        let address = text("address").unwrap_or_default();
        Self {
            module: split_module(&address).0.to_owned(),
            kind: text("type").unwrap_or_default(),
            name: text("name").unwrap_or_default(),
            key: element.get("index").word(),
            data: element.get("mode").text() == Some("data"),
            deposed: element.get("deposed").text().is_some(),
            previous: text("previous_address"),
            importing: false,
            actions: Vec::new(),
            unknown_actions: Vec::new(),
            reason: text("action_reason"),
            differences: Rare::default(),
            before: None,
            after: None,
            opaque: None,
            database: None,
            address,
        }
    }
}

fn action(word: &str) -> Action {
    match word {
        "no-op" => Action::NoOp,
        "create" => Action::Create,
        "read" => Action::Read,
        "update" => Action::Update,
        "delete" => Action::Delete,
        "forget" => Action::Forget,
        _ => Action::Other,
    }
}
