//! Mapped memory as words: what an engine writes about itself for who comes after it.
#![expect(unsafe_code, reason = "finds words in a mapping")]

use core::ptr::NonNull;

use hydra_log_core::ord;
use hydra_log_core::sync::{AtomicUsize, signal_fence};

/// Bytes of a mapping that is never taken back. Everything is stored word by word, so that no order
/// of writers can break more than what they write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    start: NonNull<u8>,
    bytes: usize,
}

// SAFETY: race: its bytes are touched as atomic words only.
unsafe impl Send for Page {}
// SAFETY: race: as above.
unsafe impl Sync for Page {}

impl Page {
    /// Words over mapped bytes.
    ///
    /// # Safety
    /// * `start` is aligned to 8, with `bytes` initialised bytes behind it, mapped for good.
    /// * Nothing in this process touches them but through pages.
    pub(crate) unsafe fn new(start: NonNull<u8>, bytes: usize) -> Self {
        Self { start, bytes }
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> usize {
        self.bytes
    }

    fn word(&self, at: usize) -> Option<&AtomicUsize> {
        if !at.is_multiple_of(8) || at.checked_add(8)? > self.bytes {
            return None;
        }
        // SAFETY: bounds: checked above.
        let word = unsafe { self.start.add(at) }.cast::<AtomicUsize>();
        // SAFETY: bounds: aligned, initialised, mapped for good, by `new`; race: an atomic.
        Some(unsafe { word.as_ref() })
    }

    /// Stores a word. Death comes between two of them, in the program's order.
    pub(crate) fn store(&self, at: usize, value: u64) {
        debug_assert!(self.word(at).is_some(), "inside the page");
        signal_fence();
        if let Some(word) = self.word(at) {
            word.store(usize::try_from(value).unwrap_or(usize::MAX), ord::own());
        }
        signal_fence();
    }

    /// Reads a word that this process wrote.
    pub(crate) fn load(&self, at: usize) -> u64 {
        self.word(at).map_or(0, |word| word.load(ord::own()) as u64)
    }

    /// Stores bytes, the last word filled up with zeros; what does not fit is left out.
    #[expect(clippy::host_endian_bytes, reason = "read where it was written")]
    pub(crate) fn put(&self, at: usize, bytes: &[u8]) {
        for (index, chunk) in bytes.chunks(8).enumerate() {
            let mut word = [0; 8];
            word.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
            let Some(place) = self.word(at + index * 8) else { return };
            place.store(usize::from_ne_bytes(word), ord::own());
        }
    }
}
