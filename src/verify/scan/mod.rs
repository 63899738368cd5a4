//! Which TCP ports of an address take a connection. Every port is asked, and none is judged by one answer.

mod pace;
mod probe;

use crate::fleet::port::PortSet;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use pace::{Patience, Rate};
use probe::{Answer, Asked};
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

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

/// How often a port that is silent is asked. Once more than that where an answer has come late.
const TRIES: u32 = 2;

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
        .min(THREADS);
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

/// What is known of a port so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum State {
    #[default]
    Unknown,
    Open,
    /// Open once and refused later: whoever listened may be gone.
    Flaky,
    Closed,
    Filtered,
}

struct Scanner<'a> {
    address: IpAddr,
    limits: Limits,
    /// Ports that were asked for the first time, by all threads.
    done: &'a AtomicUsize,
    say: &'a (dyn Fn() + Sync),
    until: Instant,
    rate: Rate,
    patience: Patience,
    /// How many questions may wait now: more with every answer, half as many when this machine has no more sockets.
    window: usize,
    states: Vec<State>,
    /// Somebody was silent at first and has spoken later.
    came_late: bool,
}

/// At first; it grows.
const WINDOW: usize = 512;

/// How often it is told how far it is.
const SAY: Duration = Duration::from_millis(200);

/// How often in a round this machine may have no more sockets, for a few milliseconds each time.
const TROUBLES: usize = 10_000;

/// Questions in a row before answers are looked at.
const BATCH: usize = 64;

impl<'a> Scanner<'a> {
    fn new(
        address: IpAddr,
        limits: Limits,
        done: &'a AtomicUsize,
        say: &'a (dyn Fn() + Sync),
    ) -> Self {
        Self {
            address,
            limits,
            done,
            say,
            until: Instant::now() + limits.deadline,
            rate: Rate::new(limits.rate),
            patience: Patience::default(),
            window: WINDOW.min(limits.at_once),
            states: vec![State::Unknown; 1 << 16],
            came_late: false,
        }
    }

    fn run(mut self, ports: Vec<u16>) -> io::Result<Vec<State>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(self.all(ports))?;
        Ok(self.states)
    }

    /// One round after another, each of what the last one left in doubt.
    async fn all(&mut self, ports: Vec<u16>) -> io::Result<()> {
        let mut left = ports;
        for round in 1..=TRIES + 1 {
            left = self.round(left).await?;
            if round == TRIES && self.came_late {
                self.window = (self.window / 2).max(1);
            } else if round == TRIES {
                // Nobody spoke who was silent before: another round would tell no more of the silent ones.
                left.retain(|port| self.states[usize::from(*port)] == State::Flaky);
            }
        }
        Ok(())
    }

    /// Asks each of the ports once; those whose answer does not decide.
    async fn round(&mut self, mut ports: Vec<u16>) -> io::Result<Vec<u16>> {
        // From the low ones on, where most listen: the sooner it is known how long an answer takes.
        ports.reverse();
        let mut said = Instant::now();
        let mut doubtful = Vec::new();
        let mut waiting = FuturesUnordered::new();
        let mut spare = None;
        let mut troubles = 0;
        loop {
            let mut may_ask = Instant::now() < self.until && !ports.is_empty();
            for _ in 0..BATCH {
                let room = may_ask && waiting.len() < self.window;
                let Some(&port) = ports.last().filter(|_| room) else {
                    break;
                };
                if !self.rate.take() {
                    break;
                }
                match probe::ask(&mut spare, SocketAddr::new(self.address, port)) {
                    Ok(Asked::Answered(answer)) => self.heard(port, answer, &mut doubtful),
                    Ok(Asked::Waiting(waits)) => {
                        let patience = self.patience.get();
                        waiting.push(async move { (port, waits.answer(patience).await) });
                    }
                    Err(error) if is_exhausted(&error) && troubles < TROUBLES => {
                        // Whatever ends first makes room.
                        troubles += 1;
                        self.window = (waiting.len() / 2).max(1);
                        self.rate.rest();
                        break;
                    }
                    Err(error) => return Err(error),
                }
                ports.pop();
            }
            may_ask &= !ports.is_empty();
            if !may_ask && waiting.is_empty() {
                break;
            }
            tokio::select! {
                Some((port, answered)) = waiting.next(), if !waiting.is_empty() => {
                    let (answer, took) = answered?;
                    if matches!(answer, Answer::Open | Answer::Closed) {
                        self.patience.took(took);
                    }
                    self.window = (self.window + 1).min(self.limits.at_once);
                    self.heard(port, answer, &mut doubtful);
                }
                () = turn(self.rate.next()), if may_ask && waiting.len() < self.window => {}
            }
            if said.elapsed() > SAY {
                said = Instant::now();
                (self.say)();
            }
        }
        doubtful.sort_unstable();
        Ok(doubtful)
    }

    /// A port that is closed is decided by one answer; any other is asked again.
    fn heard(&mut self, port: u16, answer: Answer, doubtful: &mut Vec<u16>) {
        let state = &mut self.states[usize::from(port)];
        let (now, is_decided) = match (*state, answer) {
            (before, Answer::Open) => (State::Open, before != State::Unknown),
            (State::Open, Answer::Closed) => (State::Flaky, false),
            (_, Answer::Closed) => (State::Closed, true),
            // Who answered once is there, whatever is lost later.
            (before @ (State::Open | State::Flaky), _) => (before, false),
            // Where somebody listens, a connection with itself is not possible.
            (_, Answer::Own) => (State::Closed, false),
            (_, Answer::Forbidden | Answer::Silent) => (State::Filtered, false),
        };
        if *state == State::Unknown {
            self.done.fetch_add(1, Ordering::Relaxed);
        }
        self.came_late |= *state == State::Filtered && now != State::Filtered;
        *state = now;
        if !is_decided {
            doubtful.push(port);
        }
    }
}

async fn turn(at: Instant) {
    if at <= Instant::now() {
        tokio::task::yield_now().await;
    } else {
        tokio::time::sleep_until(at.into()).await;
    }
}

/// This machine has no more sockets, source ports or memory for the moment.
fn is_exhausted(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error().map(Errno::from_raw),
        Some(
            Errno::EMFILE
                | Errno::ENFILE
                | Errno::EADDRNOTAVAIL
                | Errno::EADDRINUSE
                | Errno::ENOBUFS
                | Errno::ENOMEM
                | Errno::EAGAIN
        )
    )
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
