//! Plans as `terraform show -json` prints them: read, and said what they mean.
//!
//! A plan is read as a stream, so that one of 150 MB costs no more memory than what is kept of it.
//! What is not known yet is resolved through the references of the configuration, or else counts both
//! ways: `open` is what is certain, `unproven` what cannot be shown closed.

mod address;
mod assemble;
mod attach;
mod change;
mod checks;
mod config;
mod database;
mod detached;
mod disks;
mod document;
mod drift;
mod element;
mod error;
mod evaluate;
mod exposure;
mod expressions;
mod extract;
mod fact;
mod found;
mod front;
mod group;
mod groups;
mod in_use;
mod index;
mod json;
mod machine;
mod machines;
mod model;
mod nature;
mod opaque;
mod ownership;
mod peer;
mod pool;
mod power;
mod problems;
mod resolve;
mod rule;
mod scan;
mod source;
mod text;
mod world;

pub(crate) use error::PlanError;
pub(crate) use machine::{Contribution, Machine, MachineChange, PublicSide, decisive};
pub(crate) use model::{Action, Group, Plan, PowerAction, Problem, ProblemKind};

use camino::Utf8Path;
use document::Document;

/// What to keep beyond the meaning.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options {
    /// Keep the values of data sources on machines, interfaces and azapi resources.
    pub(crate) observed: bool,
    /// A plan of chosen resources is read too. Nothing may be judged by it: what is absent from it is not known.
    pub(crate) partial: bool,
}

/// Reads a file. It is streamed: memory does not grow with what is skipped.
pub(crate) fn read(path: &Utf8Path, options: Options) -> Result<Plan, PlanError> {
    let document = Document::read(path, options, || fs_err::File::open(path))?;
    Ok(assemble::assemble(document))
}

/// Reads what `terraform show -json` has printed.
pub(crate) fn read_bytes(bytes: &[u8], options: Options) -> Result<Plan, PlanError> {
    let document = Document::read(Utf8Path::new("the plan"), options, || Ok(bytes))?;
    Ok(assemble::assemble(document))
}

#[cfg(test)]
mod tests;
