//! Read-modify-write where the target has instructions for it.

use super::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize};
use core::sync::atomic::Ordering;

/// Adds `amount` and returns the value before.
#[inline(always)]
pub fn add(word: &AtomicUsize, amount: usize, order: Ordering) -> usize {
    word.fetch_add(amount, order)
}

/// Takes what a counter holds, and leaves zero.
#[inline(always)]
pub fn take(word: &AtomicUsize, order: Ordering) -> usize {
    word.swap(0, order)
}

/// Stores `value` and returns the value before.
#[inline(always)]
pub fn swap(word: &AtomicBool, value: bool, order: Ordering) -> bool {
    word.swap(value, order)
}

/// Stores `value` and returns the value before.
#[inline(always)]
pub fn exchange(word: &AtomicU32, value: u32, order: Ordering) -> u32 {
    word.swap(value, order)
}

/// Raises a flag that is down; says whether it did. One that is up is not written.
#[inline(always)]
#[must_use]
pub fn raise(word: &AtomicBool, order: Ordering, failed: Ordering) -> bool {
    word.compare_exchange(false, true, order, failed).is_ok()
}

/// Stores to a word that others swap.
#[inline(always)]
pub fn store(word: &AtomicBool, value: bool, order: Ordering) {
    word.store(value, order);
}

/// Replaces `old` by `new`; says whether it did.
#[inline(always)]
pub fn replace(word: &AtomicU32, old: u32, new: u32, order: Ordering, failed: Ordering) -> bool {
    word.compare_exchange(old, new, order, failed).is_ok()
}

/// Replaces `old` by `new`, or tells what was there. May fail for no reason.
///
/// # Errors
/// The value found, when it was not replaced.
#[inline(always)]
pub fn replace_ptr<T>(
    word: &AtomicPtr<T>,
    old: *mut T,
    new: *mut T,
    order: Ordering,
    failed: Ordering,
) -> Result<*mut T, *mut T> {
    word.compare_exchange_weak(old, new, order, failed)
}

/// Replaces `old` by `new`; says whether it did.
#[inline(always)]
pub fn replace_word(
    word: &AtomicUsize,
    old: usize,
    new: usize,
    order: Ordering,
    failed: Ordering,
) -> bool {
    word.compare_exchange(old, new, order, failed).is_ok()
}
