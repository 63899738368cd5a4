//! The inner loop, `cargo test`: what lostops says of files. No Terraform, no Ansible, no engine; the rest is in main.rs.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests start the program themselves"
)]

mod architecture;
mod check;
mod check_mistakes;
mod commands;
mod compose;
mod events;
mod fake_github;
mod github;
#[expect(dead_code, reason = "main.rs uses the rest of it")]
mod harness;
mod plan_given;
mod plan_hard_cases_given;
mod produced;
