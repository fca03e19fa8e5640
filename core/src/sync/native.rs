//! What ships: the atomics of `core`, and nothing around them.

pub use super::raw::Words;
pub use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicUsize};

use super::LoadOwn;
use crate::seed::Seed;

/// Bytes of a map, all zero.
#[must_use]
pub const fn zeroed<const N: usize>() -> [AtomicU8; N] {
    [const { AtomicU8::new(0) }; N]
}

/// A word that only one side ever touches: no atomic, no fence.
pub type Local<T> = core::cell::Cell<T>;

impl LoadOwn for AtomicU32 {
    type Value = u32;

    #[inline(always)]
    fn load_own(&self) -> u32 {
        self.load(crate::ord::own())
    }
}

impl LoadOwn for AtomicUsize {
    type Value = usize;

    #[inline(always)]
    fn load_own(&self) -> usize {
        self.load(crate::ord::own())
    }
}

/// Keeps the compiler from moving accesses across it, for a signal handler on the same thread.
#[inline(always)]
pub fn signal_fence() {
    core::sync::atomic::compiler_fence(crate::ord::signal());
}

/// Tells the processor that this thread waits for another one.
#[inline(always)]
pub fn spin_hint() {
    core::hint::spin_loop();
}

/// Whether a bug was planted on purpose: never in what ships.
#[inline(always)]
#[must_use]
pub const fn planted(_seed: Seed) -> bool {
    false
}

/// Says which bytes are about to be written or read. Only a model listens.
#[derive(Debug)]
pub struct Cells;

impl Cells {
    /// Tracking for a region of `bytes`.
    #[must_use]
    pub const fn new(_bytes: usize) -> Self {
        Self
    }

    /// The bytes `offset..offset + len` are written.
    #[inline(always)]
    pub fn wrote(&self, _offset: usize, _len: usize) {}

    /// The bytes `offset..offset + len` are read.
    #[inline(always)]
    pub fn read(&self, _offset: usize, _len: usize) {}
}

pub use section::Section;

/// Runs `work` in the application's critical section, which all contexts and cores share.
#[cfg(not(target_has_atomic = "ptr"))]
#[inline]
pub fn everywhere<R>(work: impl FnOnce() -> R) -> R {
    critical_section::with(|_| work())
}

/// Where there is no compare-and-swap, the application's critical section.
#[cfg(not(target_has_atomic = "ptr"))]
mod section {
    /// A stretch of code that no other context can interrupt.
    #[derive(Debug)]
    pub struct Section;

    impl Section {
        /// A section; all of them exclude each other.
        #[must_use]
        pub const fn new() -> Self {
            Self
        }

        /// Runs `work` with interrupts masked, or under the application's lock.
        #[inline]
        pub fn with<R>(&self, work: impl FnOnce() -> R) -> R {
            super::everywhere(work)
        }
    }
}

/// Where there is compare-and-swap, a stand-in, so that the other variant can be tested on a host.
#[cfg(target_has_atomic = "ptr")]
mod section {
    use super::AtomicBool;
    use crate::ord;

    /// A stretch of code that excludes other threads. No ring that ships on this target uses it.
    #[derive(Debug)]
    pub struct Section(AtomicBool);

    impl Section {
        /// A section that excludes only itself.
        #[must_use]
        pub const fn new() -> Self {
            Self(AtomicBool::new(false))
        }

        /// Runs `work` while no other thread is inside.
        #[inline]
        pub fn with<R>(&self, work: impl FnOnce() -> R) -> R {
            while self.0.swap(true, ord::token_take()) {
                super::spin_hint();
            }
            let result = work();
            self.0.store(false, ord::token_release());
            result
        }
    }
}

impl Default for Section {
    fn default() -> Self {
        Self::new()
    }
}
