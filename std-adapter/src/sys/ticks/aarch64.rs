//! aarch64: the virtual counter, one rate for all processors.
#![expect(unsafe_code, reason = "reads system registers")]

use core::arch::asm;

/// Without a barrier: the processor may read it a few instructions early, which the drain's grace
/// covers.
#[inline(always)]
pub(super) fn read() -> u64 {
    let value: u64;
    // SAFETY: bounds: reads one register that user programs may read; race: touches no memory.
    // It is not declared so (`nomem`), which keeps the compiler from moving stores across.
    unsafe {
        asm!("mrs {}, cntvct_el0", out(reg) value, options(nostack, preserves_flags));
    }
    value
}

pub(super) fn is_trusted() -> bool {
    true
}

pub(super) fn hertz() -> Option<u64> {
    let value: u64;
    // SAFETY: bounds: reads one register that user programs may read; race: touches no memory.
    unsafe {
        asm!("mrs {}, cntfrq_el0", out(reg) value, options(nomem, nostack, preserves_flags));
    }
    // Firmware that forgot to set it leaves zero, or a number nobody believes.
    (1_000_000..=10_000_000_000).contains(&value).then_some(value)
}
