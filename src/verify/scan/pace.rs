//! How fast is asked, and how long is waited: what the network and this machine are seen to bear.

use std::time::{Duration, Instant};

/// Before anything has answered.
const FIRST: Duration = Duration::from_millis(500);
const SHORTEST: Duration = Duration::from_millis(150);
const LONGEST: Duration = Duration::from_millis(1500);

/// How long an answer may take, by how long answers took: the smoothed time and four times its variation (RFC 6298).
#[derive(Debug, Clone, Default)]
pub(super) struct Patience {
    /// Smoothed time and variation, in seconds.
    seen: Option<(f64, f64)>,
}

impl Patience {
    pub(super) fn took(&mut self, time: Duration) {
        let time = time.as_secs_f64();
        self.seen = Some(match self.seen {
            None => (time, time / 2.0),
            Some((mean, variation)) => (
                mean + (time - mean) / 8.0,
                variation + ((time - mean).abs() - variation) / 4.0,
            ),
        });
    }

    pub(super) fn get(&self) -> Duration {
        self.seen.map_or(FIRST, |(mean, variation)| {
            Duration::from_secs_f64(mean + 4.0 * variation).clamp(SHORTEST, LONGEST)
        })
    }
}

/// How many questions a second. What was not used is not saved for later, but for a moment.
#[derive(Debug)]
pub(super) struct Rate {
    /// Between two questions.
    step: Duration,
    next: Instant,
}

/// How much at most is made up for at once.
const MOMENT: Duration = Duration::from_millis(5);

impl Rate {
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            step: Duration::from_secs(1) / per_second.max(1),
            next: Instant::now(),
        }
    }

    /// Takes the turn of one question, if it has come.
    pub(super) fn take(&mut self) -> bool {
        let now = Instant::now();
        if self.next > now {
            return false;
        }
        self.next = self.next.max(now.checked_sub(MOMENT).unwrap_or(now)) + self.step;
        true
    }

    /// Nobody's turn comes for a moment.
    pub(super) fn rest(&mut self) {
        self.next = self.next.max(Instant::now()) + MOMENT;
    }

    /// When the next turn comes.
    pub(super) fn next(&self) -> Instant {
        self.next
    }
}
