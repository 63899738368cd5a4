//! What took how long: one lap after the other, from the beginning of the work.

use std::time::{Duration, Instant};

/// Laps in the order in which they were run.
#[derive(Debug, Clone)]
pub(crate) struct Timeline {
    since: Instant,
    pub(crate) laps: Vec<(&'static str, Duration)>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            since: Instant::now(),
            laps: Vec::new(),
        }
    }
}

impl Timeline {
    /// What has gone on since the last lap, or the beginning, was this.
    pub(crate) fn lap(&mut self, what: &'static str) {
        let now = Instant::now();
        self.laps.push((what, now - self.since));
        self.since = now;
    }

    pub(crate) fn total(&self) -> Duration {
        self.laps.iter().map(|(_, took)| *took).sum()
    }

    /// `41 s: within 2.0 s, outside 38 s`; empty where nothing was timed.
    pub(crate) fn words(&self) -> String {
        let laps = self.laps.iter().filter(|(_, took)| took.as_millis() >= 50);
        let laps: Vec<String> = laps
            .map(|(what, took)| format!("{what} {}", spent(*took)))
            .collect();
        if laps.is_empty() {
            return String::new();
        }
        format!("{}: {}", spent(self.total()), laps.join(", "))
    }
}

/// `0.4 s`, `41 s`, `3 min 20 s`
pub(crate) fn spent(duration: Duration) -> String {
    match duration.as_secs() {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        seconds @ 10..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}
