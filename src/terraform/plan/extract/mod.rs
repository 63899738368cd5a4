//! From the values of a resource to the facts that are kept of it.

mod compute;
mod front;
mod network;

pub(super) use compute::{MACHINES, SECRET};

use super::fact::{Fact, Link, Links, Named, Path};
use super::json::Json;
use crate::fleet::address::Addresses;
use std::net::IpAddr;

/// The values of a resource and the marks that run parallel to them.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "the values beside their marks")]
pub(super) struct Values<'v, 'a> {
    pub(super) values: &'v Json<'a>,
    pub(super) unknown: &'v Json<'a>,
    pub(super) sensitive: &'v Json<'a>,
}

/// What is kept of a resource of this type; nothing of most.
/// `created` tells whether the values are those of a resource that does not exist yet.
pub(super) fn fact(kind: &str, values: Values<'_, '_>, created: bool) -> Option<Fact> {
    network::fact(kind, values, created)
        .or_else(|| compute::fact(kind, values))
        .or_else(|| front::fact(kind, values))
}

impl<'v, 'a> Values<'v, 'a> {
    fn member(self, key: &str) -> Self {
        Values {
            values: self.values.get(key),
            unknown: self.unknown.mark(key),
            sensitive: self.sensitive.mark(key),
        }
    }

    fn at(self, index: usize) -> Self {
        Values {
            values: self.values.at(index),
            unknown: self.unknown.mark_at(index),
            sensitive: self.sensitive.mark_at(index),
        }
    }

    /// The blocks of one name. A whole list that is not known has one block, all of it unknown.
    fn blocks(self, key: &str) -> impl Iterator<Item = Self> + use<'v, 'a> {
        let list = self.member(key);
        let count = if list.unknown.is_true() {
            1
        } else {
            list.values.items().len().max(list.unknown.items().len())
        };
        (0..count).map(move |index| list.at(index))
    }

    fn is_unknown(self, key: &str) -> bool {
        self.unknown.mark(key).is_marked()
    }

    fn text(self, key: &str) -> Option<String> {
        self.values.get(key).string()
    }

    fn named(self) -> Named {
        Named {
            name: self.text("name"),
            resource_group: self.text("resource_group_name"),
            id: self.text("id"),
        }
    }

    fn link(self, key: &str, path: Path) -> Link {
        if self.is_unknown(key) {
            Link::Unknown(path)
        } else {
            self.text(key).map_or(Link::None, Link::Id)
        }
    }

    fn own_link(self, key: &'static str) -> Link {
        self.link(key, Path::of(key))
    }

    fn links(self, key: &str, path: Path) -> Links {
        let list = self.values.get(key);
        Links {
            ids: list.items().iter().filter_map(Json::string).collect(),
            unknown: self.is_unknown(key).then_some(path),
        }
    }

    /// Not one that is sensitive: it would be shown as a source of somebody else's rule.
    fn address(self, key: &str) -> Option<IpAddr> {
        if self.sensitive.mark(key).is_marked() {
            return None;
        }
        self.values.get(key).text()?.trim().parse().ok()
    }

    fn addresses(self, key: &str) -> Vec<IpAddr> {
        if self.sensitive.mark(key).is_marked() {
            return Vec::new();
        }
        let list = self.values.get(key);
        list.items()
            .iter()
            .filter_map(|item| item.text()?.trim().parse().ok())
            .collect()
    }

    /// CIDR blocks, singular or plural; `None` when one of them is not known.
    fn ranges(self, one: &str, many: &str) -> Option<Addresses> {
        if self.is_unknown(one) && !many_known(self, many) || self.is_unknown(many) {
            return None;
        }
        let list = self.values.get(many).items().iter();
        let all = list
            .chain([self.values.get(one)])
            .filter_map(Json::text)
            .try_fold(Addresses::default(), |all, text| {
                Some(all.union(&Addresses::parse(text)?))
            })?;
        (!all.is_empty()).then_some(all)
    }
}

fn many_known(values: Values<'_, '_>, many: &str) -> bool {
    !values.is_unknown(many) && !values.values.get(many).items().is_empty()
}
