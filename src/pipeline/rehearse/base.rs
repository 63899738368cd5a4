//! The base branch's servers, built first; and what became of each when the change was applied to them.

use super::Base;
use super::checkout::{checked_out, write};
use super::room::Room;
use super::{Judge, ask};
use crate::cli::{Describers, Only};
use crate::context::Context;
use crate::fleet::Fleet;
use crate::fleet::server::PowerState;
use crate::pipeline::{apply, describe, failure};
use crate::reason::Reason;
use crate::report::{Became, Failure, Outcome};
use crate::simulator::hosts::command as hosts;
use anyhow::Context as _;
use std::collections::BTreeMap;

/// On every disk of a base's server lies a word from now on; and this is what else each has said.
pub(super) struct Marks {
    engine: String,
    word: String,
    servers: BTreeMap<String, State>,
}

/// What a server says that tells whether it is still the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct State {
    boot: String,
    /// When each container was started, by name.
    containers: BTreeMap<String, String>,
    /// Places of disks where the word lies.
    marked: Vec<String>,
}

/// Leaves the word `$1`, where there is one, on every disk; says where `$2` lies, and since when it and its containers run.
const LOOK: &str = r#"
for place in / $(findmnt --list --noheadings --output TARGET | grep ^/srv/); do
  [ -z "$1" ] || printf %s "$1" >"$place/.lostops-rehearsal"
  [ "$(cat "$place/.lostops-rehearsal" 2>/dev/null)" != "$2" ] || echo "mark $place"
done
echo "boot $(cut -d ' ' -f 22 /proc/1/stat)"
if command -v docker >/dev/null; then docker ps --all --quiet | xargs --no-run-if-empty docker inspect --format 'container {{.Name}} {{.State.StartedAt}}'; fi
"#;

/// Builds what a commit describes. Whatever is wrong with it is no concern of the change.
pub(super) fn built(
    context: &Context,
    inside: &Context,
    room: &Room,
    describers: &Describers,
    from: Base<'_>,
    fleet: &Fleet,
) -> Result<Marks, Failure> {
    let folder = room.folder.join("base");
    let written = match from {
        Base::Commit(commit) => {
            checked_out(context, &describe::folder(describers), commit, &folder)
        }
        Base::Files(files) => write(
            &folder,
            files
                .iter()
                .map(|(name, text)| (name.as_str(), text.as_slice())),
        ),
    };
    written.map_err(|error| {
        Failure {
            reason: Reason::NoDescribers,
            message: format!("{error:#}"),
            help: "name a commit whose describers are there: with `actions/checkout`, `fetch-depth: 0`; `git fetch origin main` on a terminal".to_owned(),
        }
    })?;
    let base = Describers {
        describers: Some(folder),
        environment: Some(fleet.environment.name.value.clone()),
    };
    let report = apply::of(inside, &ask(&base, Judge::Nothing, Some(Only::Both), false));
    if let Some(mut failure) = report.failure {
        failure.message = format!("the base could not be built: {}", failure.message);
        return Err(failure);
    }
    if report.outcome() != Outcome::Clean {
        let first = report
            .findings
            .first()
            .map(|finding| finding.message.as_str());
        return Err(Failure {
            reason: Reason::InvalidDescriber,
            message: format!(
                "the base's describers cannot be understood: {}",
                first.unwrap_or_default()
            ),
            help: "rehearse without a base: `lostops rehearse`".to_owned(),
        });
    }
    let failed = |error: anyhow::Error| failure::of_anything(&error);
    let engine = hosts::address(context.variable("DOCKER_HOST")).to_owned();
    let word = crate::random::word()
        .context("could not read random bits")
        .map_err(failed)?;
    let mut marks = Marks {
        engine,
        word,
        servers: BTreeMap::new(),
    };
    for server in contacts(&marks.engine, room, fleet).map_err(failed)? {
        let state = marks.look(room, fleet, &server, true).map_err(failed)?;
        marks.servers.insert(server, state);
    }
    Ok(marks)
}

/// The names of the servers that are up.
fn contacts(engine: &str, room: &Room, fleet: &Fleet) -> anyhow::Result<Vec<String>> {
    let found = crate::simulator::hosts::contact::contacts(engine, &room.cloud(fleet))?;
    Ok(found.into_keys().collect())
}

impl Marks {
    fn look(&self, room: &Room, fleet: &Fleet, server: &str, mark: bool) -> anyhow::Result<State> {
        let word = if mark { self.word.as_str() } else { "" };
        let command = ["bash", "-c", LOOK, "look", word, &self.word].map(str::to_owned);
        let mut said = Vec::new();
        hosts::shell(
            &self.engine,
            &room.cloud(fleet),
            server,
            &command,
            &mut said,
        )?;
        let said = String::from_utf8_lossy(&said);
        let mut state = State::default();
        for line in said.lines() {
            match line.split_once(' ') {
                Some(("mark", place)) => state.marked.push(place.to_owned()),
                Some(("boot", word)) => word.clone_into(&mut state.boot),
                Some(("container", rest)) => {
                    if let Some((name, since)) = rest.split_once(' ') {
                        state
                            .containers
                            .insert(name.trim_start_matches('/').to_owned(), since.to_owned());
                    }
                }
                _ => {}
            }
        }
        Ok(state)
    }

    /// What became of each server.
    pub(super) fn became(self, room: &Room, fleet: &Fleet) -> Vec<Became> {
        let up = contacts(&self.engine, room, fleet).unwrap_or_default();
        let mut all = Vec::new();
        for (name, before) in &self.servers {
            let words = if up.contains(name) {
                match self.look(room, fleet, name, false) {
                    Ok(after) => differences(before, &after),
                    Err(error) => vec![format!("it cannot be asked: {error:#}")],
                }
            } else {
                let stopped = fleet
                    .server(name)
                    .is_some_and(|server| server.state.value == PowerState::Stopped);
                vec![if stopped { "stopped" } else { "gone" }.to_owned()]
            };
            all.push(Became {
                server: name.clone(),
                words,
            });
        }
        let new = up
            .into_iter()
            .filter(|name| !self.servers.contains_key(name));
        all.extend(new.map(|server| Became {
            server,
            words: vec!["new".to_owned()],
        }));
        all.sort_by(|a, b| a.server.cmp(&b.server));
        all
    }
}

/// In words, the worst first; `runs on untouched` where there is none.
fn differences(before: &State, after: &State) -> Vec<String> {
    let mut words = Vec::new();
    for place in before
        .marked
        .iter()
        .filter(|place| !after.marked.contains(place))
    {
        words.push(match place.as_str() {
            "/" => "its system disk is another one: what was on it is lost".to_owned(),
            place => format!("what was on the disk at `{place}` is lost"),
        });
    }
    let kept: Vec<&str> = before
        .marked
        .iter()
        .filter(|place| after.marked.contains(place) && *place != "/")
        .map(String::as_str)
        .collect();
    if !words.is_empty() {
        words.extend(
            kept.iter()
                .map(|place| format!("what was on the disk at `{place}` is kept")),
        );
    }
    if before.boot != after.boot && words.is_empty() {
        words.push("restarted: everything on its disks is kept".to_owned());
    } else if before.boot == after.boot {
        let restarted = before
            .containers
            .iter()
            .filter(|(name, since)| after.containers.get(*name).is_some_and(|now| now != *since));
        words.extend(restarted.map(|(name, _)| format!("the container `{name}` was started anew")));
        let gone = before
            .containers
            .keys()
            .filter(|name| !after.containers.contains_key(*name));
        words.extend(gone.map(|name| format!("the container `{name}` is gone")));
    }
    if words.is_empty() {
        words.push("runs on untouched".to_owned());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(boot: &str, marked: &[&str], containers: &[(&str, &str)]) -> State {
        let pairs = containers.iter();
        State {
            boot: boot.to_owned(),
            marked: marked.iter().map(ToString::to_string).collect(),
            containers: pairs
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn what_became_of_a_server_is_told_by_what_is_left_of_it() {
        let before = state("a", &["/", "/srv/mysql"], &[("mysql", "1")]);
        let cases = [
            (
                state("a", &["/", "/srv/mysql"], &[("mysql", "1")]),
                vec!["runs on untouched"],
            ),
            (
                state("a", &["/", "/srv/mysql"], &[("mysql", "2")]),
                vec!["the container `mysql` was started anew"],
            ),
            (
                state("b", &["/", "/srv/mysql"], &[("mysql", "2")]),
                vec!["restarted: everything on its disks is kept"],
            ),
            (
                state("b", &["/srv/mysql"], &[]),
                vec![
                    "its system disk is another one: what was on it is lost",
                    "what was on the disk at `/srv/mysql` is kept",
                ],
            ),
        ];
        for (after, words) in cases {
            assert_eq!(differences(&before, &after), words);
        }
    }
}
