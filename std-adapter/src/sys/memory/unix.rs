//! Mappings: anonymous and private, or of a part of a file that others see.
#![expect(unsafe_code, reason = "maps and unmaps pages")]

use core::mem::ManuallyDrop;
use core::ptr::NonNull;
use std::io;

/// Zeroed pages, given back when dropped.
#[derive(Debug)]
pub(crate) struct Mapping {
    start: NonNull<u8>,
    bytes: usize,
}

// SAFETY: race: the pages belong to this value alone; any thread may use or unmap them.
unsafe impl Send for Mapping {}

impl Mapping {
    /// Maps at least `bytes` bytes; pages appear on first touch.
    ///
    /// # Errors
    ///
    /// When the length is zero or absurd, or what the system says when it has no memory.
    pub(crate) fn new(bytes: usize) -> io::Result<Self> {
        super::check(bytes)?;
        let (access, kind) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: bounds: a new mapping, wherever the system finds room; race: nobody knows it yet.
        let start = unsafe { libc::mmap(core::ptr::null_mut(), bytes, access, kind, -1, 0) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let start = NonNull::new(start.cast()).ok_or_else(|| io::Error::other("mapped at zero"))?;
        Ok(Self { start, bytes })
    }

    /// Maps `bytes` bytes of a file, which has them all. What is written there outlives the
    /// process.
    ///
    /// # Errors
    ///
    /// When the length or the place is absurd, or what the system says.
    #[cfg(all(target_os = "linux", target_pointer_width = "64"))]
    pub(crate) fn of_file(file: &std::fs::File, at: u64, bytes: usize) -> io::Result<Self> {
        super::check(bytes)?;
        let at = libc::off_t::try_from(at).map_err(io::Error::other)?;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let (any, fd) = (core::ptr::null_mut(), std::os::fd::AsRawFd::as_raw_fd(file));
        // SAFETY: bounds: a new mapping, wherever the system finds room; race: this process makes
        // one of each part of a file that is its own.
        let start = unsafe { libc::mmap(any, bytes, access, libc::MAP_SHARED, fd, at) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let start = NonNull::new(start.cast()).ok_or_else(|| io::Error::other("mapped at zero"))?;
        Ok(Self { start, bytes })
    }

    /// Makes the first `bytes` bytes present, so that nobody waits for a page later.
    pub(crate) fn prefault(&self, bytes: usize) {
        let bytes = bytes.min(self.bytes);
        if !populate(self.start, bytes) {
            for at in (0..bytes).step_by(super::ALIGNMENT) {
                // SAFETY: bounds: `at` is inside the mapping.
                let byte = unsafe { self.start.add(at) };
                // SAFETY: bounds: as above; race: the mapping is not shared before it is leaked,
                // and all its bytes are zero until then.
                unsafe { byte.write_volatile(0) };
            }
        }
    }

    /// Keeps the pages for the rest of the process.
    pub(crate) fn leak(self) -> NonNull<u8> {
        ManuallyDrop::new(self).start
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: bounds: exactly what was mapped; race: nobody else has a pointer, as `leak` was
        // not called.
        let result = unsafe { libc::munmap(self.start.as_ptr().cast(), self.bytes) };
        debug_assert_eq!(result, 0, "unmapping what was mapped");
    }
}

/// Asks the system to make pages present in one go.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn populate(start: NonNull<u8>, bytes: usize) -> bool {
    const POPULATE_WRITE: libc::c_int = 23;
    // SAFETY: bounds: inside the mapping; race: changes no byte. Older kernels refuse it.
    unsafe { libc::madvise(start.as_ptr().cast(), bytes, POPULATE_WRITE) == 0 }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn populate(_start: NonNull<u8>, _bytes: usize) -> bool {
    false
}
