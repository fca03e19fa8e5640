//! An update in one attempt, by a compare-and-swap that may fail.

use super::AtomicUsize;
use core::sync::atomic::Ordering;

/// Replaces what a word holds by what `next` says, in one attempt: the word before, and what `next`
/// says besides. `None` where `next` does, and where somebody else wrote the word in between.
///
/// It orders no other access: `relaxed` is what its name says.
#[inline(always)]
pub fn try_update<T>(
    word: &AtomicUsize,
    relaxed: Ordering,
    next: impl FnOnce(usize) -> Option<(usize, T)>,
) -> Option<(usize, T)> {
    let before = word.load(relaxed);
    let (after, result) = next(before)?;
    let replaced = word.compare_exchange_weak(before, after, relaxed, relaxed);
    replaced.is_ok().then_some((before, result))
}
