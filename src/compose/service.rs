//! One service: its ports, the network that it lives in, and what makes a container master of its server.

use super::{Reading, Says, is_nothing, short};
use crate::yaml::tree::{Key, Kind, Node, Range};

const SOCKETS: &[&str] = &["/var/run/docker.sock", "/run/docker.sock"];

impl Reading<'_> {
    pub(super) fn service(&mut self, name: &Key, node: &Node) {
        if matches!(node.kind, Kind::Null) {
            let why = format!("the service `{}` says nothing", short(&name.name));
            self.unclear(name.range, why, "describe it, or remove it");
            return;
        }
        for (key, value) in self.entries(node, "the service") {
            match key.name.as_str() {
                "ports" => match &value.kind {
                    Kind::List(items) => items.iter().for_each(|item| self.port(item)),
                    Kind::Null => {}
                    _ => self.unclear(
                        value.range,
                        "`ports` is not a list",
                        "write a list of ports",
                    ),
                },
                "network_mode" => self.network_mode(value),
                "extends" => self.extends(key.range, value),
                "provider" => self.unclear(
                    key.range,
                    "`provider` starts a program that is not looked at",
                    "describe the container itself",
                ),
                "privileged" if self.is_true(value) => {
                    self.say(key.range, Says::Commands("`privileged`"));
                }
                "pid" if self.text(value).as_deref() == Some("host") => {
                    self.say(
                        value.range,
                        Says::Commands("the server's processes (`pid: host`)"),
                    );
                }
                "use_api_socket" if self.is_true(value) => self.say(key.range, SOCKET),
                "volumes" => self.volumes(value),
                _ => {}
            }
        }
    }

    fn network_mode(&mut self, node: &Node) {
        match &node.kind {
            Kind::Null => {}
            Kind::Text(text) => {
                if self.filled(node, text).as_deref() == Some("host") {
                    self.say(node.range, Says::SharesNetwork);
                }
            }
            _ => self.unclear(
                node.range,
                "`network_mode` is not a text",
                "write a network mode",
            ),
        }
    }

    /// A service of this file says itself what it publishes; one of another file is not looked at.
    fn extends(&mut self, at: Range, node: &Node) {
        let foreign = match &node.kind {
            Kind::Map(entries) => entries.iter().any(|(key, value)| {
                key.name == "<<" || (key.name == "file" && !matches!(value.kind, Kind::Null))
            }),
            Kind::Text(_) | Kind::Null => false,
            _ => true,
        };
        if foreign {
            let why = "`extends` brings in a service of another file, which is not looked at";
            self.unclear(at, why, "write into this file what the other one says");
        }
    }

    fn volumes(&mut self, node: &Node) {
        let Kind::List(items) = &node.kind else {
            return;
        };
        for item in items.iter().filter(|item| !is_nothing(item)) {
            let source = match &item.kind {
                Kind::Map(entries) => {
                    let source = entries.iter().find(|(key, _)| key.name == "source");
                    source.and_then(|(_, source)| self.text(source))
                }
                _ => self.text(item),
            };
            let source = source.unwrap_or_default();
            let source = source.split(':').next().unwrap_or_default();
            if SOCKETS.contains(&source.trim_end_matches('/')) {
                self.say(item.range, SOCKET);
            }
        }
    }

    /// A text that is only warned of: where it cannot be filled in, nothing is said.
    fn text(&self, node: &Node) -> Option<String> {
        match &node.kind {
            Kind::Text(text) => super::interpolate::fill(text, self.variables).ok(),
            _ => None,
        }
    }

    /// As Compose reads a switch.
    pub(super) fn is_true(&self, node: &Node) -> bool {
        match &node.kind {
            Kind::Bool(value) => *value,
            _ => self.text(node).is_some_and(|text| {
                matches!(
                    text.to_ascii_lowercase().as_str(),
                    "true" | "t" | "y" | "yes" | "on" | "1"
                )
            }),
        }
    }
}

const SOCKET: Says = Says::Commands("Docker's socket");
