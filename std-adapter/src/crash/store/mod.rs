//! The crash file of a running engine: everything that must outlive the process lies in it.

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod fork;
#[cfg_attr(all(target_os = "linux", target_pointer_width = "64"), path = "linux.rs")]
#[cfg_attr(not(all(target_os = "linux", target_pointer_width = "64")), path = "none.rs")]
mod imp;

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub(crate) use fork::leave_to_parent;
pub(crate) use imp::Store;

use core::ptr::NonNull;
use std::io;

use hydra_log_core::ord;
use hydra_log_core::sync::AtomicUsize;
use hydra_log_core::sync::rmw;

use super::layout::Kind;
use crate::sys::memory::Mapping;

/// What memory is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    pub(crate) kind: Kind,
    pub(crate) bytes: usize,
    /// Of a ring or a spool; else the bytes that are used.
    pub(crate) capacity: usize,
    pub(crate) longest: usize,
    /// How many bytes are to be present at once.
    pub(crate) touch: usize,
    /// Whether plain pages will do.
    pub(crate) or_plain: bool,
}

/// Where an engine's rings and its spool come from: its crash file, or plain pages.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) store: Option<&'static Store>,
    /// How often plain pages had to do although there is a crash file.
    plain: AtomicUsize,
}

impl Memory {
    pub(crate) fn new(store: Option<&'static Store>) -> Self {
        Self { store, plain: AtomicUsize::new(0) }
    }

    /// Plain pages, counted as what was to be more.
    pub(crate) fn refused() -> Self {
        Self { store: None, plain: AtomicUsize::new(1) }
    }

    /// Zeroed bytes for good, aligned to 128; and what kept them from outliving the process.
    ///
    /// # Errors
    ///
    /// What the system says when it has no memory at all.
    pub(crate) fn take(&self, request: Request) -> io::Result<(NonNull<u8>, Option<io::Error>)> {
        let mut refused = None;
        if let Some(store) = self.store {
            match store.segment(request) {
                Ok(segment) => return Ok((segment.start, None)),
                Err(error) if !request.or_plain => return Err(error),
                Err(error) => {
                    rmw::add(&self.plain, 1, ord::count());
                    refused = Some(error);
                }
            }
        }
        let mapping = Mapping::new(request.bytes)?;
        mapping.prefault(request.touch);
        Ok((mapping.leak(), refused))
    }

    /// How often plain pages had to do.
    pub(crate) fn plain(&self) -> u64 {
        self.plain.load(ord::count()) as u64
    }
}
