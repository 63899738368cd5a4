//! What runs on a server beside the system, kind by kind.

use super::server::{Role, Setting};
use crate::source::{FileId, Located, Span};
use camino::Utf8PathBuf;

/// Every service of a server; `None`: it does not run there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Services {
    pub(crate) traefik: Option<Located<Plain>>,
    pub(crate) laravel: Option<Located<Laravel>>,
    pub(crate) mysql: Option<Located<Mysql>>,
    pub(crate) mysqld_exporter: Option<Located<MysqldExporter>>,
    pub(crate) prometheus: Option<Located<Prometheus>>,
    pub(crate) grafana: Option<Located<Grafana>>,
    pub(crate) cadvisor: Option<Located<Plain>>,
    /// A package of the machine, the others are containers.
    pub(crate) node_exporter: Option<Span>,
    /// Compose projects of the user's own, in the order of the file.
    pub(crate) compose: Vec<Project>,
}

/// Compose projects that are lostops' own: no other may have their names.
pub(crate) const OWN_PROJECTS: [&str; 7] = [
    "cadvisor",
    "grafana",
    "laravel",
    "mysql",
    "mysqld_exporter",
    "prometheus",
    "traefik",
];

/// A Compose project of the user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Project {
    pub(crate) name: Located<String>,
    /// Its file, from the environment's folder on.
    pub(crate) file: Located<Utf8PathBuf>,
    pub(crate) source: FileId,
    /// The file as a person finds it.
    pub(crate) path: Utf8PathBuf,
    pub(crate) text: String,
    /// The values of the file's variables, in the order of the describer.
    pub(crate) environment: Vec<(Located<String>, Located<Setting>)>,
}

/// A service that needs nothing but its image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Plain {
    /// `None`: the one that lostops pins.
    pub(crate) image: Option<String>,
}

/// A Laravel application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Laravel {
    pub(crate) image: Located<String>,
    /// Resolved: a name of `domains` is the domain that it stands for.
    pub(crate) domain: Located<String>,
    /// Where it answers HTTP inside its container.
    pub(crate) port: u16,
    /// The path that answers 200 when it is well.
    pub(crate) health: String,
    /// The folder in its container whose files are kept.
    pub(crate) storage: String,
    /// A database of the fleet; its user, its password and where it is are given to the application.
    pub(crate) database: Option<Located<String>>,
    /// Whether a second container works off its queue.
    pub(crate) queue: bool,
    /// Whether a third one runs its schedule.
    pub(crate) scheduler: bool,
    /// Whether its database is migrated before it starts.
    pub(crate) migrate: bool,
    /// In the order of the file.
    pub(crate) environment: Vec<(Located<String>, Located<Setting>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mysql {
    pub(crate) image: Option<Located<String>>,
    pub(crate) databases: Vec<Database>,
    /// How many days a backup is kept.
    pub(crate) keep_backups: u16,
}

/// A database, and the user that owns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Database {
    pub(crate) name: Located<String>,
    pub(crate) user: Located<String>,
    /// The name of a secret.
    pub(crate) password: Located<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MysqldExporter {
    pub(crate) image: Option<String>,
    /// The name of a secret.
    pub(crate) password: Located<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prometheus {
    pub(crate) image: Option<String>,
    /// `15d`
    pub(crate) retention: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grafana {
    pub(crate) image: Option<String>,
    /// Resolved, as Laravel's.
    pub(crate) domain: Located<String>,
    /// The name of a secret.
    pub(crate) admin_password: Located<String>,
    /// Whether alerts go to the environment's Discord channel.
    pub(crate) discord: bool,
}

impl Services {
    /// Those that run, by their names in describers.
    pub(crate) fn names(&self) -> Vec<(&'static str, Span)> {
        let all = [
            ("traefik", self.traefik.as_ref().map(|one| one.span)),
            ("laravel", self.laravel.as_ref().map(|one| one.span)),
            ("mysql", self.mysql.as_ref().map(|one| one.span)),
            (
                "mysqld_exporter",
                self.mysqld_exporter.as_ref().map(|one| one.span),
            ),
            ("prometheus", self.prometheus.as_ref().map(|one| one.span)),
            ("grafana", self.grafana.as_ref().map(|one| one.span)),
            ("cadvisor", self.cadvisor.as_ref().map(|one| one.span)),
            ("node_exporter", self.node_exporter),
        ];
        all.into_iter()
            .filter_map(|(name, span)| Some((name, span?)))
            .collect()
    }

    /// Names of the secrets that they need, and where each is used.
    pub(crate) fn secrets(&self) -> Vec<(&str, Span)> {
        let mut secrets = Vec::new();
        let laravel = self.laravel.iter().map(|one| &one.value.environment);
        let own = self.compose.iter().map(|project| &project.environment);
        for (_, setting) in laravel.chain(own).flatten() {
            if let Setting::Secret(name) = &setting.value {
                secrets.push((name.as_str(), setting.span));
            }
        }
        let databases = self.mysql.iter().flat_map(|mysql| &mysql.value.databases);
        let passwords = databases
            .map(|database| &database.password)
            .chain(self.mysqld_exporter.iter().map(|one| &one.value.password))
            .chain(self.grafana.iter().map(|one| &one.value.admin_password));
        secrets.extend(passwords.map(|password| (password.value.as_str(), password.span)));
        secrets
    }
}

impl Role {
    /// What a server of the role may run; its Ansible role of the same name knows no other.
    pub(crate) fn services(self) -> &'static [&'static str] {
        match self {
            Self::Backend => &["traefik", "laravel", "cadvisor", "node_exporter"],
            Self::Database => &["mysql", "mysqld_exporter", "cadvisor", "node_exporter"],
            Self::Monitoring => &[
                "traefik",
                "prometheus",
                "grafana",
                "cadvisor",
                "node_exporter",
            ],
        }
    }
}
