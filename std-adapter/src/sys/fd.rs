//! Writing to a descriptor without anybody's lock or buffer.
#![expect(unsafe_code, reason = "calls write and poll")]

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

    #[test]
    fn says_when_nobody_reads() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let error = write(writer.as_fd(), b"line\n").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
