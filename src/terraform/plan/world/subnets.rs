//! The subnets of a world, whether they are resources or stand inside their network.

use super::{End, World};
use crate::terraform::plan::fact::{Fact, Link, Network, Path, Subnet};

/// A subnet, written by itself or inside its network.
#[derive(Debug)]
pub(in crate::terraform::plan) struct SubnetView<'p> {
    pub(in crate::terraform::plan) address: String,
    pub(in crate::terraform::plan) fact: &'p Subnet,
    /// The resource that holds it: a subnet or a network.
    pub(in crate::terraform::plan) at: usize,
    pub(in crate::terraform::plan) network: Option<usize>,
    pub(in crate::terraform::plan) inline: bool,
}

impl<'p> World<'p> {
    /// Subnets by themselves first: a network lists them too, as a copy that may be stale.
    pub(super) fn collect_subnets(&mut self) {
        for (at, fact) in self.by_standing() {
            if let Fact::Subnet(subnet) = fact {
                let network = self.network_of(at, subnet);
                self.add_subnet(SubnetView {
                    address: self.address(at).to_owned(),
                    fact: subnet,
                    at,
                    network,
                    inline: false,
                });
            }
        }
        let known: Vec<(Option<usize>, Option<String>)> = self
            .subnets
            .iter()
            .map(|view| (view.network, lower(view.fact.named.name.as_deref())))
            .collect();
        for (at, fact) in self.facts() {
            let Fact::Network(Network { subnets, .. }) = fact else {
                continue;
            };
            for subnet in subnets {
                let name = lower(subnet.named.name.as_deref());
                if !known.contains(&(Some(at), name)) {
                    let name = subnet.named.name.as_deref().unwrap_or_default();
                    self.add_subnet(SubnetView {
                        address: format!("{} subnet {name}", self.address(at)),
                        fact: subnet,
                        at,
                        network: Some(at),
                        inline: true,
                    });
                }
            }
        }
    }

    fn add_subnet(&mut self, view: SubnetView<'p>) {
        let position = self.subnets.len();
        if let Some(id) = &view.fact.named.id {
            self.subnet_ids
                .entry(id.to_ascii_lowercase())
                .or_insert(position);
        }
        if !view.inline {
            self.subnet_of.insert(view.at, position);
        }
        self.subnets.push(view);
    }

    fn network_of(&self, at: usize, subnet: &Subnet) -> Option<usize> {
        let name = subnet.network.as_deref();
        let by_name = name
            .zip(subnet.named.resource_group.as_deref())
            .and_then(|(name, group)| self.by_name("virtualnetworks", group, name));
        by_name.or_else(|| {
            let path = Path::of("virtual_network_name");
            self.resolve(at, path, &["azurerm_virtual_network"])
                .single()
        })
    }

    /// Subnets that a link leads to, and whether that is certain.
    pub(in crate::terraform::plan) fn subnets_of(
        &self,
        from: usize,
        link: &Link,
    ) -> (Vec<usize>, bool) {
        if let Link::Id(id) = link
            && let Some(&position) = self.subnet_ids.get(&id.to_ascii_lowercase())
        {
            return (vec![position], true);
        }
        match self.follow(from, link, &["azurerm_subnet", "azurerm_virtual_network"]) {
            End::Nothing | End::Outside(_) => (Vec::new(), true),
            End::Here(at) => self.positions(at),
            End::OneOf { candidates, .. } => {
                let all = candidates
                    .into_iter()
                    .flat_map(|at| self.positions(at).0)
                    .collect();
                (all, false)
            }
        }
    }

    fn positions(&self, at: usize) -> (Vec<usize>, bool) {
        if let Some(&position) = self.subnet_of.get(&at) {
            return (vec![position], true);
        }
        let inline = self.subnets.iter().enumerate();
        let inline: Vec<usize> = inline
            .filter(|(_, view)| view.inline && view.at == at)
            .map(|(position, _)| position)
            .collect();
        let certain = inline.len() == 1;
        (inline, certain)
    }
}

fn lower(text: Option<&str>) -> Option<String> {
    text.map(str::to_ascii_lowercase)
}
