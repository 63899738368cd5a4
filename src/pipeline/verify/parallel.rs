//! The same for many, some at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What came of each, in their order; no more than `most` at once.
pub(super) fn each<T: Sync, R: Send>(
    things: &[T],
    most: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..most.min(things.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(thing) = things.get(at) else {
                        break;
                    };
                    let result = work(thing);
                    done.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_own_answer_in_its_own_place() {
        let numbers: Vec<usize> = (0..100).collect();
        let doubled = each(&numbers, 7, |number| number * 2);
        assert_eq!(doubled, (0..100).map(|it| it * 2).collect::<Vec<_>>());
        assert_eq!(each(&[], 7, |it: &u8| *it), Vec::<u8>::new());
    }
}
