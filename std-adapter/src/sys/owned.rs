//! Files that belong to one living process: locked by it, and with all their bytes allocated.
#![expect(unsafe_code, reason = "asks the system")]

use std::fs;
use std::io;
use std::os::fd::AsRawFd;

pub(crate) use super::peer::{close, user};

/// Locks a file for as long as it is open in this process, or in a child that inherited it; `false`
/// if another one has it. The system gives the lock up when the process dies, however it does.
///
/// # Errors
///
/// What the system says of a file that cannot be locked.
pub(crate) fn lock(file: &fs::File) -> io::Result<bool> {
    // SAFETY: bounds: an open descriptor; race: the system's own lock.
    if unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) } == 0 {
        return Ok(true);
    }
    let error = io::Error::last_os_error();
    if error.kind() == io::ErrorKind::WouldBlock { Ok(false) } else { Err(error) }
}

/// Makes a file `at + bytes` long, with room for all of it: a write there never fails.
///
/// # Errors
///
/// What the system says; above all that there is no room.
pub(crate) fn allocate(file: &fs::File, at: u64, bytes: usize) -> io::Result<()> {
    let at = libc::off_t::try_from(at).map_err(io::Error::other)?;
    let bytes = libc::off_t::try_from(bytes).map_err(io::Error::other)?;
    loop {
        // SAFETY: bounds: an open descriptor; race: the file is this process's own.
        match unsafe { libc::posix_fallocate(file.as_raw_fd(), at, bytes) } {
            0 => return Ok(()),
            libc::EINTR => {}
            code => return Err(io::Error::from_raw_os_error(code)),
        }
    }
}

/// How many bytes the file's file system has left for this user.
///
/// # Errors
///
/// What the system says.
pub(crate) fn bytes_left(file: &fs::File) -> io::Result<u64> {
    let mut room = core::mem::MaybeUninit::<libc::statvfs>::zeroed();
    // SAFETY: bounds: `room` outlives the call, and the descriptor is open.
    if unsafe { libc::fstatvfs(file.as_raw_fd(), room.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: bounds: zero is a value of all its fields, and the system has filled it in.
    let room = unsafe { room.assume_init() };
    Ok(room.f_bavail.saturating_mul(room.f_frsize))
}

/// Puts a private copy of `bytes` mapped bytes in their own place; says whether that worked.
///
/// # Safety
/// * `start` is a page that this process mapped for good, with `bytes` bytes behind it.
/// * Nobody else in this process uses them meanwhile: it has just been forked.
pub(crate) unsafe fn make_private(start: core::ptr::NonNull<u8>, bytes: usize) -> bool {
    let access = libc::PROT_READ | libc::PROT_WRITE;
    let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: bounds: a new mapping, wherever there is room.
    let copy = unsafe { libc::mmap(core::ptr::null_mut(), bytes, access, kind, -1, 0) };
    if copy == libc::MAP_FAILED {
        return false;
    }
    // SAFETY: bounds: both have so many bytes; race: by the caller.
    unsafe { core::ptr::copy_nonoverlapping(start.as_ptr(), copy.cast(), bytes) };
    let how = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
    // SAFETY: bounds: takes the place of exactly the old mapping; race: by the caller.
    let moved = unsafe { libc::mremap(copy, bytes, bytes, how, start.as_ptr()) };
    moved != libc::MAP_FAILED
}
