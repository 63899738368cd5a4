//! Every way to end, with its number.

use std::process::ExitCode;

/// What the process tells its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was done and nothing is wrong.
    Clean,
    /// lostops itself could not do its work.
    Failed,
    // 2 is clap's: a command line that cannot be read.
    /// Something written or planned is not permitted.
    Violations,
}

impl Exit {
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Failed => 1,
            Self::Violations => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

/// Whoever was to read what is printed has gone.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<std::io::Error>());
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
