//! What a model explores: loom's atomics, and a tracked cell for every granule of a ring.
#![expect(unsafe_code, reason = "has the same unsafe signatures as what ships")]

extern crate alloc;

pub use super::planted::{plant, planted};
pub use loom::cell::Cell as Local;
pub use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicUsize};

use super::LoadOwn;
use alloc::vec::Vec;
use core::ptr::NonNull;
use loom::cell::UnsafeCell;
use loom::sync::Mutex;

const GRANULE_BYTES: usize = crate::ring::GRANULE_BYTES;

/// Loom runs no signal handlers.
#[inline]
pub fn signal_fence() {}

/// Lets another thread of the model run.
#[inline]
pub fn spin_hint() {
    loom::thread::yield_now();
}

/// Bytes of a map, all zero.
#[must_use]
pub fn zeroed<const N: usize>() -> [AtomicU8; N] {
    core::array::from_fn(|_| AtomicU8::new(0))
}

/// The publication words of a ring. They lie beside the region, not in it.
#[derive(Debug)]
pub struct Words(Vec<AtomicU16>);

impl Words {
    /// As many words as the region would hold.
    ///
    /// # Safety
    /// None of what the shipped one asks for matters here.
    #[must_use]
    pub unsafe fn new(_start: NonNull<u8>, count: usize) -> Self {
        Self((0..count).map(|_| AtomicU16::new(0)).collect())
    }

    /// The word at `index`.
    ///
    /// # Safety
    /// `index` is below the count given to [`Words::new`].
    ///
    /// # Panics
    /// When it is not.
    #[must_use]
    pub unsafe fn at(&self, index: usize) -> &AtomicU16 {
        self.0.get(index).expect("a word inside the map")
    }
}

impl LoadOwn for AtomicU32 {
    type Value = u32;

    #[inline(always)]
    fn load_own(&self) -> u32 {
        // SAFETY: bounds: a live word; race: loom checks that this thread has seen every store.
        unsafe { self.unsync_load() }
    }
}

impl LoadOwn for AtomicUsize {
    type Value = usize;

    #[inline(always)]
    fn load_own(&self) -> usize {
        // SAFETY: bounds: a live word; race: loom checks that this thread has seen every store.
        unsafe { self.unsync_load() }
    }
}

/// One tracked cell a granule, so that loom sees which bytes are raced for.
#[derive(Debug)]
pub struct Cells(Vec<UnsafeCell<()>>);

impl Cells {
    /// Tracking for a region of `bytes`.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self((0..bytes / GRANULE_BYTES).map(|_| UnsafeCell::new(())).collect())
    }

    /// The bytes `offset..offset + len` are written.
    pub fn wrote(&self, offset: usize, len: usize) {
        self.range(offset, len).for_each(|cell| cell.with_mut(|_| ()));
    }

    /// The bytes `offset..offset + len` are read.
    pub fn read(&self, offset: usize, len: usize) {
        self.range(offset, len).for_each(|cell| cell.with(|_| ()));
    }

    fn range(&self, offset: usize, len: usize) -> impl Iterator<Item = &UnsafeCell<()>> {
        assert!(offset + len <= self.0.len() * GRANULE_BYTES, "bytes outside the region");
        self.0.iter().skip(offset / GRANULE_BYTES).take(len.div_ceil(GRANULE_BYTES))
    }
}

/// A critical section is a lock that nobody is preempted in for long.
#[derive(Debug)]
pub struct Section(Mutex<()>);

impl Section {
    /// A section that excludes only itself.
    #[must_use]
    pub fn new() -> Self {
        Self(Mutex::new(()))
    }

    /// Runs `work` while no other thread is inside.
    pub fn with<R>(&self, work: impl FnOnce() -> R) -> R {
        let _inside = self.0.lock();
        work()
    }
}

loom::lazy_static! {
    static ref EVERYWHERE: Mutex<()> = Mutex::new(());
}

/// Runs `work` in the critical section that all threads share.
pub fn everywhere<R>(work: impl FnOnce() -> R) -> R {
    let _inside = EVERYWHERE.lock();
    work()
}

impl Default for Section {
    fn default() -> Self {
        Self::new()
    }
}
