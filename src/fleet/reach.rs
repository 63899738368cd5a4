//! Which ports from whom: the one value that is written, planned, published and measured.
//!
//! A `Reach` is a step function from ports to those who may connect. Union, intersection and
//! difference are those of sets of (protocol, port, source), so that `found ⊆ permitted` is one
//! subtraction and what is left over is exact.

use super::port::{PortSet, Protocol};
use super::sources::SourceSet;
use super::steps::{Step, meets, sweep};
use std::sync::{Arc, LazyLock};

/// Ascending, disjoint; neighbours differ. Shared, because thousands of machines have the same.
type Steps = Arc<Vec<Step>>;

/// Most reaches have nothing of one protocol: all of them share this.
static NOTHING: LazyLock<Steps> = LazyLock::new(Steps::default);

fn nothing() -> Steps {
    Arc::clone(&NOTHING)
}

/// A set of (protocol, port, source).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reach {
    tcp: Steps,
    udp: Steps,
}

impl Default for Reach {
    fn default() -> Self {
        Self {
            tcp: nothing(),
            udp: nothing(),
        }
    }
}

impl Reach {
    /// Every port of one protocol or of both, from these.
    pub(crate) fn new(protocol: Option<Protocol>, ports: &PortSet, from: &SourceSet) -> Self {
        let from = &Arc::new(from.clone());
        let steps: Vec<Step> = if from.is_empty() {
            Vec::new()
        } else {
            ports
                .ranges()
                .map(|(low, high)| Step {
                    low,
                    high,
                    from: Arc::clone(from),
                })
                .collect()
        };
        let steps = Arc::new(steps);
        match protocol {
            Some(Protocol::Tcp) => Self {
                tcp: steps,
                udp: nothing(),
            },
            Some(Protocol::Udp) => Self {
                tcp: nothing(),
                udp: steps,
            },
            None => Self {
                tcp: Arc::clone(&steps),
                udp: steps,
            },
        }
    }

    /// Every port of both protocols, from these.
    pub(crate) fn every_port(from: &SourceSet) -> Self {
        Self::new(None, &PortSet::all(), from)
    }

    /// Where it lies in memory: equal keys are equal reaches, for as long as both live.
    pub(crate) fn key(&self) -> (usize, usize) {
        let of = |steps: &Steps| {
            if steps.is_empty() {
                0
            } else {
                Arc::as_ptr(steps).addr()
            }
        };
        (of(&self.tcp), of(&self.udp))
    }

    /// Whether both are one value in memory, which makes comparing them needless.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.tcp, &other.tcp) && Arc::ptr_eq(&self.udp, &other.udp)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tcp.is_empty() && self.udp.is_empty()
    }

    #[must_use]
    pub(crate) fn union(&self, other: &Self) -> Self {
        if other.is_empty() || self.is_same(other) {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        self.zip(other, |a, b| match (a, b) {
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) || a.is_anyone() => Some(Arc::clone(a)),
            (Some(_), Some(b)) if b.is_anyone() => Some(Arc::clone(b)),
            (Some(a), Some(b)) => Some(Arc::new(a.union(b))),
            (one, None) | (None, one) => one.cloned(),
        })
    }

    #[must_use]
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        if self.is_same(other) {
            return self.clone();
        }
        self.zip(other, |a, b| match (a, b) {
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) || b.is_anyone() => Some(Arc::clone(a)),
            (Some(a), Some(b)) if a.is_anyone() => Some(Arc::clone(b)),
            (Some(a), Some(b)) => Some(Arc::new(a.intersection(b))),
            _ => None,
        })
    }

    #[must_use]
    pub(crate) fn difference(&self, other: &Self) -> Self {
        if self.is_same(other) {
            return Self::default();
        }
        if other.is_empty() {
            return self.clone();
        }
        self.zip(other, |a, b| match (a, b) {
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) || b.is_anyone() => None,
            (Some(a), Some(b)) => Some(Arc::new(a.difference(b))),
            (a, None) => a.cloned(),
            (None, _) => None,
        })
    }

    pub(crate) fn is_subset(&self, other: &Self) -> bool {
        self.difference(other).is_empty()
    }

    /// Who reaches one port.
    #[cfg(test)]
    pub(crate) fn at(&self, protocol: Protocol, port: u16) -> SourceSet {
        let steps = self.steps(protocol);
        let at = steps.partition_point(|step| step.high < port);
        steps
            .get(at)
            .filter(|step| step.low <= port)
            .map(|step| (*step.from).clone())
            .unwrap_or_default()
    }

    /// Whether any port of it is open to the same somebody in the other.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        meets(&self.tcp, &other.tcp) || meets(&self.udp, &other.udp)
    }

    /// Only the part that concerns ports `low..=high` of one protocol.
    #[must_use]
    pub(crate) fn slice(&self, protocol: Protocol, low: u16, high: u16) -> Self {
        let steps = self.steps(protocol);
        let first = steps.partition_point(|step| step.high < low);
        let within = steps[first..].iter().take_while(|step| step.low <= high);
        let cut = within.map(|step| Step {
            low: step.low.max(low),
            high: step.high.min(high),
            from: Arc::clone(&step.from),
        });
        let cut = Arc::new(cut.collect());
        match protocol {
            Protocol::Tcp => Self {
                tcp: cut,
                udp: nothing(),
            },
            Protocol::Udp => Self {
                tcp: nothing(),
                udp: cut,
            },
        }
    }

    /// Only the part that concerns these ports of this protocol.
    #[must_use]
    pub(crate) fn only(&self, protocol: Protocol, ports: &PortSet) -> Self {
        self.intersection(&Self::new(Some(protocol), ports, &SourceSet::anyone()))
    }

    /// Each range of ports with the same sources, ascending, TCP first.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = (Protocol, u16, u16, &SourceSet)> {
        Protocol::ALL.into_iter().flat_map(|protocol| {
            self.steps(protocol)
                .iter()
                .map(move |step| (protocol, step.low, step.high, &*step.from))
        })
    }

    /// The same, ports with equal sources together: what a sentence needs.
    pub(crate) fn by_source(&self) -> Vec<(Protocol, PortSet, SourceSet)> {
        let mut groups: Vec<(Protocol, PortSet, SourceSet)> = Vec::new();
        for (protocol, low, high, from) in self.ranges() {
            let range = PortSet::range(low, high);
            match groups
                .iter_mut()
                .find(|group| group.0 == protocol && group.2 == *from)
            {
                Some(group) => group.1 = group.1.union(&range),
                None => groups.push((protocol, range, from.clone())),
            }
        }
        groups
    }

    fn steps(&self, protocol: Protocol) -> &Steps {
        match protocol {
            Protocol::Tcp => &self.tcp,
            Protocol::Udp => &self.udp,
        }
    }

    fn zip(
        &self,
        other: &Self,
        combine: impl Fn(Option<&Arc<SourceSet>>, Option<&Arc<SourceSet>>) -> Option<Arc<SourceSet>>,
    ) -> Self {
        Self {
            tcp: Arc::new(sweep(&self.tcp, &other.tcp, &combine)),
            udp: Arc::new(sweep(&self.udp, &other.udp, &combine)),
        }
    }
}
