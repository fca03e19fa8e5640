//! Memory from the system for what every engine has one of: the shared ring and the spool.
#![expect(unsafe_code, reason = "hands mappings over for good")]

use std::io;

use hydra_log_core::record;
use hydra_log_core::ring::{GeometryError, Storage, mpsc};
use hydra_log_core::spool::Spool;

use crate::error::InitError;
use crate::sys::memory::Mapping;

/// The ring for contexts without one of their own.
pub(crate) fn shared_ring(capacity: usize) -> Result<mpsc::Ring, InitError> {
    let spill = record::MAX_BYTES;
    let bytes = mpsc::bytes_for(capacity, spill);
    let start = map(bytes)?.leak();
    // SAFETY: bounds: a mapping of `bytes` zeroed bytes, aligned to a page, never unmapped; race:
    // only the ring uses it.
    let storage = unsafe { Storage::from_raw(start, bytes) };
    mpsc::Ring::new(storage, capacity, spill).map_err(|error| unfit(bytes, error))
}

/// The spool of an engine with so many sinks.
pub(crate) fn spool(capacity: usize, sinks: usize) -> Result<Spool, InitError> {
    let bytes = Spool::bytes_for(capacity, record::MAX_BYTES);
    let start = map(bytes)?.leak();
    // SAFETY: bounds: a mapping of `bytes` zeroed bytes, aligned to a page, never unmapped; race:
    // only the spool uses it.
    let spool = unsafe { Spool::new(start, capacity, record::MAX_BYTES, sinks) };
    spool.map_err(|error| unfit(bytes, error))
}

fn map(bytes: usize) -> Result<Mapping, InitError> {
    Mapping::new(bytes).map_err(|source| InitError::Memory { bytes, source })
}

fn unfit(bytes: usize, error: GeometryError) -> InitError {
    let source = io::Error::new(io::ErrorKind::InvalidInput, error.to_string());
    InitError::Memory { bytes, source }
}
