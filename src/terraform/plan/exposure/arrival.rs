//! What comes to an interface at all, before any group: its network, and how the internet gets there.

use super::Net;
use crate::fleet::address::Addresses;
use crate::fleet::reach::Reach;
use crate::fleet::sources::SourceSet;
use crate::terraform::plan::attach::{Alternative, Gate};
use crate::terraform::plan::fact::{Fact, IpConfiguration};
use crate::terraform::plan::front::Front;
use crate::terraform::plan::machine::PublicSide;
use crate::terraform::plan::peer::Peer;
use crate::terraform::plan::rule::Bounds;
use crate::terraform::plan::world::End;

impl Net<'_> {
    /// What comes to the interface at all; `None` is everything.
    pub(super) fn arrival(
        &self,
        gates: [&Gate; 2],
        network: Option<usize>,
        public: PublicSide,
        front: Option<&Front>,
    ) -> Bounds<Option<Reach>> {
        let sources = self.sources(network);
        let mut inside = sources.virtual_network();
        if self.world.beyond {
            inside.addresses = inside.addresses.union(Addresses::private());
        }
        // Who names a private block beyond the network has a way from there that the plan does not show.
        for peer in gates.iter().flat_map(|gate| self.allowed(gate)) {
            if let Peer::Addresses(named) = peer {
                inside.addresses = inside.addresses.union(named);
            }
        }
        let inside = Reach::every_port(&inside);
        let with = |extra: Option<&Reach>| {
            Some(extra.map_or_else(|| inside.clone(), |extra| inside.union(extra)))
        };
        let front_sure = front.map(|front| &front.reach.sure);
        let front_maybe = front.map(|front| &front.reach.maybe);
        match public {
            PublicSide::Standard | PublicSide::Public | PublicSide::Basic => Bounds {
                sure: None,
                maybe: None,
            },
            PublicSide::Unknown => Bounds {
                sure: with(front_sure),
                maybe: None,
            },
            PublicSide::None | PublicSide::Behind => Bounds {
                sure: with(front_sure),
                maybe: with(front_maybe),
            },
        }
    }

    /// The private blocks that the groups of a gate let in by name.
    fn allowed<'n>(&'n self, gate: &'n Gate) -> impl Iterator<Item = &'n Peer> {
        let groups = gate.iter().filter_map(|alternative| match alternative {
            Alternative::Group(group) => self.rules.get(group),
            _ => None,
        });
        groups
            .flat_map(|rules| &rules.all)
            .map(|one| one.rule)
            .filter(|rule| rule.allow != Some(false) && rule.inbound != Some(false))
            .flat_map(|rule| &rule.from)
            .filter(|peer| match peer {
                Peer::Addresses(named) => named.is_subset(Addresses::private()),
                _ => false,
            })
    }

    /// No group at all: the network is let in, and through what is of SKU Basic everybody.
    pub(super) fn unguarded(
        &self,
        network: Option<usize>,
        public: PublicSide,
        front: Option<&Front>,
    ) -> Bounds<Reach> {
        let inside = Reach::every_port(&self.sources(network).virtual_network());
        let everything = Reach::every_port(&SourceSet::anyone());
        let basic = front.map_or(Some(false), |front| front.basic);
        let sure = public == PublicSide::Basic || basic == Some(true);
        let unclear = matches!(public, PublicSide::Unknown | PublicSide::Public);
        let maybe = sure || unclear || basic.is_none();
        Bounds {
            sure: if sure {
                everything.clone()
            } else {
                inside.clone()
            },
            maybe: if maybe { everything } else { inside },
        }
    }

    pub(super) fn public(
        &self,
        at: usize,
        configuration: &IpConfiguration,
        has_public: bool,
    ) -> PublicSide {
        if configuration.own_public {
            return PublicSide::Standard;
        }
        let side = |at: usize| match self.world.fact(at) {
            Some(Fact::PublicAddress(address)) => match address.basic {
                Some(true) => PublicSide::Basic,
                Some(false) => PublicSide::Standard,
                None => PublicSide::Public,
            },
            _ => PublicSide::Unknown,
        };
        match self
            .world
            .follow(at, &configuration.public, &["azurerm_public_ip"])
        {
            End::Nothing => PublicSide::None,
            End::Here(public) => side(public),
            End::Outside(_) => PublicSide::Public,
            End::OneOf { .. } if has_public => PublicSide::Public,
            End::OneOf { .. } => PublicSide::Unknown,
        }
    }
}
