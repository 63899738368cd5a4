//! Rules that no portal would take, in a plan.

use super::{Doc, GROUP, group, open, unproven};
use crate::fuzz::fuzz;
use serde_json::Value;

#[test]
fn no_rule_of_a_group_that_is_planned_panics_or_hangs() {
    fuzz("rules", 400, |input| {
        let Ok(Value::Array(rules)) = serde_json::from_slice(input) else {
            return;
        };
        let plan = Doc::default().create(GROUP, group(&rules)).try_read();
        // Values that nest too deeply are refused.
        if let Ok(plan) = plan {
            assert_eq!(plan.groups.len(), 1);
            open(&plan, GROUP);
            unproven(&plan, GROUP);
        }
    });
}
