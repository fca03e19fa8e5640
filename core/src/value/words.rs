//! Texts of a few words, copied into a microcontroller's record.
#![expect(unsafe_code, reason = "copies through pointers")]

use crate::sync::opaque;

/// Copies `bytes` to `to`, and zeros up to a whole word. The `memcpy` of a microcontroller takes as
/// long for its preparations as this for a short text.
///
/// # Safety
/// `to` is valid for writes of the bytes, rounded up to words, and none of `bytes` is there.
#[cfg_attr(not(all(target_os = "none", not(target_has_atomic = "ptr"))), inline(always))]
// Where registers are few, on its own.
#[cfg_attr(all(target_os = "none", not(target_has_atomic = "ptr")), inline(never))]
pub(super) unsafe fn copy_padded(to: *mut u32, bytes: &[u8]) {
    let (mut from, mut to, mut left) = (bytes.as_ptr(), to, bytes.len());
    if cfg!(not(target_has_atomic = "ptr")) && from.addr().is_multiple_of(4) {
        while left >= 4 {
            // SAFETY: bounds: so many bytes are left; race: as promised by the caller.
            unsafe { to.copy_from_nonoverlapping(from.cast(), 1) };
            (from, to, left) = behind(from, to, left);
        }
    }
    while left >= 4 {
        // SAFETY: bounds: so many bytes are left; race: as promised by the caller.
        unsafe { to.cast::<u8>().copy_from_nonoverlapping(from, 4) };
        (from, to, left) = behind(from, to, left);
    }
    if left > 0 {
        let rest = bytes.get(bytes.len() - left..).unwrap_or_default();
        let word = rest.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        // SAFETY: bounds: the last word; race: as promised by the caller.
        unsafe { to.write(word.to_le()) };
    }
}

/// One word on. The compiler must not know, or it makes a call of `memcpy` of the loop.
#[inline(always)]
fn behind(from: *const u8, to: *mut u32, left: usize) -> (*const u8, *mut u32, usize) {
    (opaque(from.wrapping_add(4)), to.wrapping_add(1), left - 4)
}
