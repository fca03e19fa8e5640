//! Memory for what every engine has one of: the shared ring and the spool.
#![expect(unsafe_code, reason = "places a ring and a spool at the start of their memory")]

use core::ptr::NonNull;
use std::io;

use hydra_log_core::record;
use hydra_log_core::ring::{GeometryError, Storage, mpsc};
use hydra_log_core::spool::Spool;

use crate::crash::layout::Kind;
use crate::crash::store::{Memory, Request};
use crate::engine::ring_header_bytes;
use crate::error::InitError;

/// The ring for contexts without one of their own.
pub(crate) fn shared_ring(
    memory: &Memory,
    capacity: usize,
) -> Result<&'static mpsc::Ring, InitError> {
    let spill = record::MAX_BYTES;
    let (header, bytes) = (ring_header_bytes(true), mpsc::bytes_for(capacity, spill));
    let start = take(memory, Kind::SharedRing, header + bytes, (capacity, spill))?;
    // SAFETY: bounds: inside the memory; race: only an address.
    let data = unsafe { start.add(header) };
    // SAFETY: bounds: the rest of the memory, zeroed, aligned to 64, there for good; race: only
    // the ring uses it.
    let storage = unsafe { Storage::from_raw(data, bytes) };
    let ring = mpsc::Ring::new(storage, capacity, spill).map_err(|error| unfit(bytes, &error))?;
    Ok(settle(start, ring))
}

/// A spool of an engine with so many readers. In a crash file, it keeps what its readers are not
/// done with.
pub(crate) fn spool(
    memory: &Memory,
    kind: Kind,
    capacity: usize,
    sinks: usize,
) -> Result<&'static Spool, InitError> {
    let longest = record::MAX_BYTES;
    let (header, bytes) = (spool_header_bytes(), Spool::bytes_for(capacity, longest));
    let start = take(memory, kind, header + bytes, (capacity, longest))?;
    // SAFETY: bounds: inside the memory; race: only an address.
    let data = unsafe { start.add(header) };
    // SAFETY: bounds: the rest of the memory, zeroed, aligned to 64, there for good; race: only
    // the spool uses it.
    let spool = unsafe { Spool::new(data, capacity, longest, sinks) };
    let spool = spool.map_err(|error| unfit(bytes, &error))?;
    Ok(settle(start, if memory.store.is_some() { spool.keeping() } else { spool }))
}

/// In front of a spool's bytes stand its own words.
pub(crate) const fn spool_header_bytes() -> usize {
    size_of::<Spool>().next_multiple_of(128)
}

fn take(
    memory: &Memory,
    kind: Kind,
    bytes: usize,
    (capacity, longest): (usize, usize),
) -> Result<NonNull<u8>, InitError> {
    let request = Request { kind, bytes, capacity, longest, touch: 0, or_plain: true };
    let taken = memory.take(request).map_err(|source| InitError::Memory { bytes, source })?;
    Ok(taken.0)
}

/// Puts a value at the start of memory that is there for good.
fn settle<T>(start: NonNull<u8>, value: T) -> &'static T {
    let place: NonNull<T> = start.cast();
    // SAFETY: bounds: the header's bytes, aligned to 128; race: nobody else knows them.
    unsafe { place.write(value) };
    // SAFETY: bounds: just written, there for good; race: only shared references from here on.
    unsafe { place.as_ref() }
}

fn unfit(bytes: usize, error: &GeometryError) -> InitError {
    let source = io::Error::new(io::ErrorKind::InvalidInput, error.to_string());
    InitError::Memory { bytes, source }
}
