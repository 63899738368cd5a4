//! `azapi_resource_action`: a request sent to a machine, and nothing that stays.

use super::{ResourceType, machine, set};
use crate::simulator::arm::{Id, Kind};
use crate::simulator::cloud::{Attributes, Cloud, text};
use crate::simulator::failure::Failure;
use crate::simulator::power::Action;
use serde_json::Value as Json;

pub(super) struct ResourceAction;

/// Sends the request; what Azure would answer is in the attributes afterwards.
fn send(cloud: &mut Cloud, attributes: &mut Attributes, is_due: bool) -> Result<(), Failure> {
    for name in ["output", "sensitive_output"] {
        set(attributes, name, Json::Null);
    }
    set(attributes, "exist", true);
    if !is_due {
        return Ok(());
    }
    let target = text(attributes, "resource_id").to_owned();
    if cloud.get(&target).is_none() && attributes.get("ignore_not_found") == Some(&Json::Bool(true))
    {
        set(attributes, "exist", false);
        return Ok(());
    }
    let kind = Id::parse(&target).as_ref().and_then(Kind::of);
    let method = text(attributes, "method");
    let word = text(attributes, "action");
    match (kind, method, Action::from_word(word)) {
        (Some(Kind::VirtualMachine), "POST", Some(action)) => machine::act(cloud, &target, action),
        _ => Err(Failure::bad_request(
            "UnsupportedAction",
            format!(
                "The simulated Azure knows the actions start, powerOff, deallocate and restart, sent by POST to a \
                 virtual machine; it does not know {method} {target}/{word}."
            ),
        )),
    }
}

impl ResourceType for ResourceAction {
    fn id(&self, _subscription: &str, attributes: &Attributes) -> Result<String, Failure> {
        let action = text(attributes, "action");
        let target = text(attributes, "resource_id");
        Ok(if action.is_empty() {
            target.to_owned()
        } else {
            format!("{target}/{action}")
        })
    }

    fn create(
        &self,
        cloud: &mut Cloud,
        _id: &str,
        attributes: &mut Attributes,
    ) -> Result<(), Failure> {
        let is_due = text(attributes, "when") != "destroy";
        send(cloud, attributes, is_due)
    }

    fn read(&self, _cloud: &Cloud, _id: &str, _attributes: &mut Attributes) -> bool {
        true
    }

    fn update(
        &self,
        cloud: &mut Cloud,
        id: &str,
        _prior: &Attributes,
        attributes: &mut Attributes,
    ) -> Result<(), Failure> {
        self.create(cloud, id, attributes)
    }

    fn delete(&self, cloud: &mut Cloud, _id: &str, attributes: &Attributes) -> Result<(), Failure> {
        let is_due = text(attributes, "when") == "destroy";
        send(cloud, &mut attributes.clone(), is_due)
    }

    fn import(&self, _id: &str) -> Result<Attributes, Failure> {
        Err(Failure::Refused(
            "azapi_resource_action is a request that was sent: there is nothing to import"
                .to_owned(),
        ))
    }

    fn title(&self, id: &str) -> String {
        format!("action {id:?}")
    }
}
