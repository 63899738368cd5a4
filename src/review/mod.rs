//! Reviewed is applied: what a plan would do, as digests that a pull request's comment keeps, and whether a later plan is
//! covered by them.
//!
//! A plan file is never carried from the review to the apply, for it may hold what is secret. lostops plans anew and
//! compares, thing by thing: a remainder is covered, anything more is not.

mod binding;
mod canonical;
mod compare;
mod items;
mod record;
mod shared;
mod unknown;

pub(crate) use binding::{Binding, Key};
pub(crate) use compare::{Verdict, compare};
pub(crate) use items::{Item, items};
pub(crate) use record::{Distrust, LONGEST, Record, Versions};
pub(crate) use shared::Shared;
