//! Reads the elements of long lists on other threads while the scanner goes on.

use super::error::PlanError;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, Scope, ScopedJoinHandle};

/// Elements one after the other; where each ends, and what the reader must know of it.
#[derive(Debug, Default)]
struct Batch {
    bytes: Vec<u8>,
    ends: Vec<(usize, usize)>,
}

/// Reads one element with its tag; `None` for what is not kept.
pub(super) type Reader<T> = fn(&[u8], usize) -> Result<Option<T>>;

/// A plan smaller than this is read on one thread.
const FULL: usize = 1 << 18;
const WAITING: usize = 4;

type Result<T> = std::result::Result<T, PlanError>;
/// What one thread has read: batches by their number.
type Read<T> = Result<Vec<(usize, Vec<T>)>>;

#[derive(Debug)]
pub(super) struct Pool<'s, 'e, T> {
    read: Reader<T>,
    scope: &'s Scope<'s, 'e>,
    batch: Batch,
    number: usize,
    sender: Option<SyncSender<(usize, Batch)>>,
    /// Batches that have been read, to be filled anew.
    spare: (Sender<Batch>, Receiver<Batch>),
    /// What the scanner's own thread has read.
    done: Vec<(usize, Vec<T>)>,
    workers: Vec<ScopedJoinHandle<'s, Read<T>>>,
}

impl<'s, 'e, T: Send + 's> Pool<'s, 'e, T> {
    pub(super) fn new(scope: &'s Scope<'s, 'e>, read: Reader<T>) -> Self {
        Self {
            read,
            scope,
            batch: Batch::default(),
            number: 0,
            sender: None,
            spare: channel(),
            done: Vec::new(),
            workers: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, element: &[u8], tag: usize) -> Result<()> {
        self.batch.bytes.extend_from_slice(element);
        self.batch.ends.push((self.batch.bytes.len(), tag));
        if self.batch.bytes.len() >= FULL {
            let spare = self.spare.1.try_recv().unwrap_or_default();
            let batch = std::mem::replace(&mut self.batch, spare);
            let number = self.number;
            self.number += 1;
            let sender = match &self.sender {
                Some(sender) => sender,
                None => self.start(),
            };
            // The scanner lends a hand when the others are behind, and when they have stopped at an
            // error, which `finish` reports.
            if let Err(
                TrySendError::Full((number, mut batch))
                | TrySendError::Disconnected((number, mut batch)),
            ) = sender.try_send((number, batch))
            {
                self.done.push((number, read_all(&mut batch, self.read)?));
                let _ = self.spare.0.send(batch);
            }
        }
        Ok(())
    }

    fn start(&mut self) -> &SyncSender<(usize, Batch)> {
        let (sender, receiver) = sync_channel(WAITING);
        let receiver = Arc::new(Mutex::new(receiver));
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        for _ in 0..threads.saturating_sub(1).clamp(1, 2) {
            let receiver = Arc::clone(&receiver);
            let (read, spare) = (self.read, self.spare.0.clone());
            self.workers
                .push(self.scope.spawn(move || work(&receiver, &spare, read)));
        }
        self.sender.insert(sender)
    }

    /// All that is kept, in the order it was pushed.
    pub(super) fn finish(mut self) -> Result<Vec<T>> {
        drop(self.sender.take());
        let last = read_all(&mut self.batch, self.read)?;
        drop(self.batch);
        let mut batches = self.done;
        batches.push((self.number, last));
        for worker in self.workers {
            match worker.join() {
                Ok(read) => batches.extend(read?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        batches.sort_by_key(|(number, _)| *number);
        let mut all = Vec::with_capacity(batches.iter().map(|(_, part)| part.len()).sum());
        for (_, part) in batches {
            all.extend(part);
        }
        Ok(all)
    }
}

fn work<T>(
    receiver: &Mutex<Receiver<(usize, Batch)>>,
    spare: &Sender<Batch>,
    read: Reader<T>,
) -> Read<T> {
    let mut done = Vec::new();
    loop {
        let next = match receiver.lock() {
            Ok(receiver) => receiver.recv(),
            Err(_) => return Ok(done),
        };
        match next {
            Ok((number, mut batch)) => {
                done.push((number, read_all(&mut batch, read)?));
                let _ = spare.send(batch);
            }
            Err(_) => return Ok(done),
        }
    }
}

/// Leaves the batch empty.
fn read_all<T>(batch: &mut Batch, read: Reader<T>) -> Result<Vec<T>> {
    let mut start = 0;
    let mut all = Vec::with_capacity(batch.ends.len());
    for &(end, tag) in &batch.ends {
        all.extend(read(&batch.bytes[start..end], tag)?);
        start = end;
    }
    batch.bytes.clear();
    batch.ends.clear();
    Ok(all)
}
