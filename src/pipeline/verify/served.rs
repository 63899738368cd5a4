//! What servers serve to others: web pages, databases, measurements; and whether those that are to be stopped are.

use super::parallel::each;
use super::stage::{AT_ONCE, Measuring};
use crate::fleet::server::Server;
use crate::pipeline::configure::{Contact, Contacts};
use crate::process::refuse_when_cancelled;
use crate::ssh::target::Target;
use crate::verify::database::{self, Database};
use crate::verify::dial::From;
use crate::verify::names::{self, Name};
use crate::verify::outcome::ScrapeTarget;
use crate::verify::tls::Trust;
use crate::verify::{login, prometheus, web};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

/// A server that answers at all does so within this.
const ASLEEP: Duration = Duration::from_secs(3);

/// Whether a server that is to be stopped is.
pub(super) enum Power {
    /// It answers.
    On {
        at: SocketAddr,
        took: bool,
    },
    Off,
    /// Why it is not known.
    Unseen(String),
}

/// The address by which this machine would go to a server. Nothing is sent.
fn own_address(contact: &Contact) -> Option<IpAddr> {
    let any: IpAddr = match contact.address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((contact.address, contact.port)).ok()?;
    socket.local_addr().ok().map(|own| own.ip())
}

/// Where Grafana says how it is.
const GRAFANA: &str = "/api/health";

/// Of one server.
#[derive(Default)]
pub(super) struct Served {
    pub(super) web: Vec<web::Web>,
    pub(super) names: Vec<Name>,
    pub(super) databases: Vec<Database>,
    pub(super) targets: Option<Result<Vec<ScrapeTarget>, String>>,
}

impl Measuring<'_> {
    /// What is known of the servers that are to be stopped. One that nothing is known of is in no list: it has no address.
    pub(super) fn power(&self, contacts: &Contacts) -> Vec<(String, Power)> {
        let stopped: Vec<(&Server, &Contact)> = self
            .stopped
            .iter()
            .filter_map(|server| Some((*server, contacts.get(server.name())?)))
            .collect();
        let power = each(&stopped, AT_ONCE, |(_, contact)| self.power_of(contact));
        let names = stopped.iter().map(|(server, _)| server.name().to_owned());
        names.zip(power).collect()
    }

    fn power_of(&self, contact: &Contact) -> Power {
        let at = SocketAddr::new(contact.address, contact.port);
        if let Err(error) = refuse_when_cancelled() {
            return Power::Unseen(error.to_string());
        }
        let Err(error) = TcpStream::connect_timeout(&at, ASLEEP) else {
            return Power::On { at, took: true };
        };
        match error.kind() {
            // Only a machine that runs says no, and only one that has said yes hangs up.
            io::ErrorKind::ConnectionRefused => Power::On { at, took: false },
            io::ErrorKind::ConnectionReset => Power::On { at, took: true },
            io::ErrorKind::TimedOut if self.could_reach(contact) => Power::Off,
            io::ErrorKind::TimedOut => Power::Unseen(format!(
                "nobody answers at {at}, an address of its network, and no other server in there has let lostops in"
            )),
            _ => Power::Unseen(format!("{at} is not reached from here: {error}")),
        }
    }

    /// Whether there is a way from here to where a server is reached when it runs: to a public address there is, and to one of
    /// the fleet's network where we are in it, or somebody in it has let us in.
    fn could_reach(&self, contact: &Contact) -> bool {
        let network = self.fleet.environment.network.address_space.value;
        let is_inside = |address: IpAddr| network.contains(&address);
        if !is_inside(contact.address) {
            return true;
        }
        own_address(contact).is_some_and(is_inside)
            || self.ready().iter().any(|one| is_inside(one.address))
    }

    /// What servers serve to others: web pages, databases, measurements.
    pub(super) fn served(&self) -> BTreeMap<String, Served> {
        let served = each(&self.servers, AT_ONCE, |server| {
            let (web, names) = self.web(server);
            Served {
                web,
                names,
                databases: self.databases(server),
                targets: server.services.prometheus.as_ref().and_then(|_| {
                    let ready = self.ready();
                    let target = ready.iter().find(|target| target.name == server.name())?;
                    Some(prometheus::targets(&self.connected.ssh, target))
                }),
            }
        });
        let names = self.servers.iter().map(|server| server.name().to_owned());
        names.zip(served).collect()
    }

    /// Each web application under its name: at the server, and wherever else its name leads.
    fn web(&self, server: &Server) -> (Vec<web::Web>, Vec<Name>) {
        let target = self.targets.iter().find(|one| one.name == server.name());
        let Some(target) = target.filter(|_| server.services.traefik.is_some()) else {
            return Default::default();
        };
        let laravel = server.services.laravel.iter();
        let laravel = laravel.map(|it| (&it.value.domain.value, it.value.health.as_str()));
        let grafana = server.services.grafana.iter();
        let grafana = grafana.map(|it| (&it.value.domain.value, GRAFANA));
        let (mut met, mut names) = (Vec::new(), Vec::new());
        for (name, health) in laravel.chain(grafana) {
            let mut at = BTreeSet::from([target.address]);
            if self.has_names {
                let name = names::look_up(name);
                at.extend(name.leads_to.iter().flatten());
                names.push(name);
            }
            let visit = |address| web::ask(address, name, health, &self.trust);
            met.extend(at.into_iter().map(visit));
        }
        (met, names)
    }

    /// From every server that is let in and answers; the first three prove enough.
    fn databases(&self, server: &Server) -> Vec<Database> {
        if server.services.mysql.is_none() {
            return Vec::new();
        }
        let port = server.port_for("mysql").unwrap_or(3306);
        let address = server.machine.private_ip.value;
        let trust = match Trust::new(&self.supply.authority) {
            Ok(trust) => trust,
            Err(error) => {
                return vec![Database {
                    from: server.name().to_owned(),
                    port,
                    met: Err(format!(
                        "the environment's authority is no certificate: {error}"
                    )),
                }];
            }
        };
        let lets_in = |target: &&Target| {
            let from = self.fleet.server(&target.name);
            from.is_some_and(|from| {
                server.ports.iter().any(|entry| {
                    entry.ports.value.contains(port)
                        && entry
                            .sources
                            .addresses
                            .contains(from.machine.private_ip.value)
                })
            })
        };
        let ready = self.ready();
        let from: Vec<&Target> = ready.iter().filter(lets_in).take(3).collect();
        if from.is_empty() {
            // The question stays, and nobody can answer it.
            let troubles = self.troubles();
            let client = self.targets.iter().filter(lets_in);
            let mut client = client.filter_map(|one| troubles.get_key_value(&one.name));
            let unmet = |(from, trouble): (&String, &String)| Database {
                from: from.clone(),
                port,
                met: Err(format!("it does not let lostops in: {trouble}")),
            };
            return client.next().map(unmet).into_iter().collect();
        }
        from.into_iter()
            .map(|target| {
                let mut met = database::ask(
                    From::Server(&self.connected.ssh, target),
                    SocketAddr::new(address, port),
                    &address.to_string(),
                    &trust,
                );
                if let Ok(met) = &mut met
                    && self.is_application(&target.name, server)
                    && !matches!(met.plain, database::Plain::Refused(_))
                {
                    met.plain = login::attempt(&self.connected.ssh, target);
                }
                Database {
                    from: target.name.clone(),
                    port,
                    met,
                }
            })
            .collect()
    }

    /// Whether a server runs an application whose data is there.
    fn is_application(&self, name: &str, database: &Server) -> bool {
        let laravel = self
            .fleet
            .server(name)
            .and_then(|one| one.services.laravel.as_ref());
        let used = laravel.and_then(|laravel| laravel.value.database.as_ref());
        let own = database
            .services
            .mysql
            .iter()
            .flat_map(|mysql| &mysql.value.databases);
        used.is_some_and(|used| {
            own.map(|one| &one.name.value)
                .any(|name| *name == used.value)
        })
    }
}
