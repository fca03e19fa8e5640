//! Hints to the processor about memory.
#![cfg_attr(all(target_arch = "x86_64", not(miri)), expect(unsafe_code, reason = "an instruction"))]

use core::ptr::NonNull;

/// Asks for the cache line `AHEAD` bytes behind `at`, to be written soon. Only a hint: any address
/// will do.
#[inline(always)]
pub fn expect_write<const AHEAD: usize>(at: NonNull<u8>) {
    // The intrinsic becomes a prefetch for reading, which leaves the line with its last reader.
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: bounds: a prefetch never faults; race: it changes no memory. Processors that don't
    // know it take it for a no-op.
    unsafe {
        core::arch::asm!(
            "prefetchw byte ptr [{at} + {ahead}]",
            at = in(reg) at.as_ptr(),
            ahead = const AHEAD,
            options(nostack, preserves_flags, readonly)
        );
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = at;
}
