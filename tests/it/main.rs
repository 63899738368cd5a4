//! What a user sees, through the binary.
#![expect(
    clippy::disallowed_methods,
    reason = "tests start the binary and Terraform as a user would"
)]
#![expect(clippy::unwrap_used, reason = "what a test does not expect ends it")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

mod simulator;
