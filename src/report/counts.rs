//! How many things a plan makes, changes and destroys, and how that is said.

use crate::fleet::words::count;

/// How many things a plan makes, changes and destroys. A replacement is one `add` and one `destroy`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) add: usize,
    pub(crate) change: usize,
    pub(crate) destroy: usize,
    pub(crate) import: usize,
    pub(crate) forget: usize,
    pub(crate) moved: usize,
    /// What Terraform counts among the first three although nothing is made or destroyed: commands to start or stop.
    pub(crate) power: Power,
}

/// Power commands by how Terraform counts them: one that is sent again is an `add` and a `destroy`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Power {
    pub(crate) add: usize,
    pub(crate) change: usize,
    pub(crate) destroy: usize,
}

impl Power {
    /// How many are sent.
    pub(crate) fn sent(self) -> usize {
        self.add + self.change
    }
}

impl Counts {
    /// What is rare, where there is any: `, 1 to forget, 2 power commands`.
    fn others(&self, f: &mut dyn std::fmt::Write, forget: &str, moved: &str) -> std::fmt::Result {
        for (number, words) in [(self.forget, forget), (self.moved, moved)] {
            if number > 0 {
                write!(f, ", {number} {words}")?;
            }
        }
        match self.power.sent() {
            0 => Ok(()),
            sent => write!(f, ", {}", count(sent, "power command")),
        }
    }

    /// `3 added, 1 changed, 0 destroyed`
    pub(crate) fn past(&self) -> String {
        let imported = match self.import {
            0 => String::new(),
            some => format!("{some} imported, "),
        };
        let mut words = format!(
            "{imported}{} added, {} changed, {} destroyed",
            self.add, self.change, self.destroy
        );
        // Writing into a text does not fail.
        let _ = self.others(&mut words, "forgotten", "moved");
        words
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if *self == Self::default() {
            return f.write_str("no changes");
        }
        if self.import > 0 {
            write!(f, "{} to import, ", self.import)?;
        }
        write!(
            f,
            "{} to add, {} to change, {} to destroy",
            self.add, self.change, self.destroy
        )?;
        self.others(f, "to forget", "to move")
    }
}
