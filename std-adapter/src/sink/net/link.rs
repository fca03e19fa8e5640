//! A connection, and the thread that makes it.

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use core::time::Duration;
#[cfg(not(unix))]
use std::io::Write;
use std::io::{self, Read};
use std::net::{TcpStream, ToSocketAddrs, UdpSocket};
#[cfg(unix)]
use std::os::unix::net::{UnixDatagram, UnixStream};
#[cfg(unix)]
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Instant;

use super::frame::cut;
use crate::sink::WriteError;
use crate::sink::whole::{PATIENCE, write_whole};

/// How often nobody but a write tries to connect.
const REST: Duration = Duration::from_secs(1);

/// What every system takes.
const LEAST_DATAGRAM: usize = 512;

/// Reads of what nobody wants to know, before a write.
const READS: usize = 4;

/// Whom to connect to.
#[derive(Clone, Debug)]
pub(super) enum Peer {
    Tcp(String),
    Udp(String),
    #[cfg(unix)]
    Unix(PathBuf),
    #[cfg(unix)]
    UnixDatagram(PathBuf),
}

impl Peer {
    pub(super) fn is_stream(&self) -> bool {
        match self {
            Self::Tcp(_) => true,
            Self::Udp(_) => false,
            #[cfg(unix)]
            Self::Unix(_) => true,
            #[cfg(unix)]
            Self::UnixDatagram(_) => false,
        }
    }

    /// Waits for names and peers: in a thread of its own.
    fn connect(&self, bound: Duration) -> io::Result<Socket> {
        let socket = match self {
            Self::Tcp(address) => {
                let stream = first(address, |address| TcpStream::connect_timeout(&address, bound))?;
                stream.set_nodelay(true)?;
                Socket::Tcp(stream)
            }
            Self::Udp(address) => Socket::Udp(first(address, |address| {
                let here: SocketAddr = match address {
                    SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
                    SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
                };
                let socket = UdpSocket::bind(here)?;
                socket.connect(address)?;
                Ok(socket)
            })?),
            #[cfg(unix)]
            Self::Unix(path) => Socket::Unix(UnixStream::connect(path)?),
            #[cfg(unix)]
            Self::UnixDatagram(path) => {
                let socket = UnixDatagram::unbound()?;
                socket.connect(path)?;
                Socket::UnixDatagram(socket)
            }
        };
        socket.unblock()?;
        Ok(socket)
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "tcp:{address}"),
            Self::Udp(address) => write!(f, "udp:{address}"),
            #[cfg(unix)]
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            #[cfg(unix)]
            Self::UnixDatagram(path) => write!(f, "unixgram:{}", path.display()),
        }
    }
}

/// The first address of a name that connects.
fn first<S>(address: &str, connect: impl Fn(SocketAddr) -> io::Result<S>) -> io::Result<S> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in address.to_socket_addrs()? {
        match connect(address) {
            Ok(socket) => return Ok(socket),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// What never blocks.
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpStream),
    Udp(UdpSocket),
    #[cfg(unix)]
    Unix(UnixStream),
    #[cfg(unix)]
    UnixDatagram(UnixDatagram),
}

impl Socket {
    fn unblock(&self) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => socket.set_nonblocking(true),
            Self::Udp(socket) => socket.set_nonblocking(true),
            #[cfg(unix)]
            Self::Unix(socket) => socket.set_nonblocking(true),
            #[cfg(unix)]
            Self::UnixDatagram(socket) => socket.set_nonblocking(true),
        }
    }

    /// Whether the other side has hung up. What it says is read, and forgotten.
    pub(super) fn is_closed(&self) -> bool {
        let mut some = [0; 512];
        for _ in 0..READS {
            let read = match self {
                Self::Tcp(stream) => (&*stream).read(&mut some),
                #[cfg(unix)]
                Self::Unix(stream) => (&*stream).read(&mut some),
                _ => return false,
            };
            match read {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) => {
                    let kind = error.kind();
                    return !matches!(kind, io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted);
                }
            }
        }
        false
    }

    /// Writes all of it, or as much as is taken without waiting for long; a datagram whole.
    pub(super) fn push(&self, bytes: &[u8]) -> Result<(), WriteError> {
        match self {
            // There are no datagrams of nothing.
            _ if bytes.is_empty() => Ok(()),
            Self::Tcp(_) => write_whole(bytes, |bytes| self.send(bytes), || self.wait()),
            Self::Udp(_) => self.push_datagram(bytes),
            #[cfg(unix)]
            Self::Unix(_) => write_whole(bytes, |bytes| self.send(bytes), || self.wait()),
            #[cfg(unix)]
            Self::UnixDatagram(_) => self.push_datagram(bytes),
        }
    }

    fn push_datagram(&self, bytes: &[u8]) -> Result<(), WriteError> {
        let whole = |bytes: &[u8]| self.send_datagram(bytes).map(|()| bytes.len());
        write_whole(bytes, whole, || self.wait())
    }

    /// Where that is more than the system takes, sends half of it, and so on.
    fn send_datagram(&self, bytes: &[u8]) -> io::Result<()> {
        let mut most = bytes.len();
        loop {
            match self.send(&cut(bytes, most)) {
                Err(error) if is_too_long(&error) && most > LEAST_DATAGRAM => most /= 2,
                done => return done.map(|_all| ()),
            }
        }
    }

    #[cfg(unix)]
    fn fd(&self) -> std::os::fd::BorrowedFd<'_> {
        use std::os::fd::AsFd;
        match self {
            Self::Tcp(socket) => socket.as_fd(),
            Self::Udp(socket) => socket.as_fd(),
            Self::Unix(socket) => socket.as_fd(),
            Self::UnixDatagram(socket) => socket.as_fd(),
        }
    }

    /// Raises no signal where the other side is gone.
    #[cfg(unix)]
    fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        crate::sys::fd::send(self.fd(), bytes)
    }

    #[cfg(not(unix))]
    fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => (&*socket).write(bytes),
            Self::Udp(socket) => socket.send(bytes),
        }
    }

    #[cfg(unix)]
    fn wait(&self) -> io::Result<bool> {
        crate::sys::fd::wait_writable(self.fd(), PATIENCE)
    }

    #[cfg(not(unix))]
    fn wait(&self) -> io::Result<bool> {
        Ok(false)
    }
}

#[cfg(unix)]
fn is_too_long(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EMSGSIZE)
}

#[cfg(not(unix))]
fn is_too_long(_error: &io::Error) -> bool {
    false
}

/// A connection, or the way to one.
#[derive(Debug)]
pub(super) enum Link {
    Off,
    /// A thread is at it, since then.
    Connecting(Receiver<io::Result<Socket>>, Instant),
    /// It could not be made, at that time.
    Failed(Instant),
    On(Socket),
}

impl Link {
    /// Whether it was tried a moment ago, in vain.
    pub(super) fn is_resting(&self) -> bool {
        matches!(self, Self::Failed(since) if since.elapsed() < REST)
    }

    /// Gets on with connecting; an error while there is no connection yet. There is one thread at
    /// the most: one that hangs is waited for, not followed by another one.
    pub(super) fn connect(&mut self, peer: &Peer, bound: Duration) -> io::Result<()> {
        if let Self::On(_) = self {
            return Ok(());
        }
        if !matches!(self, Self::Connecting(..)) {
            let (told, waiting) = sync_channel(1);
            let theirs = peer.clone();
            let work = move || drop(told.send(theirs.connect(bound)));
            thread::Builder::new().name("hydra-connect".to_owned()).spawn(work)?;
            *self = Self::Connecting(waiting, Instant::now());
        }
        let Self::Connecting(waiting, since) = self else { return Ok(()) };
        match waiting.recv_timeout(PATIENCE) {
            Ok(Ok(socket)) => {
                *self = Self::On(socket);
                Ok(())
            }
            Ok(Err(error)) => {
                *self = Self::Failed(Instant::now());
                Err(error)
            }
            Err(RecvTimeoutError::Timeout) if since.elapsed() < bound => {
                Err(io::ErrorKind::WouldBlock.into())
            }
            Err(RecvTimeoutError::Timeout) => Err(io::ErrorKind::TimedOut.into()),
            Err(RecvTimeoutError::Disconnected) => {
                *self = Self::Failed(Instant::now());
                Err(io::Error::other("the thread that connects has died"))
            }
        }
    }
}
