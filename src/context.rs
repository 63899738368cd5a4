//! What the process was given by whoever started it. The only reader of the environment.

use camino::Utf8PathBuf;
use std::collections::BTreeMap;
use std::io::IsTerminal as _;

/// The environment, read once.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    variables: BTreeMap<String, String>,
    /// The folder the command was started in.
    pub(crate) folder: Utf8PathBuf,
    /// Where `.lostops`, which holds states and simulated clouds, lies: the same folder, but in a workflow.
    pub(crate) home: Utf8PathBuf,
    /// Where `.lostops/ansible` lies, which serves every run: the same as `home`, but in a rehearsal.
    pub(crate) tools: Utf8PathBuf,
    /// What stands in the place of describers' files, by their paths: a pull request's policy is not what judges it.
    pub(crate) instead: BTreeMap<Utf8PathBuf, Vec<u8>>,
    /// This program's own file.
    pub(crate) program: Utf8PathBuf,
    pub(crate) today: jiff::civil::Date,
    pub(crate) stdout_is_terminal: bool,
    pub(crate) stderr_is_terminal: bool,
    pub(crate) reader: Reader,
}

/// Who reads what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    Person,
    /// A workflow's runner, which takes some lines for commands.
    Runner,
    /// The same, and standard output is nothing but its log: the answer goes to GitHub.
    GitHub,
}

/// Endings of the names of variables whose values are secret.
const SECRET: &[&str] = &[
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSPHRASE",
    "WEBHOOK",
    "_KEY",
    "CREDENTIALS",
    "_SAS",
    // Of the state's backends.
    "_HTTP_AUTH",
    "_KEY_DATA",
    "_PRIVATE_KEY_PEM",
];
/// No secrets, and of no use to whoever reads a comment.
const IDENTIFIERS: &[&str] = &["ARM_SUBSCRIPTION_ID", "ARM_TENANT_ID", "ARM_CLIENT_ID"];
/// A shorter value of such a variable is a switch, not a secret.
const SHORTEST_SECRET: usize = 8;

impl Context {
    /// Variables that are not UTF-8 are left out: none that lostops knows can be such.
    pub(crate) fn from_process() -> anyhow::Result<Self> {
        use anyhow::Context as _;
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let folder = std::env::current_dir().context("could not find the current folder")?;
        let folder =
            Utf8PathBuf::try_from(folder).context("the current folder's name is not UTF-8")?;
        let program = std::env::current_exe().context("could not find this program's own file")?;
        let variables: BTreeMap<String, String> = variables;
        Ok(Self {
            reader: match variables.get("GITHUB_ACTIONS").map(String::as_str) {
                Some("true") => Reader::Runner,
                _ => Reader::Person,
            },
            variables,
            home: folder.clone(),
            tools: folder.clone(),
            instead: BTreeMap::new(),
            folder,
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

    /// Lets children that may see this variable see another value.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Started by a workflow's runner.
    pub(crate) fn in_workflow(&self) -> bool {
        self.reader != Reader::Person
    }

    /// How something is asked for: on a command line, or as an input of the action.
    pub(crate) fn option<'a>(&self, flag: &'a str, input: &'a str) -> &'a str {
        if self.reader == Reader::GitHub {
            input
        } else {
            flag
        }
    }

    /// What must not be said of what we were given: the values of variables that are secret by name, whoever set them,
    /// and the passwords of proxies and of other addresses.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().filter_map(|(name, value)| {
            let name = name.to_uppercase();
            if name.ends_with("_PROXY") {
                return password(value);
            }
            if name.ends_with("_CONN_STR") {
                return password(value).or(Some(value));
            }
            if name.starts_with("TF_HTTP_") && name.ends_with("ADDRESS") {
                return password(value);
            }
            let secret =
                SECRET.iter().any(|ending| name.ends_with(ending)) || name.starts_with("TF_TOKEN_");
            (secret && value.trim().len() >= SHORTEST_SECRET).then_some(value.as_str())
        })
    }

    /// Those, and in a workflow the identifiers of Azure: a runner may mask them in its log, and in a comment nobody
    /// does. They are not masked for later steps, for GitHub drops outputs of a job that hold what is masked.
    pub(crate) fn hidden(&self) -> impl Iterator<Item = &str> {
        let identifiers = IDENTIFIERS.iter().filter_map(|name| self.variable(name));
        let identifiers = identifiers.filter(|value| value.len() >= SHORTEST_SECRET);
        self.secrets()
            .chain(identifiers.filter(|_| self.in_workflow()))
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

/// `http://user:password@host:port`
fn password(address: &str) -> Option<&str> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (user, _) = rest.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password)
}

/// The day it is in UTC: grants and waivers end everywhere at once.
fn today() -> jiff::civil::Date {
    let now = std::time::SystemTime::now();
    jiff::Timestamp::try_from(now).map_or(jiff::civil::Date::MAX, |now| {
        jiff::tz::Offset::UTC.to_datetime(now).date()
    })
}
