//! The system's heap, past the global allocator.
#![expect(unsafe_code, reason = "allocates and frees by hand")]

use core::alloc::{GlobalAlloc, Layout};
use core::mem::ManuallyDrop;
use core::ptr::NonNull;
use std::alloc::System;
use std::io;

/// Zeroed memory, given back when dropped.
#[derive(Debug)]
pub(crate) struct Mapping {
    start: NonNull<u8>,
    layout: Layout,
}

// SAFETY: race: the memory belongs to this value alone; any thread may use or free it.
unsafe impl Send for Mapping {}

impl Mapping {
    /// Takes `bytes` bytes.
    ///
    /// # Errors
    ///
    /// When the length is zero or absurd, or the system has no memory.
    pub(crate) fn new(bytes: usize) -> io::Result<Self> {
        super::check(bytes)?;
        let layout = Layout::from_size_align(bytes, super::ALIGNMENT).map_err(io::Error::other)?;
        // SAFETY: bounds: the layout is not empty, as checked; race: nobody knows the memory yet.
        let start = unsafe { System.alloc_zeroed(layout) };
        let start = NonNull::new(start).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { start, layout })
    }

    /// Touches the first `bytes` bytes, so that nobody waits for a page later.
    pub(crate) fn prefault(&self, bytes: usize) {
        for at in (0..bytes.min(self.layout.size())).step_by(super::ALIGNMENT) {
            // SAFETY: bounds: `at` is inside the allocation.
            let byte = unsafe { self.start.add(at) };
            // SAFETY: bounds: as above; race: the memory is not shared before it is leaked, and
            // all its bytes are zero until then.
            unsafe { byte.write_volatile(0) };
        }
    }

    /// Keeps the memory for the rest of the process.
    pub(crate) fn leak(self) -> NonNull<u8> {
        ManuallyDrop::new(self).start
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: bounds: exactly what was allocated; race: nobody else has a pointer, as `leak`
        // was not called.
        unsafe { System.dealloc(self.start.as_ptr(), self.layout) };
    }
}
