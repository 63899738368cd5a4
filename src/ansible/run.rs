//! Runs the play: Ansible with what it needs and nothing else, heard through a pipe while it works.

use super::content::Content;
use super::event;
use super::forks::forks;
use super::stderr::{Complaint, complaints};
use super::tally::{Line, Tally};
use super::toolbox::Toolbox;
use crate::process::{Fifo, Finished, cancelled};
use crate::ssh::Ssh;
use camino::{Utf8Path, Utf8PathBuf};
use std::collections::BTreeMap;

/// What is to be run.
#[derive(Debug)]
pub(crate) struct Play<'a> {
    pub(crate) toolbox: &'a Toolbox,
    pub(crate) ssh: &'a Ssh,
    pub(crate) content: &'a Content,
    pub(crate) inventory: Utf8PathBuf,
    /// What Ansible keeps for itself lies here, not in anybody's home.
    pub(crate) home: Utf8PathBuf,
    /// The servers of the inventory that are due.
    pub(crate) servers: &'a [String],
    pub(crate) check: bool,
    /// Variables that the roles look secrets up in.
    pub(crate) secrets: BTreeMap<String, String>,
}

/// How it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) tally: Tally,
    pub(crate) complaints: Vec<Complaint>,
    finished: Finished,
}

impl Ran {
    /// Whether Ansible came to its own end, so that its account counts.
    pub(crate) fn whole(&self) -> bool {
        self.tally.stats.is_some() && self.finished.signal.is_none() && !cancelled()
    }

    /// Success is never the exit code alone: it is 0, too, where no host matched. The account must be there, name
    /// every server, and no failure.
    pub(crate) fn succeeded(&self, servers: &[String]) -> bool {
        let Some(stats) = &self.tally.stats else {
            return false;
        };
        self.finished.success()
            && self.whole()
            && servers.iter().all(|name| {
                stats
                    .get(name)
                    .is_some_and(|stats| stats.failures == 0 && stats.unreachable == 0)
            })
    }

    /// For when no server tells why.
    pub(crate) fn words(&self) -> String {
        let said: Vec<String> = self.complaints.iter().map(Complaint::words).collect();
        if !said.is_empty() {
            return said.join("\n");
        }
        let last = self
            .finished
            .stderr
            .lines()
            .rfind(|line| !line.trim().is_empty());
        let last = last.map(|line| format!(": {line}")).unwrap_or_default();
        format!(
            "`ansible-playbook` ended with {}{last}",
            self.finished.words()
        )
    }
}

/// Runs it to the end; `each` hears of every task on every server as it ends.
pub(crate) fn run(play: &Play<'_>, mut each: impl FnMut(&Line)) -> anyhow::Result<Ran> {
    let pipe = Fifo::make(&play.ssh.path("events"))?;
    let mut arguments = vec![
        "--inventory".to_owned(),
        play.inventory.to_string(),
        "--limit".to_owned(),
        play.servers.join(","),
        "--diff".to_owned(),
    ];
    if play.check {
        arguments.push("--check".to_owned());
    }
    arguments.push(play.content.playbook().into_string());
    let mut tally = Tally::default();
    let finished = play
        .toolbox
        .playbook()
        .arguments(arguments)
        .folder(&play.content.folder)
        .environment(environment(play, pipe.path()))
        .events(&pipe, |line| {
            let Some(event) = event::parse(line) else {
                tracing::debug!(line, "this event tells nothing");
                return;
            };
            if let Some(line) = tally.note(event) {
                each(&line);
            }
        })?;
    tracing::debug!("{}", String::from_utf8_lossy(&finished.stdout));
    Ok(Ran {
        complaints: complaints(&finished.stderr),
        tally,
        finished,
    })
}

fn environment(play: &Play<'_>, pipe: &Utf8Path) -> BTreeMap<String, String> {
    let mut environment = play.ssh.environment().clone();
    environment.extend(play.secrets.clone());
    let mut options = vec!["-F none".to_owned()];
    let own = play.ssh.options().into_iter();
    options.extend(own.map(|option| format!("-o {option}")));
    let forks = forks(play.servers.len()).to_string();
    let home = play.home.as_str();
    let temporary = play.home.join("tmp");
    // A percent sign is Ansible's own in this one.
    let control_path = play.ssh.control_path().as_str().replace('%', "%%");
    let own = [
        // An empty one: whatever a user has set up for other work stays out.
        ("ANSIBLE_CONFIG", play.content.settings.as_str()),
        ("ANSIBLE_HOME", home),
        ("ANSIBLE_LOCAL_TEMP", temporary.as_str()),
        ("ANSIBLE_CALLBACK_PLUGINS", play.content.callbacks.as_str()),
        ("ANSIBLE_CALLBACKS_ENABLED", "lostops_events"),
        ("LOSTOPS_EVENTS", pipe.as_str()),
        // From 2.21 on, what a task asks for is else not told. Of it the plug-in forwards names of packages alone.
        ("ANSIBLE_INJECT_INVOCATION", "1"),
        ("ANSIBLE_INVENTORY_ENABLED", "ansible.builtin.yaml"),
        ("ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED", "1"),
        ("ANSIBLE_FORKS", forks.as_str()),
        // No server waits for another one's task to end: one that hangs keeps nobody.
        ("ANSIBLE_STRATEGY", "ansible.builtin.host_pinned"),
        ("ANSIBLE_PIPELINING", "1"),
        ("ANSIBLE_HOST_KEY_CHECKING", "1"),
        ("ANSIBLE_SSH_CONTROL_PATH", control_path.as_str()),
        ("ANSIBLE_TIMEOUT", "10"),
        ("ANSIBLE_NOCOLOR", "1"),
        ("ANSIBLE_RETRY_FILES_ENABLED", "0"),
        ("ANSIBLE_DEPRECATION_WARNINGS", "0"),
        ("ANSIBLE_COLLECTIONS_PATH", "/nonexistent"),
        // Ansible refuses a locale that is not UTF-8, and OpenSSH's words are read.
        ("LANG", "C.UTF-8"),
        ("LC_ALL", "C.UTF-8"),
        ("PYTHONUTF8", "1"),
    ];
    environment.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
    environment.insert("ANSIBLE_SSH_ARGS".to_owned(), options.join(" "));
    environment
}
