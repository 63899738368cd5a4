//! One change that Terraform asks for, done to the cloud: create, update or delete.

use super::arm::Id;
use super::cloud::{Attributes, text};
use super::failure::Failure;
use super::fault::{self, FaultKind, Operation};
use super::resources::ResourceType;
use super::schema::Block;
use super::session::Session;
use super::value::Value;
use serde_json::Value as Json;

pub(super) struct Change<'a> {
    pub(super) type_name: &'a str,
    pub(super) resource: &'static dyn ResourceType,
    /// Null when it is to be created.
    pub(super) prior: &'a Value,
    /// Null when it is to be deleted.
    pub(super) planned: &'a Value,
}

impl Change<'_> {
    fn operation(&self) -> Operation {
        match (self.prior.is_null(), self.planned.is_null()) {
            (true, _) => Operation::Create,
            (_, true) => Operation::Delete,
            _ => Operation::Update,
        }
    }

    /// What the resource is afterwards; a failure beside it happened when it was made already.
    pub(super) fn apply(
        &self,
        session: &Session,
    ) -> Result<(Attributes, Option<Failure>), Failure> {
        let operation = self.operation();
        let prior = fields(self.prior);
        let mut attributes = if operation == Operation::Delete {
            prior.clone()
        } else {
            fields(self.planned)
        };
        let id = if operation == Operation::Create {
            self.resource.id(&session.subscription, &attributes)?
        } else {
            text(&prior, "id").to_owned()
        };
        let name = Some(text(&attributes, "name"))
            .filter(|name| !name.is_empty())
            .map_or_else(|| name_in(&id), str::to_owned);
        let seen = session.store.read()?;
        let mut fault = None;
        if seen.subscription_id.is_empty() || !seen.faults.is_empty() {
            fault = session.store.change(|cloud| {
                cloud.belong_to(&session.subscription)?;
                Ok(fault::take(cloud, operation, self.type_name, &name))
            })?;
        }
        if let Some(kind) = fault.filter(|kind| *kind != FaultKind::Halfway) {
            return Err(self.told(operation, &id, kind.failure(&name)));
        }
        let done = session.store.change(|cloud| match operation {
            Operation::Create => self.resource.create(cloud, &id, &mut attributes),
            Operation::Update => self.resource.update(cloud, &id, &prior, &mut attributes),
            Operation::Delete => self.resource.delete(cloud, &id, &prior),
        });
        done.map_err(|failure| self.told(operation, &id, failure))?;
        attributes.insert("id".to_owned(), id.clone().into());
        let failure = fault.map(|kind| self.told(operation, &id, kind.failure(&name)));
        Ok((attributes, failure))
    }

    /// Says what was being done when Azure refused.
    fn told(&self, operation: Operation, id: &str, failure: Failure) -> Failure {
        let doing = match operation {
            Operation::Create => "creating",
            Operation::Update => "updating",
            Operation::Delete => "deleting",
        };
        match failure {
            Failure::Api { .. } => {
                Failure::Refused(format!("{doing} {}: {failure}", self.resource.title(id)))
            }
            Failure::Refused(words) if operation == Operation::Delete => {
                Failure::Refused(format!("{doing} {}: {words}", self.resource.title(id)))
            }
            other => other,
        }
    }
}

/// What faults go by where a type has no name of its own: the outermost thing that its id names.
fn name_in(id: &str) -> String {
    let own = id.split('|').next().unwrap_or_default();
    Id::parse(own).map_or_else(
        || own.rsplit('/').nth(1).unwrap_or(own).to_owned(),
        |id| id.parent_name().to_owned(),
    )
}

fn fields(value: &Value) -> Attributes {
    match value.to_json() {
        Json::Object(fields) => fields,
        _ => Attributes::new(),
    }
}

/// Keeps what Terraform holds where it is no part of the cloud (timeouts), and values of any type,
/// whose exact type only the written value knows.
pub(super) fn keep_written(block: &Block, written: &Value, found: Value) -> Value {
    let Value::Map(mut fields) = found else {
        return found;
    };
    fields.insert("timeouts".to_owned(), written.field("timeouts").clone());
    for (name, attribute) in &block.attributes {
        let held = written.field(name);
        if attribute.ty() == super::value::Type::Dynamic && !attribute.computed {
            fields.insert(name.clone(), held.clone());
        }
    }
    if !block.blocks.contains_key("timeouts") {
        fields.remove("timeouts");
    }
    Value::Map(fields)
}
