//! lostops as its users meet it: through the program, with real Terraform. What takes none is in quick.rs.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests start the program themselves"
)]
#![expect(clippy::unwrap_used, reason = "what a test does not expect ends it")]

mod apply_managed;
mod cancel;
mod cases;
mod comment;
mod configure;
mod fake_azure;
mod fake_github;
#[path = "../fuzz/mod.rs"]
mod fuzz;
mod harness;
mod hostile;
mod hosts;
mod image;
mod imported;
mod operate;
mod own_rules;
mod plan_checked;
mod plan_hard_cases_changes;
mod plan_hard_cases_reach;
mod plan_simulated;
mod power;
mod produced;
mod run;
mod scan;
mod simulator;
mod state;
mod stays;
mod terraform;
mod tofu;
mod unchanged;
mod verify;
