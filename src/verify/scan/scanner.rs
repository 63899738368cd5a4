//! One thread of a scan: its share of the ports, round after round.

use super::Limits;
use super::pace::{Patience, Rate};
use super::probe::{self, Answer, Asked};
use crate::process::cancelled;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use nix::errno::Errno;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How often a port that is silent is asked. Once more than that where an answer has come late.
const TRIES: u32 = 2;

/// What is known of a port so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum State {
    #[default]
    Unknown,
    Open,
    /// Open once and refused later: whoever listened may be gone.
    Flaky,
    Closed,
    Filtered,
}

pub(super) struct Scanner<'a> {
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
    pub(super) fn new(
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

    pub(super) fn run(mut self, ports: Vec<u16>) -> io::Result<Vec<State>> {
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
            let mut may_ask = Instant::now() < self.until && !ports.is_empty() && !cancelled();
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
