//! Says on the pull request that a long run goes on.

use super::conversation::{Conversation, LAST_WORDS};
use crate::github::api::Hurry;
use crate::process;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Shorter runs say only how they ended.
pub(super) const LONG: Duration = Duration::from_secs(30);

/// Waits beside the operation.
#[derive(Debug)]
pub(super) struct Watch {
    /// Dropping it ends the wait.
    done: Option<Sender<()>>,
    hurry: Receiver<Hurry>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// After `long` the comment says `body`.
    pub(super) fn begin(
        conversation: Option<Conversation>,
        long: Duration,
        body: String,
        create: bool,
    ) -> Self {
        let (done, over) = channel::<()>();
        let (tell, hurry) = channel();
        let thread = conversation.and_then(|conversation| {
            let work = move || {
                if over.recv_timeout(long) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
                let said = conversation
                    .github(|wait| tracing::debug!("{wait}"))
                    .and_then(|github| {
                        let _ = tell.send(github.hurry());
                        let hurry = github.hurry();
                        process::when_cancelled(move || hurry.within(LAST_WORDS));
                        conversation.say(&github, &body, &body, create)
                    });
                // The report that follows meets the same trouble and tells of it.
                if let Err(error) = said {
                    tracing::debug!("{error}");
                }
            };
            std::thread::Builder::new()
                .name("watch".to_owned())
                .spawn(work)
                .ok()
        });
        Self {
            done: Some(done),
            hurry,
            thread,
        }
    }

    /// The operation has ended; what is being said is finished first, so that the report comes after it.
    pub(super) fn end(mut self) {
        drop(self.done.take());
        let Some(thread) = self.thread.take() else {
            return;
        };
        if !thread.is_finished()
            && let Ok(hurry) = self.hurry.try_recv()
        {
            hurry.within(LAST_WORDS);
        }
        if thread.join().is_err() {
            tracing::debug!("the watch ended in a panic");
        }
    }
}
