//! Writing to a descriptor without anybody's lock or buffer.
#![expect(unsafe_code, reason = "calls write, send, poll and fstat")]

use core::time::Duration;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Writes some of `bytes`; says how many.
///
/// # Errors
///
/// What the system says, `Interrupted` included.
pub(crate) fn write(fd: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<usize> {
    // SAFETY: bounds: `bytes` is a slice; race: it is only read, and the descriptor is open.
    let count = unsafe { libc::write(fd.as_raw_fd(), bytes.as_ptr().cast(), bytes.len()) };
    usize::try_from(count).map_err(|_| io::Error::last_os_error())
}

/// As [`write`], to a socket, which must not block; one whose peer is gone raises no signal.
///
/// # Errors
///
/// What the system says, `Interrupted` included.
pub(crate) fn send(fd: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<usize> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let flags = libc::MSG_DONTWAIT;
    // SAFETY: bounds: `bytes` is a slice; race: it is only read, and the descriptor is open.
    let count = unsafe { libc::send(fd.as_raw_fd(), bytes.as_ptr().cast(), bytes.len(), flags) };
    usize::try_from(count).map_err(|_| io::Error::last_os_error())
}

/// Waits until the descriptor takes bytes; says whether it does, in time.
///
/// # Errors
///
/// What the system says, `Interrupted` included.
pub(crate) fn wait_writable(fd: BorrowedFd<'_>, limit: Duration) -> io::Result<bool> {
    let mut wanted = libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLOUT, revents: 0 };
    let limit_ms = i32::try_from(limit.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: bounds: one entry, which outlives the call; race: nobody else knows it.
    let ready = unsafe { libc::poll(&raw mut wanted, 1, limit_ms) };
    if ready < 0 { Err(io::Error::last_os_error()) } else { Ok(ready > 0) }
}

/// A way into the same pipe or terminal that never blocks; `None` where the descriptor is neither.
///
/// It is a description of its own: whoever else has the pipe goes on blocking as before.
#[cfg(target_os = "linux")]
pub(crate) fn nonblocking(fd: BorrowedFd<'_>) -> Option<std::os::fd::OwnedFd> {
    use std::io::IsTerminal;
    use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
    // Nothing else: a file that is opened again begins at its first byte.
    let link = format!("/proc/self/fd/{}", fd.as_raw_fd());
    if !std::fs::metadata(&link).ok()?.file_type().is_fifo() && !fd.is_terminal() {
        return None;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).custom_flags(libc::O_NONBLOCK | libc::O_CLOEXEC | libc::O_NOCTTY);
    Some(options.open(link).ok()?.into())
}

/// Elsewhere neither can be opened a second time.
#[cfg(not(target_os = "linux"))]
pub(crate) fn nonblocking(_fd: BorrowedFd<'_>) -> Option<std::os::fd::OwnedFd> {
    None
}

/// Whether both lead to the same pipe or file.
pub(crate) fn is_same(one: BorrowedFd<'_>, other: BorrowedFd<'_>) -> bool {
    let identity = |fd| stat(fd).map(|data| (data.st_dev, data.st_ino));
    identity(one) == identity(other)
}

/// Whether it is a socket.
pub(crate) fn is_socket(fd: BorrowedFd<'_>) -> bool {
    stat(fd).is_some_and(|data| data.st_mode & libc::S_IFMT == libc::S_IFSOCK)
}

fn stat(fd: BorrowedFd<'_>) -> Option<libc::stat> {
    let mut data = core::mem::MaybeUninit::<libc::stat>::zeroed();
    // SAFETY: bounds: `data` outlives the call, and the descriptor is open.
    if unsafe { libc::fstat(fd.as_raw_fd(), data.as_mut_ptr()) } != 0 {
        return None;
    }
    // SAFETY: bounds: zero is a value of all its fields, and the system has filled it in.
    Some(unsafe { data.assume_init() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::os::fd::AsFd;

    #[test]
    fn writes_to_a_pipe() {
        let (mut reader, writer) = io::pipe().unwrap();
        assert!(wait_writable(writer.as_fd(), Duration::ZERO).unwrap());
        assert_eq!(write(writer.as_fd(), b"line\n").unwrap(), 5);
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "line\n");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_pipe_has_a_second_end_that_does_not_block() {
        let (_reader, writer) = io::pipe().unwrap();
        let second = nonblocking(writer.as_fd()).unwrap();
        assert!(is_same(second.as_fd(), writer.as_fd()));
        let full = (0..1000).find_map(|_| write(second.as_fd(), &[0; 4096]).err()).unwrap();
        assert_eq!(full.kind(), io::ErrorKind::WouldBlock);
        let file = tempfile::tempfile().unwrap();
        assert!(nonblocking(file.as_fd()).is_none() && !is_same(file.as_fd(), writer.as_fd()));
    }

    #[test]
    fn says_when_nobody_reads() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let error = write(writer.as_fd(), b"line\n").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
