//! Which machine has which interface, and who is a member of what.

use super::fact::{Association, Fact, Interface, Tie};
use super::world::{End, World};
use indexmap::{IndexMap, IndexSet};

/// An interface of a machine.
#[derive(Debug, Clone)]
pub(super) enum Nic<'p> {
    /// A resource or data source of the plan.
    Here(usize),
    /// A block of the scale set itself.
    Own(&'p Interface),
    /// An id that the plan does not hold.
    Outside(String),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Nics<'p> {
    /// The flag tells that it is certain.
    pub(super) all: Vec<(Nic<'p>, bool)>,
    /// There may be others.
    pub(super) unclear: bool,
}

#[derive(Debug)]
pub(super) struct Ownership<'p> {
    pub(super) world: &'p World<'p>,
    pub(super) nics: IndexMap<usize, Nics<'p>>,
    owners: IndexMap<usize, Vec<usize>>,
    /// Interfaces by application security group.
    pub(super) members: IndexMap<usize, IndexSet<usize>>,
    /// Some membership could not be resolved.
    pub(super) members_unclear: bool,
    publics: IndexMap<usize, usize>,
}

impl<'p> Ownership<'p> {
    pub(super) fn new(world: &'p World<'p>) -> Self {
        let mut ownership = Self {
            world,
            nics: IndexMap::new(),
            owners: IndexMap::new(),
            members: IndexMap::new(),
            members_unclear: false,
            publics: IndexMap::new(),
        };
        for (at, machine) in world.machines() {
            let (ends, unclear) =
                world.follow_all(at, &machine.interfaces, &["azurerm_network_interface"]);
            let mut nics = Nics {
                all: machine
                    .own_interfaces
                    .iter()
                    .map(|own| (Nic::Own(own), true))
                    .collect(),
                unclear,
            };
            for end in ends {
                match end {
                    End::Nothing => {}
                    End::Here(nic) => nics.all.push((Nic::Here(nic), true)),
                    End::Outside(id) => nics.all.push((Nic::Outside(id), true)),
                    End::OneOf {
                        candidates,
                        or_else,
                    } => {
                        nics.unclear |= or_else;
                        nics.all
                            .extend(candidates.into_iter().map(|nic| (Nic::Here(nic), false)));
                    }
                }
            }
            for (nic, certain) in &nics.all {
                if let (Nic::Here(nic), true) = (nic, certain) {
                    ownership.owners.entry(*nic).or_default().push(at);
                }
            }
            ownership.nics.insert(at, nics);
        }
        for (at, fact) in world.facts() {
            match fact {
                Fact::Interface(interface) => ownership.interface(at, interface),
                Fact::Association(association) if association.kind == Tie::InterfaceMembers => {
                    ownership.membership(at, association);
                }
                _ => {}
            }
        }
        ownership
    }

    fn interface(&mut self, at: usize, interface: &Interface) {
        for configuration in &interface.configurations {
            if let End::Here(public) =
                self.world
                    .follow(at, &configuration.public, &["azurerm_public_ip"])
            {
                self.publics.insert(public, at);
            }
            if configuration.members_of.ids.is_empty() && configuration.members_of.unknown.is_none()
            {
                continue;
            }
            let kinds = ["azurerm_application_security_group"];
            let (ends, unclear) = self.world.follow_all(at, &configuration.members_of, &kinds);
            self.members_unclear |= unclear;
            for end in ends {
                if let End::Here(group) = end {
                    self.members.entry(group).or_default().insert(at);
                }
            }
        }
    }

    fn membership(&mut self, at: usize, association: &Association) {
        let interface = self
            .world
            .follow(at, &association.left, &["azurerm_network_interface"]);
        let group = self.world.follow(
            at,
            &association.right,
            &["azurerm_application_security_group"],
        );
        match (interface, group) {
            (End::Here(interface), End::Here(group)) => {
                self.members.entry(group).or_default().insert(interface);
            }
            (_, End::Outside(_)) => {}
            _ => self.members_unclear = true,
        }
    }

    /// The name that stands for an interface whose address is not known: that of its machine.
    pub(super) fn owner(&self, interface: usize) -> &'p str {
        let owner = match self.owners.get(&interface).map(Vec::as_slice) {
            Some([one]) => *one,
            _ => interface,
        };
        self.world.address(owner)
    }

    /// Every machine that certainly has this interface.
    pub(super) fn machines_of(&self, interface: &End) -> Vec<usize> {
        match interface {
            End::Here(at) => self.owners.get(at).cloned().unwrap_or_default(),
            End::Outside(id) => {
                let has = |nics: &Nics<'_>| {
                    nics.all.iter().any(|(nic, _)| {
                        matches!(nic, Nic::Outside(other) if other.eq_ignore_ascii_case(id))
                    })
                };
                let all = self.nics.iter().filter(|(_, nics)| has(nics));
                all.map(|(machine, _)| *machine).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The machine that a public address belongs to.
    pub(super) fn public_owner(&self, public: usize) -> Option<&'p str> {
        let interface = *self.publics.get(&public)?;
        let [owner] = self.owners.get(&interface)?.as_slice() else {
            return None;
        };
        Some(self.world.address(*owner))
    }
}
