//! Hints to the processor and the compiler.
#![cfg_attr(
    any(all(target_arch = "x86_64", not(miri)), target_os = "none"),
    expect(unsafe_code, reason = "an instruction, or none")
)]

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

/// The same pointer; on a microcontroller the compiler does not know that it is, and keeps it in a
/// register rather than find it again.
#[inline(always)]
#[must_use]
pub fn opaque<T>(pointer: *const T) -> *const T {
    #[cfg(target_os = "none")]
    {
        let mut pointer = pointer;
        // SAFETY: bounds: no instruction; race: none.
        unsafe {
            core::arch::asm!(
                "/* {0} */",
                inout(reg) pointer,
                options(nomem, nostack, preserves_flags)
            );
        }
        pointer
    }
    #[cfg(not(target_os = "none"))]
    pointer
}

/// As [`opaque`], of a reference, where an address takes two instructions.
#[inline(always)]
#[must_use]
pub fn opaque_ref<T>(reference: &'static T) -> &'static T {
    #[cfg(all(target_os = "none", target_has_atomic = "ptr"))]
    // SAFETY: bounds: the reference's own address; race: it is shared as before.
    unsafe {
        &*opaque(reference)
    }
    #[cfg(not(all(target_os = "none", target_has_atomic = "ptr")))]
    reference
}

/// Nothing, behind which a call is no jump.
#[inline(always)]
pub fn not_last() {
    #[cfg(target_os = "none")]
    // SAFETY: bounds: no instruction; race: none.
    unsafe {
        core::arch::asm!("", options(nomem, nostack, preserves_flags));
    }
}
