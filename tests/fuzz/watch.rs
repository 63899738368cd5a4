//! A thread that reads one input after another, and a watch over how it does.

use camino::Utf8PathBuf;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// Nothing that is tried here takes a second on a machine that has nothing else to do.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) struct Watched {
    pub(super) kind: &'static str,
    inputs: Sender<Vec<u8>>,
    ends: Receiver<Result<(), String>>,
    slowest: (Duration, usize),
    /// Holds what is being read.
    last: Utf8PathBuf,
}

impl Watched {
    pub(super) fn new(kind: &'static str, read: impl Fn(&[u8]) + Send + 'static) -> Self {
        let (inputs, given) = channel::<Vec<u8>>();
        let (said, ends) = channel();
        // A stack of the usual size of a thread, whatever the tests' own is.
        let thread = std::thread::Builder::new().name(kind.to_owned());
        let thread = thread.stack_size(2 << 20).spawn(move || {
            for input in given {
                let read = catch_unwind(AssertUnwindSafe(|| read(&input)));
                let end = read.map_err(|panic| words(panic.as_ref()));
                if said.send(end).is_err() {
                    return;
                }
            }
        });
        thread.expect("a thread");
        Self {
            kind,
            inputs,
            ends,
            slowest: (Duration::ZERO, 0),
            last: super::folder().join(format!("{kind}.last")),
        }
    }

    /// What is wrong with how this was read.
    pub(super) fn read(&mut self, input: &[u8]) -> Result<(), String> {
        // Where the program itself ends there, for want of a stack or of memory, nobody is left to say with what.
        super::write_to(&self.last, input);
        let begun = Instant::now();
        let gone = |_| "whoever reads it is gone".to_owned();
        self.inputs.send(input.to_vec()).map_err(gone)?;
        let end = self.ends.recv_timeout(PATIENCE);
        let took = begun.elapsed();
        if took > self.slowest.0 {
            self.slowest = (took, input.len());
        }
        match end {
            Ok(Ok(())) => Ok(()),
            Ok(Err(words)) => Err(format!("a panic: {words}")),
            Err(RecvTimeoutError::Timeout) => {
                let path = super::write(self.kind, input);
                // No smaller one is sought: each try would take as long.
                panic!("nothing came of {path} in {PATIENCE:?}");
            }
            Err(RecvTimeoutError::Disconnected) => Err("whoever reads it is gone".to_owned()),
        }
    }

    pub(super) fn slowest(&self) -> (Duration, usize) {
        self.slowest
    }
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("without words").to_owned()
}
