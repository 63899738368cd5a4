//! What runs on a server, kind by kind, and the same as a flat list of settings.
#![expect(
    dead_code,
    reason = "these records are checked, then kept as flat settings"
)]
#![expect(
    clippy::doc_markdown,
    reason = "the comments are descriptions that editors show as plain text"
)]

use super::collection::Table;
use super::names::{ContainerImage, DatabaseName, Domain, Retention, SettingName};
use super::secret::SecretName;
use crate::describer::codes::LO103;
use crate::describer::read::{Maybe, Need, Reader, Wire, record};
use crate::describer::suggest::short;
use crate::describer::tree::{Kind, Node};
use crate::fleet::server::{Service, Setting};
use crate::source::Located;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::borrow::Cow;
use std::collections::BTreeMap;

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
    }

    /// A service that needs nothing but its image.
    Plain {
        /// Its container image.
        image: Need<ContainerImage>,
    }

    /// The MySQL database server.
    Mysql {
        /// Its container image, `mysql:8.0`.
        image: Need<ContainerImage>,
        /// The databases in it.
        databases: Maybe<Vec<Located<Database>>>,
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

    /// A Laravel application.
    Laravel {
        /// Its container image.
        image: Need<ContainerImage>,
        /// The domain name that it answers to.
        domain: Need<Domain>,
        /// Its environment variables.
        environment: Maybe<Table<SettingName, Setting>>,
    }

    /// Collects the metrics of every exporter.
    Prometheus {
        /// Its container image.
        image: Need<ContainerImage>,
        /// How long metrics are kept; `15d` unless said.
        retention: Maybe<Retention>,
    }

    /// Shows metrics and sends alerts.
    Grafana {
        /// Its container image.
        image: Need<ContainerImage>,
        /// The domain name that it answers to.
        domain: Need<Domain>,
        /// The password of `admin`.
        admin_password: Need<SecretName>,
        /// Whether alerts go to the environment's Discord webhook; `false` unless said.
        discord: Maybe<bool>,
    }

    /// Metrics of MySQL, on port 9104.
    MysqldExporter {
        /// Its container image.
        image: Need<ContainerImage>,
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

/// Services that were read as `T`, kept as flat settings: `databases.0.user`.
#[derive(Debug)]
pub(in crate::describer) struct Flat<T> {
    pub(in crate::describer) services: Vec<Service>,
    checked: std::marker::PhantomData<T>,
}

impl<T: Wire> Wire for Flat<T> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        T::read(node, reader)?;
        let Kind::Map(entries) = &node.kind else {
            return None;
        };
        let services = entries
            .iter()
            .map(|(name, value)| {
                let mut settings = BTreeMap::new();
                flatten(value, String::new(), reader, &mut settings);
                Service {
                    name: Located::new(name.name.clone(), reader.span(name.range)),
                    image: settings.remove("image").and_then(plain),
                    settings,
                }
            })
            .collect();
        Some(Self {
            services,
            checked: std::marker::PhantomData,
        })
    }
}

fn plain(setting: Located<Setting>) -> Option<Located<String>> {
    match setting.value {
        Setting::Plain(text) => Some(Located::new(text, setting.span)),
        Setting::Secret(_) => None,
    }
}

fn flatten(
    node: &Node,
    path: String,
    reader: &Reader<'_>,
    settings: &mut BTreeMap<String, Located<Setting>>,
) {
    let under = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    match &node.kind {
        Kind::Map(entries) => {
            for (key, value) in entries {
                flatten(value, under(&key.name), reader, settings);
            }
        }
        Kind::List(items) => {
            for (at, item) in items.iter().enumerate() {
                flatten(item, under(&at.to_string()), reader, settings);
            }
        }
        Kind::Null => {}
        Kind::Text(text) => {
            let setting = match text.strip_prefix("secret:") {
                Some(name) => Setting::Secret(name.to_owned()),
                None => Setting::Plain(text.clone()),
            };
            settings.insert(path, Located::new(setting, reader.span(node.range)));
        }
        Kind::Bool(_) | Kind::Integer(_) | Kind::Float => {
            let setting = Setting::Plain(reader.raw(node).to_owned());
            settings.insert(path, Located::new(setting, reader.span(node.range)));
        }
    }
}

impl<T: JsonSchema> JsonSchema for Flat<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
