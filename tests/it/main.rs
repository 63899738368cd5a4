//! lostops as its users meet it: through the program, with real Terraform.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests start the program themselves"
)]
#![expect(clippy::unwrap_used, reason = "what a test does not expect ends it")]

mod apply_managed;
mod architecture;
mod cancel;
mod cases;
mod check;
mod check_mistakes;
mod commands;
mod comment;
mod compose;
mod configure;
mod events;
mod fake_azure;
mod fake_github;
#[path = "../fuzz/mod.rs"]
mod fuzz;
mod github;
mod harness;
mod hostile;
mod hosts;
mod image;
mod operate;
mod own_rules;
mod plan_given;
mod plan_hard_cases_changes;
mod plan_hard_cases_reach;
mod plan_simulated;
mod power;
mod produced;
mod run;
mod scan;
mod simulator;
mod state;
mod terraform;
mod tofu;
mod unchanged;
mod verify;
