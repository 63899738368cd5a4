//! The networks of a file: one may be the server's own, or one in which containers have addresses of their own.

use super::{Reading, Says, short};
use crate::yaml::tree::{Key, Kind, Node};

const DRIVER: &str = "leave out `driver`: a bridge opens what `ports` says and nothing else";

impl Reading<'_> {
    pub(super) fn network(&mut self, name: &Key, node: &Node) {
        if matches!(node.kind, Kind::Null) {
            return;
        }
        let (mut external, mut called, mut driver) = (false, None, None);
        let unclear = self.statements.len();
        for (key, value) in self.entries(node, "the network") {
            match key.name.as_str() {
                "external" => {
                    external = matches!(value.kind, Kind::Map(_)) || self.is_true(value);
                    if let Kind::Map(entries) = &value.kind {
                        let own = entries.iter().find(|(key, _)| key.name == "name");
                        called = own.and_then(|(_, name)| self.word(name)).or(called);
                    }
                    if let Kind::Text(text) = &value.kind {
                        self.filled(value, text);
                    }
                }
                "name" => called = self.word(value).or(called),
                "driver" => driver = self.word(value),
                "driver_opts" => self.options(value),
                _ => {}
            }
        }
        if self.statements.len() > unclear {
            return;
        }
        let called = called.or_else(|| external.then(|| name.name.clone()));
        if called.as_deref() == Some("host") || driver.as_deref() == Some("host") {
            self.say(name.range, Says::SharesNetwork);
            return;
        }
        if let Some(driver) =
            driver.filter(|driver| !matches!(driver.as_str(), "" | "bridge" | "none" | "default"))
        {
            let why = format!(
                "in a network of the driver `{}` containers have addresses of their own",
                short(&driver)
            );
            self.unclear(name.range, why, DRIVER);
        }
    }

    fn word(&mut self, node: &Node) -> Option<String> {
        match &node.kind {
            Kind::Text(text) => self.filled(node, text),
            _ => None,
        }
    }

    /// Docker's bridge has modes in which containers are reached without a published port.
    fn options(&mut self, node: &Node) {
        let Kind::Map(entries) = &node.kind else {
            return;
        };
        for (key, _) in entries
            .iter()
            .filter(|(key, _)| key.name.contains("gateway_mode"))
        {
            let why = format!(
                "`{}` may let others reach ports that are not published",
                short(&key.name)
            );
            self.unclear(key.range, why, "remove the option");
        }
    }
}
