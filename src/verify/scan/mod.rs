//! Which TCP ports of an address take a connection. Every port is asked, and none is judged by one answer.

mod pace;
mod probe;
mod scanner;

use crate::fleet::port::PortSet;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use scanner::{Scanner, State};
use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What a scan keeps to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Questions a second, never more.
    pub(crate) rate: u32,
    /// Questions that wait for their answer, never more.
    pub(crate) at_once: usize,
    /// When it ends, whatever was asked by then.
    pub(crate) deadline: Duration,
}

/// What was found out of the ports that were to be asked; the four have no port in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    pub(crate) open: PortSet,
    /// Refused.
    pub(crate) closed: PortSet,
    /// No answer however often, or somebody on the way forbids it.
    pub(crate) filtered: PortSet,
    /// The deadline was there first: nothing is known.
    pub(crate) unknown: PortSet,
}

/// Asks the ports of an address. `say` is told how many of how many ports were asked.
///
/// # Errors
/// This machine has no way to the address at all, or no sockets.
pub(crate) fn scan(
    address: IpAddr,
    ports: &PortSet,
    limits: Limits,
    say: &(dyn Fn(usize, usize) + Sync),
) -> io::Result<Scan> {
    let all: Vec<u16> = ports.ranges().flat_map(|(low, high)| low..=high).collect();
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(THREADS)
        .min(usize::try_from(limits.rate).unwrap_or(THREADS))
        .max(1);
    let share = Limits {
        rate: (limits.rate / u32::try_from(threads).unwrap_or(1)).max(1),
        at_once: (limits.at_once.min(sockets()) / threads).max(1),
        deadline: limits.deadline,
    };
    let done = AtomicUsize::new(0);
    let say = || say(done.load(Ordering::Relaxed), all.len());
    let parts: Vec<io::Result<Vec<State>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|first| {
                let own = all.iter().copied().skip(first).step_by(threads).collect();
                let (done, say) = (&done, &say);
                scope.spawn(move || Scanner::new(address, share, done, say).run(own))
            })
            .collect();
        let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined
            .map(|part| {
                part.unwrap_or_else(|_| Err(io::Error::other("a thread of the scan is gone")))
            })
            .collect()
    });
    let parts: Vec<Vec<State>> = parts.into_iter().collect::<io::Result<_>>()?;
    let known = |place: usize| parts[place % threads][usize::from(all[place])];
    Ok(Scan::new(&all, known))
}

/// More of them find nothing sooner: the network is the same.
const THREADS: usize = 2;

impl Scan {
    /// From what is known of each place in a sorted list of ports. As ranges at once: thousands of single ports would be merged
    /// one by one.
    fn new(ports: &[u16], known: impl Fn(usize) -> State) -> Self {
        let mut ranges: BTreeMap<State, Vec<(u16, u16)>> = BTreeMap::new();
        for (place, &port) in ports.iter().enumerate() {
            let state = match known(place) {
                State::Flaky => State::Open,
                state => state,
            };
            let ranges = ranges.entry(state).or_default();
            match ranges.last_mut() {
                Some((_, high)) if high.checked_add(1) == Some(port) => *high = port,
                _ => ranges.push((port, port)),
            }
        }
        let mut of = |state| {
            ranges
                .remove(&state)
                .unwrap_or_default()
                .into_iter()
                .collect()
        };
        Self {
            open: of(State::Open),
            closed: of(State::Closed),
            filtered: of(State::Filtered),
            unknown: of(State::Unknown),
        }
    }
}

/// How many sockets this process may have, with room for whatever else it has open. As many as the system lets it.
fn sockets() -> usize {
    const OTHERS: u64 = 128;
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((256, 256));
    let wanted = hard.min(1 << 16);
    let raised = soft < wanted && setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_ok();
    let may = if raised { wanted } else { soft };
    usize::try_from(may.saturating_sub(OTHERS))
        .unwrap_or(usize::MAX)
        .max(16)
}
