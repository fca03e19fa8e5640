//! A thread's ring: header and bytes in one piece of memory.
#![expect(unsafe_code, reason = "places a ring at the start of its memory")]

use core::ptr::NonNull;
use std::io;

use hydra_log_core::record;
use hydra_log_core::ring::{Storage, spsc};
use hydra_log_core::sync::AtomicBool;

use crate::crash::layout::Kind;
use crate::crash::store::Request;
use crate::engine::shared::Shared;
use crate::engine::worker::Parking;

/// No record is longer, so that any record fits an empty ring of 64 KiB.
pub(crate) const SPILL: usize = record::MAX_BYTES;

/// A ring and the engine that drains it. Never freed while its engine is alive.
#[repr(C)]
pub(crate) struct ThreadRing {
    /// First: recovery finds its words at the start.
    pub(crate) ring: spsc::Ring,
    pub(crate) engine: &'static Shared,
    /// The engine's.
    pub(crate) parking: Parking,
    /// The owner waited for room in vain, and found none since: it does not wait again.
    pub(crate) gave_up: AtomicBool,
    /// There are losses that the owner left no note of.
    pub(crate) owes_note: AtomicBool,
}

/// In front of a ring's bytes stands the ring itself.
pub(crate) const HEADER: usize = size_of::<ThreadRing>().next_multiple_of(64);

impl ThreadRing {
    /// Bytes of memory for a ring of this capacity.
    pub(crate) const fn bytes_for(capacity: usize) -> usize {
        HEADER + spsc::bytes_for(capacity, SPILL)
    }

    /// Maps a ring. The first lap's bytes are there already, so that no call waits for a page.
    /// With it comes why it is not crash-proof, where it was to be.
    ///
    /// # Errors
    /// What the system says when it has no memory.
    pub(crate) fn map(
        engine: &'static Shared,
        capacity: usize,
    ) -> io::Result<(&'static Self, Option<io::Error>)> {
        let (start, refused) = engine.memory.take(Request {
            kind: Kind::ThreadRing,
            bytes: Self::bytes_for(capacity),
            capacity,
            longest: SPILL,
            touch: HEADER + capacity,
            // A full ring that is crash-proof is better than a larger one that is not.
            or_plain: capacity <= engine.settings.ring_bytes,
        })?;
        // SAFETY: bounds: the memory is longer than the header; race: nobody else knows it.
        let bytes = unsafe { start.add(HEADER) };
        // SAFETY: bounds: the rest of the memory, zeroed, aligned to 64, there for good; race:
        // only the ring uses it.
        let storage = unsafe { Storage::from_raw(bytes, spsc::bytes_for(capacity, SPILL)) };
        let ring = spsc::Ring::new(storage, capacity, SPILL)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string()))?;
        let place: NonNull<Self> = start.cast();
        // SAFETY: bounds: the header's bytes, aligned to 128; race: nobody else knows them.
        unsafe {
            place.write(Self {
                ring,
                engine,
                parking: engine.parking,
                gave_up: AtomicBool::new(false),
                owes_note: AtomicBool::new(false),
            })
        };
        // SAFETY: bounds: just written, never freed; race: only shared references from here on.
        Ok((unsafe { place.as_ref() }, refused))
    }
}
