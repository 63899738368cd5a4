//! The findings of the describers themselves: LO101 to LO119.

mod files;
mod services;
mod values;

pub(crate) use files::{LO101, LO102, LO103, LO104, LO105, LO112, LO119};
pub(crate) use services::{LO115, LO116, LO117, LO118};
pub(crate) use values::{LO106, LO107, LO108, LO109, LO110, LO111, LO113, LO114};

use crate::finding::Meta;

/// Every code of this module, ascending.
pub(crate) static CODES: &[&Meta] = &[
    &LO101, &LO102, &LO103, &LO104, &LO105, &LO106, &LO107, &LO108, &LO109, &LO110, &LO111, &LO112,
    &LO113, &LO114, &LO115, &LO116, &LO117, &LO118, &LO119,
];

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn codes_are_ascending_named_and_explained() {
        assert!(CODES.is_sorted_by(|a, b| a.code < b.code));
        for meta in CODES {
            assert!(
                meta.code.starts_with("LO1") && meta.code.len() == 5,
                "{}",
                meta.code
            );
            assert!(
                meta.name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
                "{}",
                meta.name
            );
            assert!(
                !meta.summary.ends_with('.') && !meta.summary.is_empty(),
                "{}",
                meta.code
            );
            assert!(
                meta.why.ends_with('.') && meta.fix.ends_with('.'),
                "{}",
                meta.code
            );
        }
    }
}
