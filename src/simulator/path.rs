//! Where in a configuration something is: `ip_configuration`, 0, `subnet_id`.

use super::proto::{AttributePath, Selector, Step};

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Path(Vec<Step>);

impl Path {
    #[must_use]
    pub(super) fn attribute(&self, name: &str) -> Self {
        self.with(Selector::Attribute(name.to_owned()))
    }

    #[must_use]
    pub(super) fn index(&self, index: usize) -> Self {
        self.with(Selector::Index(i64::try_from(index).unwrap_or(i64::MAX)))
    }

    fn with(&self, selector: Selector) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step {
            selector: Some(selector),
        });
        Self(steps)
    }

    pub(super) fn wire(self) -> Option<AttributePath> {
        (!self.0.is_empty()).then_some(AttributePath { steps: self.0 })
    }
}
