//! What a context adds to records: in every format, across threads, tasks and crashes.
#![allow(missing_docs, unreachable_pub, reason = "a test binary")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod crash;
mod executor;
mod formats;
mod futures;
mod odd_places;
mod threads;
