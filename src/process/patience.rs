//! How long a child may take to stop, when whoever interrupted us will soon end us without asking.
//!
//! Terraform waits for its providers, and a provider may wait for a cloud that does not answer. When its providers end,
//! Terraform writes its state, releases the lock and ends: so they go first.

use super::signal::{running, when_cancelled};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{Pid, getpgid};
use std::time::Duration;

/// What the system calls a provider: the first fifteen characters of its name.
const PROVIDER: &str = "terraform-provi";

/// Ends what still runs this long after the interrupt: first the providers, after as long again everything.
pub(crate) fn limit(patience: Duration) {
    when_cancelled(move || {
        std::thread::spawn(move || {
            std::thread::sleep(patience);
            for provider in providers() {
                // It may have ended by itself meanwhile.
                let _ = kill(provider, Signal::SIGKILL);
            }
            std::thread::sleep(patience);
            for group in running().iter() {
                let _ = killpg(*group, Signal::SIGKILL);
            }
        });
    });
}

/// The providers that our children have started.
fn providers() -> Vec<Pid> {
    let groups = running().clone();
    let Ok(entries) = fs_err::read_dir("/proc") else {
        return Vec::new();
    };
    let numbers = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers
        .map(Pid::from_raw)
        .filter(|pid| getpgid(Some(*pid)).is_ok_and(|group| groups.contains(&group)))
        .filter(|pid| {
            fs_err::read_to_string(format!("/proc/{pid}/comm"))
                .is_ok_and(|name| name.trim_end() == PROVIDER)
        })
        .collect()
}
