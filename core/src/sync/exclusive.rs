//! An update in one attempt by exclusive loads and stores, as Arm has them.
//!
//! The load is the one that the store depends on, where compare-and-swap needs another one and a
//! comparison.
#![expect(unsafe_code, reason = "two instructions that the language has no name for")]

use super::AtomicUsize;
use core::arch::asm;
use core::sync::atomic::Ordering;

/// Replaces what a word holds by what `next` says, in one attempt: the word before, and what `next`
/// says besides. `None` where `next` does, and where somebody else wrote the word in between.
///
/// It orders no other access: `relaxed` is what its name says.
#[inline(always)]
pub fn try_update<T>(
    word: &AtomicUsize,
    _relaxed: Ordering,
    next: impl FnOnce(usize) -> Option<(usize, T)>,
) -> Option<(usize, T)> {
    let place = word.as_ptr();
    let before: usize;
    // SAFETY: bounds: a word's own address; race: an atomic access of one word.
    unsafe {
        asm!(
            "ldrex {before}, [{place}]",
            before = out(reg) before,
            place = in(reg) place,
            options(nostack, preserves_flags)
        );
    }
    let (after, result) = next(before)?;
    let failed: u32;
    // SAFETY: bounds: as above; race: the store happens only where nobody wrote since the load, and
    // every exception in between makes it fail.
    unsafe {
        asm!(
            "strex {failed}, {after}, [{place}]",
            failed = out(reg) failed,
            after = in(reg) after,
            place = in(reg) place,
            options(nostack, preserves_flags)
        );
    }
    if failed != 0 {
        return None;
    }
    // What follows is reached by a branch then, and not made conditional, one by one.
    super::not_last();
    Some((before, result))
}
