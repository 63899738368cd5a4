//! The stage itself: every server from within and from outside, then from each other, then what it serves.

use super::parallel::each;
use super::served::{Power, Served};
use super::{everywhere, expected, outside};
use crate::cli::Cloud;
use crate::context::Context;
use crate::fleet::Fleet;
use crate::fleet::server::{PowerState, Server};
use crate::pipeline::configure::{self, Connected, Contacts, Want, Way, connect, target};
use crate::pipeline::failure;
use crate::policy::{self, Facts};
use crate::process::refuse_when_cancelled;
use crate::reason::Reason;
use crate::report::progress::Progress;
use crate::report::{Failure, Report, Timeline};
use crate::services::supply::Supply;
use crate::ssh::target::Target;
use crate::verify::outcome::{self, Awake, Inside, Measured, Outside, Side};
use crate::verify::reach::columns;
use crate::verify::tls::Trust;
use crate::verify::{inside, web};
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Servers that are asked at the same time.
pub(super) const AT_ONCE: usize = 16;

type Inner = BTreeMap<String, Result<Inside, String>>;

/// What every part of the stage needs.
pub(super) struct Measuring<'a> {
    pub(super) fleet: &'a Fleet,
    /// Those that are to be measured.
    pub(super) servers: Vec<&'a Server>,
    /// Those of them that are described as stopped.
    pub(super) stopped: Vec<&'a Server>,
    /// Every server that runs, for each is a place to measure from.
    pub(super) targets: Vec<Target>,
    pub(super) connected: Connected,
    pub(super) supply: Supply,
    pub(super) trust: Trust,
    /// Names lead where the world says. In a simulation nobody has them.
    pub(super) has_names: bool,
    pub(super) word: String,
}

pub(in crate::pipeline) fn stage(
    context: &Context,
    fleet: &Fleet,
    want: Want<'_>,
    rate: u32,
    way: &Way,
    report: &mut Report,
    progress: &mut Progress,
) -> Result<(), Failure> {
    let failed = |error: anyhow::Error| failure::of_anything(&error);
    let running = fleet
        .servers
        .iter()
        .filter(|server| server.state.value == PowerState::Running);
    let targets: Vec<Target> = running
        .filter_map(|server| Some(target(server, way.contacts.get(server.name())?)))
        .collect();
    let connected = connect(context, want, way, targets.clone(), report, progress)?;
    report.timeline.lap("SSH");
    let supply = configure::supply(context, fleet, want.cloud, &way.workspace).map_err(failed)?;
    let measuring = Measuring {
        fleet,
        servers: configure::asked(fleet, want)
            .filter(|server| server.state.value == PowerState::Running)
            .collect(),
        stopped: configure::asked(fleet, want)
            .filter(|server| server.state.value == PowerState::Stopped)
            .collect(),
        targets,
        connected,
        // Let's Encrypt is whom every machine trusts; else it is the environment's own authority.
        trust: Trust::new(if supply.acme_email.is_some() {
            ""
        } else {
            &supply.authority
        })
        .context("could not read the authorities of web certificates")
        .map_err(failed)?,
        has_names: want.cloud == Cloud::Azure,
        supply,
        word: crate::random::word()
            .context("could not read random bits")
            .map_err(failed)?,
    };
    let measured = measuring.all(&way.contacts, rate, &mut report.timeline, progress)?;
    let directory = fleet.directory();
    let mut facts = Facts::new(Some(fleet), None, &[], &directory, context.today);
    facts.measured = Some(&measured);
    report.findings.extend(policy::judge_measured(&facts));
    report.measured = Some(measured);
    Ok(())
}

impl Measuring<'_> {
    fn all(
        &self,
        contacts: &Contacts,
        rate: u32,
        timeline: &mut Timeline,
        progress: &mut Progress,
    ) -> Result<Measured, Failure> {
        progress.step("measuring from within");
        let inside = self.inside();
        timeline.lap("from within");
        cancelled()?;
        progress.step("measuring from outside and from each other");
        let mut ports = self.ports(&inside, &BTreeMap::new());
        let say = Mutex::new(|words: &str| progress.say(words));
        let tell = |words: &str| (say.lock().unwrap_or_else(PoisonError::into_inner))(words);
        let (outside, mut from, served) = std::thread::scope(|scope| {
            let outside = scope.spawn(|| {
                outside::measure(self.fleet, &self.servers, contacts, &inside, rate, &tell)
            });
            let from = scope.spawn(|| self.attempts(&ports, &inside));
            let served = self.served();
            (join(outside), join(from), served)
        });
        timeline.lap("from outside and from each other");
        cancelled()?;
        let more = self.ports(&inside, &outside);
        if more != ports {
            // What is open and in nobody's list: who else gets there?
            from = self.attempts(&more, &inside);
            ports = more;
        }
        let matrix =
            everywhere::matrix(self.fleet, &self.servers, &ports, &inside, &outside, &from);
        let servers = self.servers(inside, outside, served, contacts);
        timeline.lap("what answered");
        cancelled()?;
        let power = self.power(contacts);
        cancelled()?;
        let mut measured = Measured {
            servers,
            matrix,
            at: jiff::Timestamp::now(),
            ..Measured::default()
        };
        for (name, power) in power {
            match power {
                Power::On { at, took } => measured.awake.push(Awake { name, at, took }),
                Power::Off => {}
                Power::Unseen(why) => measured.unseen.push((name, why)),
            }
        }
        // A simulated machine that is off has no address at all.
        measured.asleep = self.stopped.len() - measured.awake.len() - measured.unseen.len();
        Ok(measured)
    }

    pub(super) fn ready(&self) -> Vec<Target> {
        let ready = self
            .targets
            .iter()
            .filter(|target| matches!(self.connected.answers.get(&target.name), Some(Ok(_))));
        ready.cloned().collect()
    }

    /// Servers that do not let us in, and why. One that nothing has made yet is no place to measure from.
    pub(super) fn troubles(&self) -> BTreeMap<String, String> {
        let made = self.targets.iter().filter(|one| one.identity.is_some());
        let trouble = |target: &Target| match self.connected.answers.get(&target.name)? {
            Ok(_) => None,
            Err(trouble) => Some((target.name.clone(), trouble.words())),
        };
        made.filter_map(trouble).collect()
    }

    fn inside(&self) -> Inner {
        let asked = each(&self.targets, AT_ONCE, |target| {
            match self.connected.answers.get(&target.name) {
                Some(Ok(_)) => inside::measure(&self.connected.ssh, target, &self.word)
                    .map_err(|trouble| trouble.words()),
                Some(Err(trouble)) => Err(trouble.words()),
                None => Err("it was not asked".to_owned()),
            }
        });
        let names = self.targets.iter().map(|target| target.name.clone());
        names.zip(asked).collect()
    }

    fn ports(
        &self,
        inside: &Inner,
        outside: &BTreeMap<String, Result<Outside, String>>,
    ) -> everywhere::Ports {
        let of = |server: &&Server| {
            let name = server.name();
            let inside = inside.get(name).and_then(|inside| inside.as_ref().ok());
            let outside = outside.get(name).and_then(|scan| scan.as_ref().ok());
            (name.to_owned(), columns(server, inside, outside))
        };
        self.servers.iter().map(of).collect()
    }

    fn attempts(&self, ports: &everywhere::Ports, inside: &Inner) -> everywhere::From {
        let mut from = everywhere::attempts(
            self.fleet,
            &self.connected.ssh,
            &self.ready(),
            &self.servers,
            ports,
            inside,
            &self.word,
        );
        // What nobody could try from there is not known of anybody.
        let troubles = self.troubles().into_iter();
        from.extend(troubles.map(|(name, why)| (name, Err(why))));
        from
    }

    fn servers(
        &self,
        mut inside: Inner,
        mut outside: BTreeMap<String, Result<Outside, String>>,
        mut served: BTreeMap<String, Served>,
        contacts: &Contacts,
    ) -> Vec<outcome::Server> {
        each(&self.servers, AT_ONCE, |server| {
            let name = server.name();
            let scanned = outside.get(name).and_then(|scan| scan.as_ref().ok());
            let contact = contacts.get(name)?;
            let ask = |side: &Side| {
                let open = side.tcp.open.ranges().flat_map(|(low, high)| low..=high);
                // SSH is not asked in HTTP, and 443 by its names.
                let open = open.filter(|port| ![443, contact.port].contains(port));
                let open: Vec<u16> = open.take(64).collect();
                web::ask_bare(side.address, &open)
            };
            Some(scanned?.sides.iter().map(ask).collect::<Vec<_>>())
        })
        .into_iter()
        .zip(&self.servers)
        .map(|(bare, server)| {
            let name = server.name();
            let contact = contacts.get(name);
            let mut served = served.remove(name).unwrap_or_default();
            served.web.extend(bare.into_iter().flatten());
            outcome::Server {
                name: name.to_owned(),
                address: contact.map(|contact| contact.address),
                expected: expected::of(
                    server,
                    &self.supply.images,
                    contact.map_or(22, |contact| contact.port),
                ),
                inside: inside.remove(name).unwrap_or_else(|| {
                    Err("it has no address: nothing has made it yet".to_owned())
                }),
                outside: outside.remove(name),
                web: served.web,
                names: served.names,
                databases: served.databases,
                targets: served.targets,
            }
        })
        .collect()
    }
}

fn join<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn cancelled() -> Result<(), Failure> {
    refuse_when_cancelled().map_err(|_| Failure {
        reason: Reason::Cancelled,
        message: "cancelled while servers were measured".to_owned(),
        help: "start again: measuring changes nothing".to_owned(),
    })
}
