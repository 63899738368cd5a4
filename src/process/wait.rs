//! Waits that an interrupt ends.

use super::signal::{Cancelled, cancelled, refuse_when_cancelled};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Between two looks whether somebody has interrupted us.
const LOOK: Duration = Duration::from_millis(50);

/// Waits this long, and no longer than until an interrupt.
pub(crate) fn pause(time: Duration) -> Result<(), Cancelled> {
    let until = Instant::now() + time;
    loop {
        refuse_when_cancelled()?;
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(LOOK));
    }
}

/// Does what cannot be called off, on a thread of its own: after an interrupt nobody waits for it.
pub(crate) fn unless_cancelled<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Cancelled> {
    refuse_when_cancelled()?;
    let (tell, hear) = channel();
    let thread = std::thread::spawn(move || {
        // Nobody may hear it any more.
        let _ = tell.send(work());
    });
    loop {
        match hear.recv_timeout(LOOK) {
            Ok(done) => return Ok(done),
            Err(RecvTimeoutError::Timeout) => refuse_when_cancelled()?,
            Err(RecvTimeoutError::Disconnected) => {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                return Err(Cancelled);
            }
        }
    }
}

/// Comes so long after an interrupt.
pub(crate) async fn interrupted(grace: Duration) {
    while !cancelled() {
        tokio::time::sleep(LOOK).await;
    }
    tokio::time::sleep(grace).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_an_interrupt_a_pause_is_as_long_as_it_is_said_to_be() {
        let begun = Instant::now();
        pause(Duration::from_millis(120)).unwrap();
        assert!(begun.elapsed() >= Duration::from_millis(120));
    }

    #[test]
    fn what_cannot_be_called_off_gives_its_answer() {
        assert_eq!(unless_cancelled(|| 6 * 7).unwrap(), 42);
    }
}
