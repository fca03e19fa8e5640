//! Which core a thread runs on, and what the system has counted.
#![cfg_attr(target_os = "linux", expect(unsafe_code, reason = "asks the system for a core"))]

use std::fs;
use std::path::Path;

/// Binds this thread, and every thread that it starts, to one core. False where that cannot be.
#[cfg(target_os = "linux")]
#[must_use]
pub fn pin(core: usize) -> bool {
    pin_to(core..core + 1)
}

#[cfg(target_os = "linux")]
fn pin_to(range: core::ops::Range<usize>) -> bool {
    // SAFETY: bounds: all zeros are an empty set of cores; race: a local value.
    let mut cores: libc::cpu_set_t = unsafe { core::mem::zeroed() };
    for core in range {
        // SAFETY: bounds: the call checks `core` against the size of the set; race: a local value.
        unsafe { libc::CPU_SET(core, &mut cores) };
    }
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

/// Lets this thread run on every core again.
pub fn unpin() {
    #[cfg(target_os = "linux")]
    let _free = pin_to(0..64);
}

/// Bytes of memory that this process has now; zero where the system does not say.
#[must_use]
pub fn resident_bytes() -> f64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: f64 =
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0.0);
    kib * 1024.0
}

/// Nanoseconds of processor time so far, of one thread or of all that live.
#[must_use]
pub fn cpu_ns(thread: Option<u64>) -> f64 {
    let of = |path: &Path| {
        let text = fs::read_to_string(path.join("schedstat")).unwrap_or_default();
        text.split_whitespace().next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0)
    };
    let tasks = Path::new("/proc/self/task");
    match thread {
        Some(thread) => of(&tasks.join(thread.to_string())),
        None => {
            let entries = fs::read_dir(tasks).into_iter().flatten().flatten();
            entries.map(|entry| of(&entry.path())).sum()
        }
    }
}
