//! Interrupts: the running child gets exactly one, whatever is sent to us and however often.
//!
//! Terraform stops gracefully at the first interrupt and abandons its state at the second, and a
//! cancelled CI job sends several.

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::signal::unix::{SignalKind, signal};

static CANCELLED: AtomicBool = AtomicBool::new(false);
/// The process group of the child that runs now.
static RUNNING: Mutex<Option<Pid>> = Mutex::new(None);

/// The work was interrupted by whoever started it.
#[derive(Debug, thiserror::Error)]
#[error("cancelled")]
pub(crate) struct Cancelled;

/// Whether an interrupt has come.
pub(crate) fn cancelled() -> bool {
    CANCELLED.load(Ordering::SeqCst)
}

pub(super) fn refuse_when_cancelled() -> Result<(), Cancelled> {
    if cancelled() { Err(Cancelled) } else { Ok(()) }
}

/// From now on SIGINT and SIGTERM do not end this process: the first is handed to the running child
/// as SIGINT, the others are swallowed, and no further child is started.
pub(crate) fn forward_interrupts() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        )
    };
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                loop {
                    tokio::select! {
                        _ = interrupt.recv() => pass_on(),
                        _ = terminate.recv() => pass_on(),
                    }
                }
            });
        })?;
    Ok(())
}

fn pass_on() {
    if CANCELLED.swap(true, Ordering::SeqCst) {
        return;
    }
    if let Some(group) = *RUNNING
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
    {
        interrupt(group);
    }
}

fn interrupt(group: Pid) {
    if let Err(error) = killpg(group, Signal::SIGINT) {
        tracing::debug!(%group, %error, "the child had ended before the interrupt");
    }
}

/// Marks a child as the one that gets the interrupt, for as long as this lives.
#[derive(Debug)]
pub(super) struct Running;

impl Running {
    pub(super) fn group_of(pids: &[u32]) -> Self {
        let group = pids
            .first()
            .and_then(|pid| i32::try_from(*pid).ok())
            .map(Pid::from_raw);
        let mut running = RUNNING
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *running = group;
        // The interrupt may have come between the check before the start and now.
        if let Some(group) = group
            && cancelled()
        {
            interrupt(group);
        }
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        *RUNNING
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = None;
    }
}
