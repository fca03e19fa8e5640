//! Words that lie in raw memory.
#![expect(unsafe_code, reason = "finds atomics in a region that is raw memory")]

use super::AtomicU16;
use core::ptr::NonNull;

/// The publication words of a ring, laid over raw memory.
#[derive(Debug)]
pub struct Words(NonNull<AtomicU16>);

impl Words {
    /// Words over a region.
    ///
    /// # Safety
    /// * `start` is aligned to 2 and points at `count` zeroed words that live as long as `Self`.
    /// * Nothing else reads or writes them.
    #[must_use]
    pub const unsafe fn new(start: NonNull<u8>, _count: usize) -> Self {
        Self(start.cast())
    }

    /// The word at `index`.
    ///
    /// # Safety
    /// `index` is below the count given to [`Words::new`].
    #[inline(always)]
    #[must_use]
    pub unsafe fn at(&self, index: usize) -> &AtomicU16 {
        // SAFETY: bounds: `index` is below the count, by the caller; race: only an address is made.
        let word = unsafe { self.0.add(index) };
        // SAFETY: bounds: inside the region, aligned and initialised by `new`; race: an atomic.
        unsafe { word.as_ref() }
    }
}
