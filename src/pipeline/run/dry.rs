//! `lostops run --dry-run`: what would be done, and why.

use crate::exit::Exit;
use crate::github::decision::{Audience, Decision, Refusal, Task};
use crate::github::inputs::Inputs;
use crate::reason::Reason;
use crate::report::paint::inert;
use std::io;

pub(super) fn show(
    decided: &Result<(Inputs, Decision), Refusal>,
    out: &mut dyn io::Write,
) -> anyhow::Result<Exit> {
    match decided {
        Ok((_, Decision::Do(task))) => {
            task_of(task, out)?;
            Ok(Exit::Clean)
        }
        Ok((_, Decision::Nothing(why))) => {
            writeln!(out, "nothing    {}", inert(why))?;
            Ok(Exit::Clean)
        }
        Ok((_, Decision::Refuse(refusal))) | Err(refusal) => {
            let ended = if refusal.reason == Reason::Failed {
                "failed     "
            } else {
                "refused    "
            };
            writeln!(out, "{ended}{}", refusal.reason.word())?;
            for line in refusal.message.lines() {
                writeln!(out, "because    {}", inert(line))?;
            }
            writeln!(out, "next       {}", inert(&refusal.help))?;
            Ok(Exit::Failed)
        }
    }
}

fn task_of(task: &Task, out: &mut dyn io::Write) -> io::Result<()> {
    let servers = if task.servers.is_empty() {
        "all".to_owned()
    } else {
        inert(&task.servers.join(", "))
    };
    let comment = match task.audience {
        Audience::Pull(number) => format!("on pull request #{number}"),
        Audience::PullOfCommit => "on the pull request that the commit came by".to_owned(),
        Audience::Nobody => "none".to_owned(),
    };
    writeln!(out, "operation  {}", task.operation.word())?;
    writeln!(out, "because    {}", inert(&task.because))?;
    writeln!(out, "servers    {servers}")?;
    writeln!(out, "commit     {}", inert(&task.commit))?;
    writeln!(out, "comment    {comment}")?;
    for notice in &task.notices {
        writeln!(out, "notice     {}", inert(notice))?;
    }
    Ok(())
}
