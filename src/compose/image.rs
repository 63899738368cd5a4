//! Which images the services of a file run.

use super::{File, Variables, interpolate};
use crate::yaml::tree::{Kind, Node};

impl File<'_> {
    /// By service, in the order of the file. A service without an image, or whose image hangs on what is not known, has none.
    pub(crate) fn images(&self, variables: &Variables<'_>) -> Vec<(String, String)> {
        let services = self.root.as_ref().ok().map(|root| child(root, "services"));
        let Some(Some(Kind::Map(services))) = services.map(|node| node.map(|node| &node.kind))
        else {
            return Vec::new();
        };
        let image = |service: &Node| match &child(service, "image")?.kind {
            Kind::Text(text) => interpolate::fill(text, variables).ok(),
            _ => None,
        };
        let named = services.iter();
        named
            .filter_map(|(name, service)| Some((name.name.clone(), image(service)?)))
            .collect()
    }
}

fn child<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let Kind::Map(entries) = &node.kind else {
        return None;
    };
    let mut entries = entries.iter();
    entries
        .find(|(name, _)| name.name == key)
        .map(|(_, node)| node)
}
