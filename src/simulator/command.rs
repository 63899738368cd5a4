//! `lostops simulator`: look at the simulated cloud and change it by hand, past Terraform.

use super::arm::Kind;
use super::cloud::{Cloud, Resource};
use super::failure::Failure;
use super::fault::{Fault, FaultKind};
use super::hosts;
use super::list;
use super::portal::{self, Opening};
use super::power::Action;
use super::resources::{self, machine};
use super::store::Store;
use anyhow::Context as _;
use camino::Utf8Path;
use std::io::Write;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Hosts(hosts::command::Command),
    /// List what the simulated cloud holds
    List,
    /// Print the whole cloud as JSON
    Show,
    /// Power a virtual machine off from inside: it stays billed
    Stop {
        /// Its name
        name: String,
    },
    /// Stop a virtual machine and give its hardware back: it is not billed
    Deallocate {
        /// Its name
        name: String,
    },
    /// Start a virtual machine
    Start {
        /// Its name
        name: String,
    },
    /// Restart a virtual machine
    Restart {
        /// Its name
        name: String,
    },
    /// Change a virtual machine's size
    Resize {
        /// Its name
        name: String,
        /// The size's name in Azure
        size: String,
    },
    /// Give a virtual machine a new system disk of the same image; its data disks stay
    Reimage {
        /// Its name
        name: String,
    },
    /// Delete a virtual machine or anything else
    Delete {
        /// Its name or its id
        name: String,
    },
    /// Open a port of a virtual machine, as the portal would
    Open {
        /// The virtual machine's name
        name: String,
        /// 8080, 8000-8010 or *
        port: String,
        /// Who may reach it: a block of addresses, a service tag, internet or *
        #[arg(long, value_name = "SOURCE")]
        from: String,
        /// tcp, udp, icmp or any
        #[arg(long, default_value = "tcp")]
        protocol: String,
        /// From 100 to 4096; the lowest free one unless said
        #[arg(long, value_parser = clap::value_parser!(u16).range(100..=4096))]
        priority: Option<u16>,
        /// The rule's name; the portal's own unless said
        #[arg(long, value_name = "NAME")]
        rule: Option<String>,
    },
    /// Remove a rule from the security group that guards a virtual machine
    Close {
        /// The virtual machine's name
        name: String,
        /// The rule's name
        rule: String,
    },
    /// Print the packet filter that its security groups amount to
    Rules {
        /// The virtual machine's name
        name: String,
    },
    /// Let coming changes fail
    Fault {
        /// How they fail
        kind: FaultKind,
        /// Only those of this type in Terraform
        #[arg(long = "type", value_name = "TYPE")]
        type_name: Option<String>,
        /// Only those of a resource of this name
        #[arg(long)]
        name: Option<String>,
        /// How many
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        times: u32,
    },
    /// List the failures that are still to happen
    Faults {
        /// Let nothing fail any more
        #[arg(long)]
        clear: bool,
    },
    /// Let every request take some time
    Latency {
        /// In milliseconds; 0 for none
        milliseconds: u64,
    },
    /// Forget the simulated cloud and everything in it
    Reset,
}

/// Does what was asked to the cloud in that file, and says what was done.
///
/// `engine` is the address of the Docker engine. Returns the exit code of a command on a host.
pub(crate) fn run(
    command: Command,
    cloud_path: &Utf8Path,
    engine: &str,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<i64> {
    match command {
        Command::Hosts(command) => hosts::command::run(command, cloud_path, engine, out),
        command => {
            let is_list = matches!(command, Command::List);
            if matches!(command, Command::Reset) {
                hosts::command::forget(engine, cloud_path)?;
            }
            change(command, cloud_path, out)?;
            if is_list {
                hosts::command::list(engine, cloud_path, out)?;
            } else if let Some(words) = hosts::command::follow(engine, cloud_path)? {
                writeln!(out, "{words}").context("could not say what was done")?;
            }
            Ok(0)
        }
    }
}

fn change(
    command: Command,
    cloud_path: &Utf8Path,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let store = Store::new(cloud_path);
    let said = match command {
        Command::List => {
            return list::write(&*store.read()?, out).context("could not write the list");
        }
        Command::Show => {
            let text = serde_json::to_string_pretty(&store.read()?)
                .context("could not write the cloud")?;
            return writeln!(out, "{text}").context("could not write the cloud");
        }
        Command::Rules { name } => {
            let cloud = store.read()?;
            let found = portal::find(&cloud, &name, Some(Kind::VirtualMachine))?;
            let text = hosts::rules(&cloud, found);
            return write!(out, "{text}").context("could not write the rules");
        }
        Command::Stop { name } => act(&store, &name, Action::PowerOff, "is stopped")?,
        Command::Deallocate { name } => act(&store, &name, Action::Deallocate, "is deallocated")?,
        Command::Start { name } => act(&store, &name, Action::Start, "runs")?,
        Command::Restart { name } => act(&store, &name, Action::Restart, "was restarted and runs")?,
        Command::Resize { name, size } => change_machine(&store, &name, |cloud, found| {
            machine::resize(cloud, &found.id, &size)?;
            Ok(format!(
                "`{}` is a {size} now; it was a {}.",
                found.name(),
                found.text("size")
            ))
        })?,
        Command::Reimage { name } => change_machine(&store, &name, |cloud, found| {
            machine::reimage(cloud, &found.id)?;
            Ok(format!("`{}` has a new system disk.", found.name()))
        })?,
        Command::Delete { name } => store.change(|cloud| {
            let found = portal::find(cloud, &name, None)?.clone();
            resources::delete(cloud, &found.id, found.kind)?;
            Ok(format!(
                "The {} `{}` is deleted.",
                found.kind.words().to_lowercase(),
                found.name()
            ))
        })?,
        Command::Open {
            name,
            port,
            from,
            protocol,
            priority,
            rule,
        } => {
            let opening = Opening {
                server: &name,
                port: &port,
                from: &from,
                protocol: &protocol,
                priority,
                rule: rule.as_deref(),
            };
            portal::open(&store, &opening)?
        }
        Command::Close { name, rule } => portal::close(&store, &name, &rule)?,
        Command::Fault {
            kind,
            type_name,
            name,
            times,
        } => store.change(|cloud| {
            cloud.faults.push(Fault {
                kind,
                type_name,
                name,
                times,
            });
            Ok(match times {
                1 => "The next such change will fail.".to_owned(),
                _ => format!("The next {times} such changes will fail."),
            })
        })?,
        Command::Faults { clear: true } => store.change(|cloud| {
            cloud.faults.clear();
            Ok("Nothing will fail any more.".to_owned())
        })?,
        Command::Faults { clear: false } if store.read()?.faults.is_empty() => {
            "Nothing is to fail.".to_owned()
        }
        Command::Faults { clear: false } => {
            return list::faults(&*store.read()?, out).context("could not write the list");
        }
        Command::Latency { milliseconds } => store.change(|cloud| {
            cloud.latency_ms = milliseconds;
            Ok(format!("Every request takes {milliseconds} ms now."))
        })?,
        Command::Hosts(_) => return Ok(()),
        Command::Reset => {
            store.reset()?;
            "The simulated cloud is forgotten.".to_owned()
        }
    };
    writeln!(out, "{said}").context("could not say what was done")
}

fn act(store: &Store, name: &str, action: Action, words: &str) -> anyhow::Result<String> {
    change_machine(store, name, |cloud, found| {
        machine::act(cloud, &found.id, action)?;
        Ok(format!("`{}` {words}.", found.name()))
    })
}

fn change_machine(
    store: &Store,
    name: &str,
    change: impl FnOnce(&mut Cloud, &Resource) -> Result<String, Failure>,
) -> anyhow::Result<String> {
    let said = store.change(|cloud| {
        let found = portal::find(cloud, name, Some(Kind::VirtualMachine))?.clone();
        change(cloud, &found)
    })?;
    Ok(said)
}
