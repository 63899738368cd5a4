//! Terraform: what it plans, and what that means.

pub(crate) mod plan;
