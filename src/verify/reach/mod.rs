//! Who really reaches which port of whom: declared beside measured.

mod columns;
mod probe;
#[cfg(test)]
mod tests;

use crate::fleet::port::Protocol;
use std::net::IpAddr;
use std::time::Duration;

pub(crate) use columns::columns;
pub(crate) use probe::{Tried, attempt};

/// From where, and to what: rows and columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Matrix {
    pub(crate) vantages: Vec<Vantage>,
    pub(crate) columns: Vec<Column>,
}

/// From where it was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Vantage {
    /// A server's name; of the machine that measures the word for where it stands: `operators`, `internet`.
    pub(crate) name: String,
    /// The address from which it comes, as servers see it; `None` when no server has said.
    pub(crate) address: Option<IpAddr>,
    /// It is the machine that measures.
    pub(crate) is_here: bool,
    /// Why nothing could be tried from there.
    pub(crate) trouble: Option<String>,
}

/// A port of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) server: String,
    pub(crate) protocol: Protocol,
    pub(crate) port: u16,
    /// What its describer says that it is for; may be empty.
    pub(crate) purpose: String,
    /// Who listens, as the server says itself; may be empty.
    pub(crate) listener: String,
    /// One for each vantage; `None`: the server itself.
    pub(crate) cells: Vec<Option<Cell>>,
}

/// One vantage and one port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    /// The describer opens the port to it.
    pub(crate) declared: bool,
    pub(crate) met: Met,
    /// At which address of the server; `None` where nothing was tried.
    pub(crate) at: Option<IpAddr>,
    /// How long the answer took.
    pub(crate) took: Duration,
}

/// What was met there, the most open last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Met {
    /// It was not tried.
    Unknown,
    /// No answer, however often.
    Silent,
    /// There is no way to the address, or somebody on the way forbids it.
    Unreachable,
    /// The server refuses: no filter is in the way, and nobody listens.
    Refused,
    /// UDP: no answer, which proves nothing.
    OpenOrFiltered,
    Open,
}

impl Met {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Silent => "silent",
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::OpenOrFiltered => "open or filtered",
            Self::Open => "open",
        }
    }
}

/// What a cell says of declared and measured together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Declared, and open.
    Open,
    /// Neither.
    Closed,
    /// Open and not declared.
    Extra,
    /// Declared and not open.
    Missing,
    /// It cannot be said.
    Unknown,
}

impl Verdict {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Extra => "extra",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
        }
    }
}

impl Matrix {
    /// How many cells come to this.
    pub(crate) fn count(&self, verdict: Verdict) -> usize {
        let columns = self.columns.iter();
        let verdicts =
            columns.flat_map(|column| (0..column.cells.len()).map(|at| column.verdict(at)));
        verdicts.filter(|one| *one == Some(verdict)).count()
    }
}

impl Column {
    /// What vantage number `at` means together with what else was met: that nobody gets in is only known where
    /// somebody does.
    pub(crate) fn verdict(&self, at: usize) -> Option<Verdict> {
        let cell = self.cells.get(at).copied().flatten()?;
        Some(match (cell.declared, cell.met) {
            (_, Met::Unknown) | (false, Met::OpenOrFiltered) => Verdict::Unknown,
            (true, Met::Open | Met::OpenOrFiltered) => Verdict::Open,
            (true, _) => Verdict::Missing,
            (false, Met::Open) => Verdict::Extra,
            // The server is there and says no.
            (false, Met::Refused) => Verdict::Closed,
            (false, _) if self.is_alive() => Verdict::Closed,
            (false, _) => Verdict::Unknown,
        })
    }

    /// The positive control: somebody gets in, or the server says itself that somebody listens there.
    pub(crate) fn is_alive(&self) -> bool {
        !self.listener.is_empty()
            || self
                .cells
                .iter()
                .flatten()
                .any(|cell| cell.met == Met::Open)
    }
}
