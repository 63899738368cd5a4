//! From what is written to what it means: wire types become the fleet, and what cannot be so is a finding.

pub(super) mod authorities;
pub(super) mod compose;
mod disks;
pub(super) mod environment;
pub(super) mod fleet;
pub(super) mod keys;
pub(super) mod machine;
pub(super) mod names;
pub(super) mod overlap;
pub(super) mod partners;
pub(super) mod policy;
pub(super) mod ports;
pub(super) mod server;
pub(super) mod services;
pub(super) mod subnet;

use super::read::Need;
use crate::source::Located;

/// A needed value that was read; its absence is reported already.
fn value<T>(need: Need<T>) -> Option<T> {
    need.0.map(|located| located.value)
}

/// The same value as another type.
fn convert<T, U>(located: Located<T>, into: impl FnOnce(T) -> U) -> Located<U> {
    Located::new(into(located.value), located.span)
}
