//! Which core a thread runs on: the one thing that the standard library cannot say.
#![cfg_attr(target_os = "linux", expect(unsafe_code, reason = "asks the system for a core"))]

/// Binds this thread, and every thread that it starts, to one core. False where that cannot be.
#[cfg(target_os = "linux")]
#[must_use]
pub fn pin(core: usize) -> bool {
    // SAFETY: bounds: all zeros are an empty set of cores; race: a local value.
    let mut cores: libc::cpu_set_t = unsafe { core::mem::zeroed() };
    // SAFETY: bounds: the call checks `core` against the size of the set; race: a local value.
    unsafe { libc::CPU_SET(core, &mut cores) };
    // SAFETY: bounds: the size is that of the set that is pointed to; race: it is only read.
    let result = unsafe { libc::sched_setaffinity(0, size_of_val(&cores), &raw const cores) };
    result == 0
}

/// Elsewhere threads run where the system likes.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn pin(_core: usize) -> bool {
    false
}
