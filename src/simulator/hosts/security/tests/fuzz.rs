//! Rules that no portal would take.

use super::Case;
use crate::fuzz::fuzz;
use crate::simulator::hosts::security::filter;
use serde_json::Value as Json;

#[test]
fn no_rule_of_a_security_group_panics_hangs_or_leaves_its_line() {
    fuzz("rules", 600, |input| {
        let Ok(Json::Array(rules)) = serde_json::from_slice(input) else {
            return;
        };
        let cloud = Case {
            interface: Some(rules.iter().rev().cloned().collect()),
            ..Case::subnet(&rules)
        }
        .cloud();
        let nft = filter(&cloud, cloud.get("/vm").unwrap()).nft(&["eth0"]);
        for line in nft.lines() {
            let known = ["add ", "flush table inet azure", "# "];
            assert!(known.iter().any(|word| line.starts_with(word)), "{line}");
        }
    });
}
