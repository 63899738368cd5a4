//! What the process was given by whoever started it. The only reader of the environment.

use camino::Utf8PathBuf;
use std::collections::BTreeMap;
use std::io::IsTerminal as _;

/// The environment, read once.
#[derive(Debug)]
pub(crate) struct Context {
    variables: BTreeMap<String, String>,
    /// The folder the command was started in.
    pub(crate) folder: Utf8PathBuf,
    /// This program's own file.
    pub(crate) program: Utf8PathBuf,
    pub(crate) today: jiff::civil::Date,
    pub(crate) stdout_is_terminal: bool,
    pub(crate) stderr_is_terminal: bool,
}

impl Context {
    /// Variables that are not UTF-8 are left out: none that lostops knows can be such.
    pub(crate) fn from_process() -> anyhow::Result<Self> {
        use anyhow::Context as _;
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let folder = std::env::current_dir().context("could not find the current folder")?;
        let program = std::env::current_exe().context("could not find this program's own file")?;
        Ok(Self {
            variables,
            folder: Utf8PathBuf::try_from(folder)
                .context("the current folder's name is not UTF-8")?,
            program: Utf8PathBuf::try_from(program)
                .context("the path of this program is not UTF-8")?,
            today: today(),
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
        })
    }

    /// A variable that is set and not empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The variables whose names are listed or begin with a listed prefix ending in `*`.
    pub(crate) fn allowed(&self, names: &[&str]) -> BTreeMap<String, String> {
        let listed = |name: &str| {
            names.iter().any(|allowed| match allowed.strip_suffix('*') {
                Some(prefix) => name.starts_with(prefix),
                None => name == *allowed,
            })
        };
        self.variables
            .iter()
            .filter(|(name, _)| listed(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// Whether a stream takes colours: a terminal does, unless `NO_COLOR` is set or it is dumb.
    pub(crate) fn colours(&self, is_terminal: bool) -> bool {
        if self.variable("NO_COLOR").is_some() {
            return false;
        }
        if self
            .variable("CLICOLOR_FORCE")
            .is_some_and(|value| value != "0")
        {
            return true;
        }
        is_terminal && self.variable("TERM") != Some("dumb")
    }
}

/// The day it is in UTC: grants and waivers end everywhere at once.
fn today() -> jiff::civil::Date {
    let now = std::time::SystemTime::now();
    jiff::Timestamp::try_from(now).map_or(jiff::civil::Date::MAX, |now| {
        jiff::tz::Offset::UTC.to_datetime(now).date()
    })
}
