//! JSON Schemas of the three kinds of files, for editors and other tools.

use super::wire::{environment::Environment, policy::Policy, server::Server};
use crate::schema::of;
use serde_json::Value;

/// File name and content, in the order of the names.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        (
            "environment.schema.json",
            of::<Environment>("environment.yaml of lostops"),
        ),
        ("policy.schema.json", of::<Policy>("policy.yaml of lostops")),
        (
            "server.schema.json",
            of::<Server>("A server's describer of lostops"),
        ),
    ]
}
