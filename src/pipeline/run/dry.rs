//! `lostops run --dry-run`: what would be done, and why.

use crate::exit::Exit;
use crate::github::decision::{Audience, Decision};
use crate::reason::Reason;
use crate::report::paint::inert;
use std::io;

pub(super) fn show(decision: &Decision, out: &mut dyn io::Write) -> anyhow::Result<Exit> {
    match decision {
        Decision::Do(task) => {
            writeln!(out, "operation  {}", task.operation.word())?;
            writeln!(out, "because    {}", inert(&task.because))?;
            let servers = if task.servers.is_empty() {
                "all".to_owned()
            } else {
                inert(&task.servers.join(", "))
            };
            writeln!(out, "servers    {servers}")?;
            writeln!(out, "commit     {}", inert(&task.commit))?;
            let comment = match task.audience {
                Audience::Pull(number) => format!("on pull request #{number}"),
                Audience::PullOfCommit => "on the pull request that the commit came by".to_owned(),
                Audience::Nobody => "none".to_owned(),
            };
            writeln!(out, "comment    {comment}")?;
            for notice in &task.notices {
                writeln!(out, "notice     {}", inert(notice))?;
            }
            Ok(Exit::Clean)
        }
        Decision::Nothing(why) => {
            writeln!(out, "nothing    {}", inert(why))?;
            Ok(Exit::Clean)
        }
        Decision::Refuse {
            reason,
            message,
            help,
        } => {
            let ended = if *reason == Reason::Failed {
                "failed     "
            } else {
                "refused    "
            };
            writeln!(out, "{ended}{}", reason.word())?;
            for line in message.lines() {
                writeln!(out, "because    {}", inert(line))?;
            }
            writeln!(out, "next       {}", inert(help))?;
            Ok(Exit::Failed)
        }
    }
}
