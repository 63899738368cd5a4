//! Runs the play on the servers that are due.

use super::stage::One;
use super::{Want, show};
use crate::ansible::content::Content;
use crate::ansible::fingerprint::Why;
use crate::ansible::inventory::{self, Entry};
use crate::ansible::outcome::Configured;
use crate::ansible::own;
use crate::ansible::run::{self, Play};
use crate::ansible::toolbox::Toolbox;
use crate::context::Context;
use crate::pipeline::failure;
use crate::pipeline::prepare::PLAIN;
use crate::reason::Reason;
use crate::report::Failure;
use crate::report::progress::Progress;
use crate::ssh::Ssh;
use crate::terraform::workspace::{FOLDER, Workspace};
use std::collections::BTreeMap;

/// Variables of the installer, beside what every child sees.
const INSTALLER: &[&str] = &["PIP_*", "REQUESTS_CA_BUNDLE"];

/// What Ansible says where no server tells it is given back.
#[expect(
    clippy::too_many_arguments,
    reason = "a stage takes what the stages before have made"
)]
pub(super) fn play(
    context: &Context,
    want: Want<'_>,
    workspace: &Workspace,
    ssh: &Ssh,
    ones: &BTreeMap<String, One>,
    due: &BTreeMap<String, Why>,
    outcome: &mut Configured,
    progress: &mut Progress,
) -> Result<Option<String>, Failure> {
    if due.is_empty() {
        return Ok(None);
    }
    let failed = |error: anyhow::Error| failure::of_anything(&error);
    progress.open_step("starting Ansible");
    let mut environment = context.allowed(PLAIN);
    environment.extend(context.allowed(INSTALLER));
    let kept = context.tools.join(FOLDER).join("ansible");
    let toolbox =
        Toolbox::find(&environment, &kept, &mut |what| progress.line(what)).map_err(|missing| {
            Failure {
                reason: if crate::process::cancelled() {
                    Reason::Cancelled
                } else {
                    Reason::AnsibleMissing
                },
                message: missing.to_string(),
                help: missing.help().to_owned(),
            }
        })?;
    outcome.version.clone_from(&toolbox.version);
    let under = workspace.folder.join("ansible");
    let content = Content::write(&under).map_err(failed)?;
    let entries: Vec<Entry> = ones.values().map(|one| one.entry.clone()).collect();
    let file = under.join("inventory.json");
    let text = format!("{:#}\n", inventory::file(&entries));
    fs_err::write(&file, text).map_err(|error| failed(error.into()))?;
    let names: Vec<String> = due.keys().cloned().collect();
    for (name, why) in due {
        progress.line(&format!("{name}: {}", why.words()));
    }
    let secrets = due.keys().flat_map(|name| ones[name].secrets.clone());
    let play = Play {
        toolbox: &toolbox,
        ssh,
        inventory: file,
        home: under.join("home"),
        content: &content,
        servers: &names,
        check: want.check,
        secrets: secrets.collect(),
    };
    let width = names.iter().map(String::len).max().unwrap_or(0);
    let mut ran =
        run::run(&play, |line| show::tell(progress, width, line, want.check)).map_err(failed)?;
    let (whole, succeeded) = (ran.whole(), ran.succeeded(&names));
    let told = ran.words();
    for (name, why) in due {
        let mut end = ran.tally.server(name, why.words(), whole);
        end.own = own::packages(&end);
        end.settled = *why == Why::Asked && !want.check;
        outcome.servers.push(end);
    }
    // Ansible has ended badly, and no server says why.
    let silent = outcome
        .servers
        .iter()
        .filter(|server| due.contains_key(&server.name))
        .all(|server| server.failures.is_empty());
    Ok((!succeeded && silent).then_some(told))
}
