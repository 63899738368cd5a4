//! Interrupts: the running child gets exactly one, whatever is sent to us and however often.
//!
//! Terraform stops gracefully at the first interrupt and abandons its state at the second, and a
//! cancelled CI job sends several.

use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use tokio::signal::unix::{SignalKind, signal};

static CANCELLED: AtomicBool = AtomicBool::new(false);
/// The process groups of the children that run now.
static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// The work was interrupted by whoever started it.
#[derive(Debug, thiserror::Error)]
#[error("cancelled")]
pub(crate) struct Cancelled;

/// Whether an interrupt has come.
pub(crate) fn cancelled() -> bool {
    CANCELLED.load(Ordering::SeqCst)
}

/// For work that must not begin, or go on, after an interrupt.
pub(crate) fn refuse_when_cancelled() -> Result<(), Cancelled> {
    if cancelled() { Err(Cancelled) } else { Ok(()) }
}

type Hook = Box<dyn FnOnce() + Send>;
/// What else must hear of the interrupt.
static HOOKS: Mutex<Vec<Hook>> = Mutex::new(Vec::new());

/// Calls `hook` at the first interrupt, or at once when it has come already.
pub(crate) fn when_cancelled(hook: impl FnOnce() + Send + 'static) {
    let mut hooks = HOOKS
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if cancelled() {
        drop(hooks);
        hook();
    } else {
        hooks.push(Box::new(hook));
    }
}

/// From now on SIGINT, SIGTERM and SIGHUP, with which a terminal closes, do not end this process: the first is handed to the
/// running child as SIGINT, the others are swallowed, and no further child is started. A hangup that whoever started us has
/// us ignore, as `nohup` does, stays ignored.
pub(crate) fn forward_interrupts() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let mut kinds = vec![SignalKind::interrupt(), SignalKind::terminate()];
    if hangs_up() {
        kinds.push(SignalKind::hangup());
    }
    let signals: io::Result<Vec<_>> = {
        let _inside = runtime.enter();
        kinds.into_iter().map(signal).collect()
    };
    let signals = signals?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                let each = signals.into_iter().map(|mut signal| async move {
                    while signal.recv().await.is_some() {
                        pass_on();
                    }
                });
                futures_util::future::join_all(each).await;
            });
        })?;
    Ok(())
}

/// Whether a hangup would end this process: the system says which signals it ignores. Where it does not say, a hangup does
/// what it always does.
fn hangs_up() -> bool {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & (1 << (Signal::SIGHUP as u32 - 1)) == 0)
}

fn pass_on() {
    {
        // Together: a child that is being started is either in the list by then, or finds that it is to stop. Not both.
        let running = running();
        if CANCELLED.swap(true, Ordering::SeqCst) {
            return;
        }
        for group in running.iter() {
            interrupt(*group);
        }
    }
    let hooks = std::mem::take(
        &mut *HOOKS
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner),
    );
    for hook in hooks {
        hook();
    }
}

pub(super) fn running() -> MutexGuard<'static, Vec<Pid>> {
    RUNNING
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn interrupt(group: Pid) {
    if let Err(error) = killpg(group, Signal::SIGINT) {
        tracing::debug!(%group, %error, "the child had ended before the interrupt");
    }
}

/// Marks a child as one that gets the interrupt, for as long as this lives.
#[derive(Debug)]
pub(super) struct Running(Pid);

impl Running {
    /// Starts a child and marks it, as one step: the interrupt finds either no child or this one, and nobody else
    /// takes it for an orphan.
    pub(super) fn start<T>(
        start: impl FnOnce() -> io::Result<T>,
        pids: impl Fn(&T) -> Vec<u32>,
    ) -> io::Result<(T, Self)> {
        let mut running = running();
        let child = start()?;
        let group = pids(&child)
            .first()
            .and_then(|pid| i32::try_from(*pid).ok())
            .map_or(Pid::from_raw(i32::MAX), Pid::from_raw);
        running.push(group);
        if cancelled() {
            interrupt(group);
        }
        Ok((child, Self(group)))
    }

    /// Once more, for a child that bears it.
    pub(super) fn interrupt(&self) {
        interrupt(self.0);
    }

    /// Ends the child and whatever it has started, at once.
    pub(super) fn kill(&self) {
        // It may have ended by itself meanwhile.
        let _ = killpg(self.0, Signal::SIGKILL);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut running = running();
        running.retain(|group| *group != self.0);
        if running.is_empty() && nix::unistd::getpid().as_raw() == 1 {
            reap();
        }
    }
}

/// As the first process of a container we inherit whatever a child leaves behind, and nobody else buries it.
fn reap() {
    while let Ok(status) = waitpid(None, Some(WaitPidFlag::WNOHANG)) {
        if status == WaitStatus::StillAlive {
            break;
        }
    }
}
