//! What runs on a server, kind by kind.

use super::collection::Table;
use super::kinds::{Days, PortNumber};
use super::names::{
    ComposePath, ContainerImage, ContainerPath, DatabaseName, DomainOrName, ProjectName, Retention,
    SettingName, VariableName,
};
use super::secret::SecretName;
use crate::describer::codes::LO103;
use crate::describer::read::{Maybe, Need, Reader, Wire, record};
use crate::describer::suggest::short;
use crate::fleet::server::Setting;
use crate::source::Located;
use crate::yaml::tree::Node;
use schemars::JsonSchema;

record! {
    /// What runs on the server; each in a container, apart from `node_exporter`.
    Services {
        /// The MySQL database server.
        mysql: Maybe<Mysql>,
        /// A Laravel application.
        laravel: Maybe<Laravel>,
        /// The reverse proxy in front of every web application.
        traefik: Maybe<Plain>,
        /// Collects the metrics of every exporter.
        prometheus: Maybe<Prometheus>,
        /// Shows metrics and sends alerts.
        grafana: Maybe<Grafana>,
        /// Metrics of the machine, on port 9100.
        node_exporter: Maybe<NodeExporter>,
        /// Metrics of MySQL, on port 9104.
        mysqld_exporter: Maybe<MysqldExporter>,
        /// Metrics of the containers, on port 8081.
        cadvisor: Maybe<Plain>,
        /// Compose projects of your own, by their names. Every port that they publish must be among `ports`.
        compose: Maybe<Table<ProjectName, ComposeProject>>,
    }

    /// A Compose project of your own.
    ComposeProject {
        /// Its Compose file in a sub-folder beside the describers, `compose/mailpit.yaml`.
        file: Need<ComposePath>,
        /// The values of the file's variables.
        environment: Maybe<Table<VariableName, Setting>>,
    }

    /// A service that needs nothing.
    Plain {
        /// Its container image; the one that lostops pins unless said.
        image: Maybe<ContainerImage>,
    }

    /// The MySQL database server.
    Mysql {
        /// Its container image; the last 8.0 unless said. `mysql:8.4.9` is the line that is still cared for.
        image: Maybe<ContainerImage>,
        /// The databases in it.
        databases: Maybe<Vec<Located<Database>>>,
        /// The copies of them that are made every night.
        backup: Maybe<Backup>,
    }

    /// A database and the user that owns it.
    Database {
        /// The database's name.
        name: Need<DatabaseName>,
        /// Its user; connections of it must use TLS.
        user: Need<DatabaseName>,
        /// The user's password.
        password: Need<SecretName>,
    }

    /// Copies of every database.
    Backup {
        /// For how many days each is kept; 14 unless said.
        keep_days: Maybe<Days>,
    }

    /// A Laravel application.
    Laravel {
        /// Its container image.
        image: Need<ContainerImage>,
        /// The domain name that it answers to, or a name of the environment's `domains`.
        domain: Need<DomainOrName>,
        /// Where it answers HTTP inside its container; 8080 unless said.
        port: Maybe<PortNumber>,
        /// A path that answers 200 when it is well; `/up` unless said.
        health: Maybe<ContainerPath>,
        /// The folder in its container whose files are kept; `/var/www/html/storage` unless said.
        storage: Maybe<ContainerPath>,
        /// The name of a database of this environment: where it is, its user and its password are given to the application.
        database: Maybe<DatabaseName>,
        /// Whether a second container works off its queue; `true` unless said.
        queue: Maybe<bool>,
        /// Whether a third one runs its schedule; `true` unless said.
        scheduler: Maybe<bool>,
        /// Whether its database is migrated before it starts; `true` where it has one, unless said.
        migrate: Maybe<bool>,
        /// Its environment variables.
        environment: Maybe<Table<SettingName, Setting>>,
    }

    /// Collects the metrics of every exporter.
    Prometheus {
        /// Its container image; the one that lostops pins unless said.
        image: Maybe<ContainerImage>,
        /// How long metrics are kept; `15d` unless said.
        retention: Maybe<Retention>,
    }

    /// Shows metrics and sends alerts.
    Grafana {
        /// Its container image; the one that lostops pins unless said.
        image: Maybe<ContainerImage>,
        /// The domain name that it answers to, or a name of the environment's `domains`.
        domain: Need<DomainOrName>,
        /// The password of `admin`.
        admin_password: Need<SecretName>,
        /// Whether alerts go to the environment's Discord webhook; `false` unless said.
        discord: Maybe<bool>,
    }

    /// Metrics of MySQL, on port 9104.
    MysqldExporter {
        /// Its container image; the one that lostops pins unless said.
        image: Maybe<ContainerImage>,
        /// The password of its user in MySQL.
        password: Need<SecretName>,
    }
}

/// Metrics of the machine: a package of its own, so there is nothing to say about it yet. Write `{}`.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::describer) struct NodeExporter {}

impl Wire for NodeExporter {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        for (key, _) in reader.entries(node)? {
            let (why, help) = if key.name == "image" {
                (
                    "it runs on the machine itself, not in a container",
                    "write `node_exporter: {}`: the server gets Ubuntu's package of it",
                )
            } else {
                ("it takes no keys", "write `node_exporter: {}`")
            };
            let message = format!("unknown key `{}` in `node_exporter`", short(&key.name));
            reader.report(&LO103, key.range, message, why, help);
        }
        Some(Self {})
    }
}
