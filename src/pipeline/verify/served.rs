//! What servers serve to others: web pages, databases, measurements; and whether those that are to be stopped are.

use super::parallel::each;
use super::stage::{AT_ONCE, Measuring};
use crate::fleet::server::Server;
use crate::pipeline::configure::Contacts;
use crate::process::refuse_when_cancelled;
use crate::ssh::target::Target;
use crate::verify::database::{self, Database};
use crate::verify::dial::From;
use crate::verify::names::{self, Name};
use crate::verify::outcome::ScrapeTarget;
use crate::verify::tls::Trust;
use crate::verify::{login, prometheus, web};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A server that answers at all does so within this.
const ASLEEP: Duration = Duration::from_secs(3);

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
    /// Servers that are to be stopped, and take a connection.
    pub(super) fn awake(&self, contacts: &Contacts) -> Vec<(String, SocketAddr)> {
        let stopped: Vec<(String, SocketAddr)> = self
            .stopped
            .iter()
            .filter_map(|server| {
                let contact = contacts.get(server.name())?;
                let place = SocketAddr::new(contact.address, contact.port);
                Some((server.name().to_owned(), place))
            })
            .collect();
        let answers = each(&stopped, AT_ONCE, |(_, place)| {
            refuse_when_cancelled().is_ok() && TcpStream::connect_timeout(place, ASLEEP).is_ok()
        });
        let answered = stopped.into_iter().zip(answers);
        answered
            .filter(|(_, answers)| *answers)
            .map(|(one, _)| one)
            .collect()
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
        let from = ready.iter().filter(lets_in).take(3);
        from.map(|target| {
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
