//! Hints to the processor about memory.
#![cfg_attr(all(target_arch = "x86_64", not(miri)), expect(unsafe_code, reason = "an intrinsic"))]

use core::ptr::NonNull;

/// Asks for the cache line at `at`, to be written soon. Only a hint: any address will do.
#[inline(always)]
pub fn expect_write(at: NonNull<u8>) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        use core::arch::x86_64::{_MM_HINT_ET0, _mm_prefetch};
        // SAFETY: bounds: a prefetch never faults; race: it changes no memory.
        unsafe { _mm_prefetch::<_MM_HINT_ET0>(at.as_ptr().cast()) };
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = at;
}
