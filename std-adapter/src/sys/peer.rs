//! Who is there: this process's user, the user at the other end of a socket, processes by number;
//! and waiting for several descriptors at once.
#![expect(unsafe_code, reason = "asks the system")]

use core::time::Duration;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;

/// The user whose rights this process has.
pub(crate) fn user() -> u32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::geteuid() }
}

/// The user whose rights the process had that connected, or that listens.
///
/// # Errors
///
/// What the system says.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn user_of(stream: &UnixStream) -> io::Result<u32> {
    let mut peer = libc::ucred { pid: 0, uid: u32::MAX, gid: u32::MAX };
    let mut size = libc::socklen_t::try_from(size_of::<libc::ucred>()).map_err(io::Error::other)?;
    let (level, name) = (libc::SOL_SOCKET, libc::SO_PEERCRED);
    let place = (&raw mut peer).cast();
    // SAFETY: bounds: `peer` has `size` bytes and outlives the call; race: none.
    let done = unsafe { libc::getsockopt(stream.as_raw_fd(), level, name, place, &raw mut size) };
    if done == 0 { Ok(peer.uid) } else { Err(io::Error::last_os_error()) }
}

/// The user whose rights the process had that connected, or that listens.
///
/// # Errors
///
/// What the system says.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn user_of(stream: &UnixStream) -> io::Result<u32> {
    let (mut user, mut group) = (libc::uid_t::MAX, libc::gid_t::MAX);
    // SAFETY: bounds: both outlive the call; race: none.
    let done = unsafe { libc::getpeereid(stream.as_raw_fd(), &raw mut user, &raw mut group) };
    if done == 0 { Ok(user) } else { Err(io::Error::last_os_error()) }
}

/// Whether there is a process with this number, whoever's it is.
pub(crate) fn is_there(process: u32) -> bool {
    let Ok(process) = libc::pid_t::try_from(process) else { return false };
    if process <= 0 {
        return false;
    }
    // SAFETY: signal 0 is none: the system only looks.
    let found = unsafe { libc::kill(process, 0) } == 0;
    found || io::Error::last_os_error().raw_os_error() == Some(libc::EPERM)
}

/// What somebody waits for at a descriptor, and whether it came.
#[repr(transparent)]
pub(crate) struct Wanted(libc::pollfd);

impl Wanted {
    /// Bytes, or somebody who connects; or room for bytes.
    pub(crate) fn new(descriptor: &impl AsRawFd, to_write: bool) -> Self {
        let events = if to_write { libc::POLLOUT } else { libc::POLLIN };
        Self(libc::pollfd { fd: descriptor.as_raw_fd(), events, revents: 0 })
    }

    /// Whether it came, or the other end is gone.
    pub(crate) fn is_ready(&self) -> bool {
        self.0.revents != 0
    }
}

/// Waits until one of them comes, for so long at the most.
///
/// # Errors
///
/// What the system says, but for an interruption, which is an end of waiting.
pub(crate) fn wait(wanted: &mut [Wanted], limit: Option<Duration>) -> io::Result<()> {
    let limit_ms = limit.map_or(-1, |limit| i32::try_from(limit.as_millis()).unwrap_or(i32::MAX));
    let count = libc::nfds_t::try_from(wanted.len()).map_err(io::Error::other)?;
    let first = wanted.as_mut_ptr().cast::<libc::pollfd>();
    // SAFETY: bounds: `count` entries, each of them one of the system's, as `Wanted` is that and
    // nothing else; race: borrowed for the call.
    if unsafe { libc::poll(first, count, limit_ms) } >= 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    if error.kind() == io::ErrorKind::Interrupted { Ok(()) } else { Err(error) }
}

/// Closes a descriptor in a forked child, where nothing else may be done.
pub(crate) fn close(descriptor: RawFd) {
    // SAFETY: race: the child has one thread, and nobody in it uses the descriptor.
    unsafe { libc::close(descriptor) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn knows_both_ends_and_waits() {
        let (one, mut other) = UnixStream::pair().unwrap();
        assert_eq!(user_of(&one).unwrap(), user());
        let ready = |limit| {
            let mut wanted = [Wanted::new(&one, false)];
            wait(&mut wanted, Some(limit)).unwrap();
            wanted.first().is_some_and(Wanted::is_ready)
        };
        assert!(!ready(Duration::from_millis(1)));
        other.write_all(b"x").unwrap();
        assert!(ready(Duration::from_secs(5)));
    }

    #[test]
    fn knows_who_lives() {
        assert!(is_there(std::process::id()) && is_there(1));
        assert!(!is_there(0) && !is_there(u32::MAX) && !is_there(i32::MAX as u32));
    }
}
