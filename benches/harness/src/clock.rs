//! The processor's own counter, and how long one of its ticks is.
#![cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "reads the processor's counter"))]

use core::time::Duration;
use std::time::Instant;

/// The counter now.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
#[must_use]
pub fn ticks() -> u64 {
    // SAFETY: bounds: none; race: reads a register. Every processor of this family has it.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// Nanoseconds since the first reading, where the counter has no portable name.
#[cfg(not(target_arch = "x86_64"))]
#[must_use]
pub fn ticks() -> u64 {
    use std::sync::OnceLock;

    static FIRST: OnceLock<Instant> = OnceLock::new();
    let elapsed = FIRST.get_or_init(Instant::now).elapsed().as_nanos();
    u64::try_from(elapsed).unwrap_or(u64::MAX)
}

/// Nanoseconds a tick, over a twentieth of a second.
#[must_use]
pub fn ns_per_tick() -> f64 {
    let (begin, first) = (Instant::now(), ticks());
    while begin.elapsed() < Duration::from_millis(50) {
        core::hint::spin_loop();
    }
    let elapsed = begin.elapsed().as_secs_f64() * 1e9;
    #[expect(clippy::cast_precision_loss, reason = "a span of milliseconds")]
    let ticks = ticks().wrapping_sub(first).max(1) as f64;
    elapsed / ticks
}
