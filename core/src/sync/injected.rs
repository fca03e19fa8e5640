//! What the interrupt harness runs: every shared access may be interrupted just before it.
//!
//! The wrappers call the thread's hook and then do what the shipped word does. A hook that logs or
//! drains is an interrupt at that very point: it runs to its end while the interrupted code stands
//! still, which no model of threads can show.

extern crate std;

pub use super::planted::{plant, planted};
pub use super::raw::Words;

use super::LoadOwn;
use core::cell::Cell;
use core::fmt;
use core::sync::atomic::{self, Ordering};

std::thread_local! {
    static HOOK: Cell<Option<fn()>> = const { Cell::new(None) };
    static MASKED: Cell<usize> = const { Cell::new(0) };
}

/// Sets what is called before each shared access of this thread.
pub fn set_hook(hook: Option<fn()>) {
    HOOK.set(hook);
}

/// A point at which an interrupt may come.
#[inline]
pub fn tick() {
    if MASKED.get() == 0
        && let Some(hook) = HOOK.get()
    {
        hook();
    }
}

/// Bytes of a map, all zero.
#[must_use]
pub const fn zeroed<const N: usize>() -> [AtomicU8; N] {
    [const { AtomicU8::new(0) }; N]
}

macro_rules! word {
    ($name:ident, $inner:ty, $value:ty) => {
        /// An atomic that an interrupt may come before.
        #[repr(transparent)]
        #[derive(Debug)]
        pub struct $name($inner);

        impl $name {
            /// A word with this value.
            #[must_use]
            pub const fn new(value: $value) -> Self {
                Self(<$inner>::new(value))
            }

            /// Loads.
            #[inline]
            pub fn load(&self, order: Ordering) -> $value {
                tick();
                self.0.load(order)
            }

            /// Stores.
            #[inline]
            pub fn store(&self, value: $value, order: Ordering) {
                tick();
                self.0.store(value, order);
            }

            /// Replaces the value and returns the one before.
            #[inline]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                tick();
                self.0.swap(value, order)
            }

            /// Replaces one value by another.
            ///
            /// # Errors
            /// The value found, if it is not `old`.
            #[inline]
            pub fn compare_exchange(
                &self,
                old: $value,
                new: $value,
                order: Ordering,
                failed: Ordering,
            ) -> Result<$value, $value> {
                tick();
                self.0.compare_exchange(old, new, order, failed)
            }

            /// As `compare_exchange`. It does not fail for no reason, so that a schedule repeats.
            ///
            /// # Errors
            /// The value found, if it is not `old`.
            #[inline]
            pub fn compare_exchange_weak(
                &self,
                old: $value,
                new: $value,
                order: Ordering,
                failed: Ordering,
            ) -> Result<$value, $value> {
                self.compare_exchange(old, new, order, failed)
            }
        }
    };
}

word!(AtomicBool, atomic::AtomicBool, bool);
word!(AtomicU8, atomic::AtomicU8, u8);
word!(AtomicU16, atomic::AtomicU16, u16);
word!(AtomicU32, atomic::AtomicU32, u32);
word!(AtomicUsize, atomic::AtomicUsize, usize);

impl AtomicUsize {
    /// Adds and returns the value before.
    #[inline]
    pub fn fetch_add(&self, amount: usize, order: Ordering) -> usize {
        tick();
        self.0.fetch_add(amount, order)
    }
}

/// An atomic pointer that an interrupt may come before.
#[repr(transparent)]
pub struct AtomicPtr<T>(atomic::AtomicPtr<T>);

impl<T> AtomicPtr<T> {
    /// A word with this value.
    #[must_use]
    pub const fn new(value: *mut T) -> Self {
        Self(atomic::AtomicPtr::new(value))
    }

    /// Loads.
    #[inline]
    pub fn load(&self, order: Ordering) -> *mut T {
        tick();
        self.0.load(order)
    }

    /// Stores.
    #[inline]
    pub fn store(&self, value: *mut T, order: Ordering) {
        tick();
        self.0.store(value, order);
    }

    /// Replaces one value by another.
    ///
    /// # Errors
    /// The value found, if it is not `old`.
    #[inline]
    pub fn compare_exchange_weak(
        &self,
        old: *mut T,
        new: *mut T,
        order: Ordering,
        failed: Ordering,
    ) -> Result<*mut T, *mut T> {
        tick();
        self.0.compare_exchange(old, new, order, failed)
    }
}

impl<T> fmt::Debug for AtomicPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A plain word of one side: what interrupts it there may use it too.
pub struct Local<T>(Cell<T>);

impl<T: Copy + fmt::Debug> fmt::Debug for Local<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Copy> Local<T> {
    /// A word with this value.
    #[must_use]
    pub const fn new(value: T) -> Self {
        Self(Cell::new(value))
    }

    /// Reads.
    #[inline]
    pub fn get(&self) -> T {
        tick();
        self.0.get()
    }

    /// Writes.
    #[inline]
    pub fn set(&self, value: T) {
        tick();
        self.0.set(value);
    }
}

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

/// The bytes of a record: an interrupt may come before they are written or read.
#[derive(Debug)]
pub struct Cells;

impl Cells {
    /// Tracking for a region of `bytes`.
    #[must_use]
    pub const fn new(_bytes: usize) -> Self {
        Self
    }

    /// The bytes `offset..offset + len` are written.
    #[inline]
    pub fn wrote(&self, _offset: usize, _len: usize) {
        tick();
    }

    /// The bytes `offset..offset + len` are read.
    #[inline]
    pub fn read(&self, _offset: usize, _len: usize) {
        tick();
    }
}

/// Keeps the compiler from moving accesses across it.
#[inline]
pub fn signal_fence() {
    atomic::compiler_fence(crate::ord::signal());
}

/// Nobody waits in the harness: there is one thread.
#[inline]
pub fn spin_hint() {}

/// A critical section: interrupts wait until it is over.
#[derive(Debug)]
pub struct Section;

impl Section {
    /// A section; all of them exclude each other.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }

    /// Runs `work` with interrupts masked.
    pub fn with<R>(&self, work: impl FnOnce() -> R) -> R {
        everywhere(work)
    }
}

/// Runs `work` with interrupts masked.
pub fn everywhere<R>(work: impl FnOnce() -> R) -> R {
    MASKED.set(MASKED.get() + 1);
    let result = work();
    MASKED.set(MASKED.get() - 1);
    result
}

impl Default for Section {
    fn default() -> Self {
        Self::new()
    }
}
