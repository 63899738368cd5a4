//! The findings of the describers themselves: LO101 to LO114.

mod files;
mod values;

pub(crate) use files::{LO101, LO102, LO103, LO104, LO105, LO112};
pub(crate) use values::{LO106, LO107, LO108, LO109, LO110, LO111, LO113, LO114};

use crate::finding::Meta;

/// Every code of this module, ascending.
pub(crate) static CODES: &[&Meta] = &[
    &LO101, &LO102, &LO103, &LO104, &LO105, &LO106, &LO107, &LO108, &LO109, &LO110, &LO111, &LO112,
    &LO113, &LO114,
];
