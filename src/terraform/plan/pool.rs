//! Reads the elements of `resource_changes` on other threads while the scanner goes on.

use super::change::Change;
use super::error::PlanError;
use super::json::Json;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, Scope, ScopedJoinHandle};

/// Elements one after the other, and where each ends.
#[derive(Debug, Default)]
struct Batch {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

/// A plan smaller than this is read on one thread.
const FULL: usize = 1 << 20;
const WAITING: usize = 2;

type Result<T> = std::result::Result<T, PlanError>;
/// What one thread has read: batches by their number.
type Read = Result<Vec<(usize, Vec<Change>)>>;

#[derive(Debug)]
pub(super) struct Pool<'s, 'e> {
    scope: &'s Scope<'s, 'e>,
    batch: Batch,
    number: usize,
    sender: Option<SyncSender<(usize, Batch)>>,
    workers: Vec<ScopedJoinHandle<'s, Read>>,
}

impl<'s, 'e> Pool<'s, 'e> {
    pub(super) fn new(scope: &'s Scope<'s, 'e>) -> Self {
        Self {
            scope,
            batch: Batch::default(),
            number: 0,
            sender: None,
            workers: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, element: &[u8]) {
        self.batch.bytes.extend_from_slice(element);
        self.batch.ends.push(self.batch.bytes.len());
        if self.batch.bytes.len() >= FULL {
            let batch = std::mem::take(&mut self.batch);
            let number = self.number;
            self.number += 1;
            let sender = match &self.sender {
                Some(sender) => sender,
                None => self.start(),
            };
            // Nobody receives any more once every worker has met an error, which `finish` reports.
            let _ = sender.send((number, batch));
        }
    }

    fn start(&mut self) -> &SyncSender<(usize, Batch)> {
        let (sender, receiver) = sync_channel(WAITING);
        let receiver = Arc::new(Mutex::new(receiver));
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        for _ in 0..threads.saturating_sub(1).clamp(1, 3) {
            let receiver = Arc::clone(&receiver);
            self.workers.push(self.scope.spawn(move || work(&receiver)));
        }
        self.sender.insert(sender)
    }

    /// All changes in the order they were pushed.
    pub(super) fn finish(mut self) -> Result<Vec<Change>> {
        drop(self.sender.take());
        let last = read(&self.batch)?;
        let mut batches = vec![(self.number, last)];
        for worker in self.workers {
            match worker.join() {
                Ok(read) => batches.extend(read?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        batches.sort_by_key(|(number, _)| *number);
        let mut all = Vec::with_capacity(batches.iter().map(|(_, changes)| changes.len()).sum());
        for (_, changes) in batches {
            all.extend(changes);
        }
        Ok(all)
    }
}

fn work(receiver: &Mutex<Receiver<(usize, Batch)>>) -> Read {
    let mut done = Vec::new();
    loop {
        let next = match receiver.lock() {
            Ok(receiver) => receiver.recv(),
            Err(_) => return Ok(done),
        };
        match next {
            Ok((number, batch)) => done.push((number, read(&batch)?)),
            Err(_) => return Ok(done),
        }
    }
}

fn read(batch: &Batch) -> Result<Vec<Change>> {
    let mut start = 0;
    let mut changes = Vec::with_capacity(batch.ends.len());
    for &end in &batch.ends {
        let element = Json::parse(&batch.bytes[start..end])
            .map_err(|error| PlanError::Damaged(format!("in `resource_changes`: {error}")))?;
        changes.push(Change::read(&element));
        start = end;
    }
    Ok(changes)
}
