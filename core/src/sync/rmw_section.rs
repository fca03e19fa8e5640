//! Read-modify-write where the target has none: a few instructions in a critical section.
//!
//! Every writer of such a word goes through here, so that the section covers them all; or it has
//! the word for itself at that time, by the word's protocol (a closed ring's state, a busy reader's
//! place), so that no section finds what it looks for.

use super::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize};
use core::sync::atomic::Ordering;

/// The load's half of an ordering: what the section does not give by itself on one core.
#[inline(always)]
fn loading() -> Ordering {
    crate::ord::section_load()
}

/// The store's half.
#[inline(always)]
fn storing() -> Ordering {
    crate::ord::section_store()
}

/// Adds `amount` and returns the value before.
#[inline]
pub fn add(word: &AtomicUsize, amount: usize, _order: Ordering) -> usize {
    super::everywhere(|| {
        let before = word.load(loading());
        word.store(before.wrapping_add(amount), storing());
        before
    })
}

/// Takes what a counter holds, and leaves zero.
#[inline]
pub fn take(word: &AtomicUsize, _order: Ordering) -> usize {
    super::everywhere(|| {
        let before = word.load(loading());
        word.store(0, storing());
        before
    })
}

/// Stores `value` and returns the value before.
#[inline]
pub fn swap(word: &AtomicBool, value: bool, _order: Ordering) -> bool {
    super::everywhere(|| {
        let before = word.load(loading());
        word.store(value, storing());
        before
    })
}

/// Stores `value` and returns the value before.
#[inline]
pub fn exchange(word: &AtomicU32, value: u32, _order: Ordering) -> u32 {
    super::everywhere(|| {
        let before = word.load(loading());
        word.store(value, storing());
        before
    })
}

/// Raises a flag that is down; says whether it did.
#[inline]
#[must_use]
pub fn raise(word: &AtomicBool, _order: Ordering, _failed: Ordering) -> bool {
    super::everywhere(|| {
        let down = !word.load(loading());
        if down {
            word.store(true, storing());
        }
        down
    })
}

/// Stores to a word that others swap.
#[inline]
pub fn store(word: &AtomicBool, value: bool, _order: Ordering) {
    super::everywhere(|| word.store(value, storing()));
}

/// Replaces `old` by `new`; says whether it did.
#[inline]
pub fn replace(word: &AtomicU32, old: u32, new: u32, _order: Ordering, _failed: Ordering) -> bool {
    super::everywhere(|| {
        let same = word.load(loading()) == old;
        if same {
            word.store(new, storing());
        }
        same
    })
}

/// Replaces `old` by `new`, or tells what was there.
///
/// # Errors
/// The value found, when it was not replaced.
#[inline]
pub fn replace_ptr<T>(
    word: &AtomicPtr<T>,
    old: *mut T,
    new: *mut T,
    _order: Ordering,
    _failed: Ordering,
) -> Result<*mut T, *mut T> {
    super::everywhere(|| {
        let found = word.load(loading());
        if found != old {
            return Err(found);
        }
        word.store(new, storing());
        Ok(found)
    })
}

/// Replaces `old` by `new`; says whether it did.
#[inline]
pub fn replace_word(
    word: &AtomicUsize,
    old: usize,
    new: usize,
    _order: Ordering,
    _failed: Ordering,
) -> bool {
    super::everywhere(|| {
        let same = word.load(loading()) == old;
        if same {
            word.store(new, storing());
        }
        same
    })
}
