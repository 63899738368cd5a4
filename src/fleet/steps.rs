//! Step functions from ports to sources: what a reach is made of.

use super::sources::SourceSet;
use std::sync::Arc;

/// Ports `low..=high`, all reachable from the same non-empty set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) low: u16,
    pub(super) high: u16,
    pub(super) from: Arc<SourceSet>,
}

/// Whether any port of both is open to the same somebody.
pub(super) fn meets(a: &[Step], b: &[Step]) -> bool {
    let (mut i, mut j) = (0, 0);
    while let (Some(left), Some(right)) = (a.get(i), b.get(j)) {
        let overlap = left.low.max(right.low) <= left.high.min(right.high);
        if overlap && (Arc::ptr_eq(&left.from, &right.from) || left.from.meets(&right.from)) {
            return true;
        }
        if left.high < right.high {
            i += 1;
        } else {
            j += 1;
        }
    }
    false
}

/// Walks both step functions together, cutting at every edge of either.
pub(super) fn sweep(
    a: &[Step],
    b: &[Step],
    combine: impl Fn(Option<&Arc<SourceSet>>, Option<&Arc<SourceSet>>) -> Option<Arc<SourceSet>>,
) -> Vec<Step> {
    let (mut i, mut j) = (0, 0);
    let mut result: Vec<Step> = Vec::with_capacity(a.len() + b.len());
    let mut port = 0u32;
    while i < a.len() || j < b.len() {
        let (left, left_edge) = at(a.get(i), port);
        let (right, right_edge) = at(b.get(j), port);
        let high = left_edge.min(right_edge);
        if let Some(from) = combine(left, right) {
            push(&mut result, port, high, from);
        }
        port = high + 1;
        if a.get(i).is_some_and(|step| u32::from(step.high) < port) {
            i += 1;
        }
        if b.get(j).is_some_and(|step| u32::from(step.high) < port) {
            j += 1;
        }
    }
    result
}

/// The sources of a step at a port, if the step has begun, and the last port for which that holds.
fn at(step: Option<&Step>, port: u32) -> (Option<&Arc<SourceSet>>, u32) {
    match step {
        Some(step) if u32::from(step.low) <= port => (Some(&step.from), u32::from(step.high)),
        Some(step) => (None, u32::from(step.low) - 1),
        None => (None, u32::from(u16::MAX)),
    }
}

fn push(steps: &mut Vec<Step>, low: u32, high: u32, from: Arc<SourceSet>) {
    if from.is_empty() {
        return;
    }
    let narrow = |port: u32| u16::try_from(port).unwrap_or(u16::MAX);
    match steps.last_mut() {
        Some(last) if u32::from(last.high) + 1 == low && last.from == from => {
            last.high = narrow(high);
        }
        _ => steps.push(Step {
            low: narrow(low),
            high: narrow(high),
            from,
        }),
    }
}
