//! The same work on many items, on every core, with the results in the items' order.

use std::num::NonZero;
use std::thread;

/// Fewer items are done sooner than a thread is started.
const WORTH_A_THREAD: usize = 32;

pub(super) fn map<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let chunk = items.len().div_ceil(cores).max(WORTH_A_THREAD);
    if items.len() <= chunk {
        return items.into_iter().map(work).collect();
    }
    let mut items = items.into_iter();
    let chunks: Vec<Vec<T>> = std::iter::from_fn(|| {
        let next: Vec<T> = items.by_ref().take(chunk).collect();
        (!next.is_empty()).then_some(next)
    })
    .collect();
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = chunks
            .into_iter()
            .map(|chunk| scope.spawn(move || chunk.into_iter().map(work).collect::<Vec<R>>()))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| match thread.join() {
                Ok(results) => results,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_keep_the_order_of_the_items() {
        let doubled = super::map((0..1_000).collect(), |item: u32| item * 2);
        assert!(doubled.iter().copied().eq((0..1_000).map(|item| item * 2)));
    }
}
