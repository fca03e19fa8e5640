//! Lines to another program or machine: over TCP, UDP, or a Unix socket.
//!
//! ```text
//!          off --a thread resolves and connects--> connecting --> on
//!           ^                                          |           |
//!           +------------- it failed, or took too long +-----------+
//! ```
//!
//! N1  No call here waits longer than `PATIENCE` for nothing to happen: connecting has a thread
//!     of its own, and writing does not block.
//! N2  The sink takes whole lines: what it says is written is with the system, all of the line, and
//!     what it does not is written on no connection that is still used, but for one begun line.
//! N3  A begun line is ended before anything else is written on its connection.
//! N4  A connection that ends takes what the other side had not read. So the youngest lines are
//!     kept, and sent again, marked, at the beginning of the next one.

extern crate alloc;

mod frame;
mod link;

use alloc::collections::VecDeque;
use core::fmt;
use core::time::Duration;
use std::io;
#[cfg(unix)]
use std::path::PathBuf;
use std::time::Instant;

pub use self::frame::Framing;
use self::frame::Youngest;
use self::link::{Link, Peer};
use super::{Sink, WriteError};

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const WRITE_WITHIN: Duration = Duration::from_secs(30);
const RESEND_BYTES: usize = 64 << 10;

/// How many bytes are framed at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// Sends lines to a collector: over TCP or a Unix stream socket as a stream, over UDP or a Unix
/// datagram socket as a datagram each.
///
/// Nobody waits for the network. The address is looked up and connected to by a thread of its own,
/// again whenever the connection ended, and writing never blocks. While there is no connection, or
/// the other side does not read, the engine keeps the lines, as it does for a disk that is full;
/// with a fallback, they go there until the collector is back.
///
/// ```
/// use std::io::{BufRead, BufReader};
/// use std::net::TcpListener;
/// use hydra_log::sink::{Memory, Net};
/// use hydra_log::{Builder, Output, info};
///
/// let collector = TcpListener::bind("127.0.0.1:0")?;
/// let address = collector.local_addr()?.to_string();
/// let output = Output::new(Net::tcp(address)).fallback(Memory::recent(1 << 20));
/// let engine = Builder::new().sink(output).build()?;
/// engine.scope(|| info!("one line"));
/// engine.flush()?;
/// let mut line = String::new();
/// BufReader::new(collector.accept()?.0).read_line(&mut line)?;
/// assert!(line.ends_with("one line\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// No protocol of lines says what was read. A connection that ends takes with it what the other
/// side had not read yet: the youngest lines, [64 KiB](Self::resend) of them, are sent again on the
/// next one, and end in ` [resent]`; objects have `"resent":true`. So each line arrives at least
/// once, unless the other side had more than that before it, and over UDP as far as UDP goes.
pub struct Net {
    peer: Peer,
    framing: Framing,
    connect_within: Duration,
    write_within: Duration,
    link: Link,
    /// Frames that come before anything else; of the first one, so many bytes are out.
    queue: VecDeque<Vec<u8>>,
    out: usize,
    /// The line whose frame is begun: its lane will come with it again.
    begun: Option<Begun>,
    youngest: Youngest,
    /// Since when the other side takes nothing.
    stalled: Option<Instant>,
    connections: u64,
    process: u32,
}

/// A line of which a part is out.
struct Begun {
    line: Vec<u8>,
    /// Whether all of it is, by now.
    is_out: bool,
}

impl Net {
    /// A stream to `host:port` over TCP.
    ///
    /// ```
    /// use hydra_log::sink::{Net, Sink};
    /// assert_eq!(Net::tcp("127.0.0.1:601").name(), "tcp:127.0.0.1:601");
    /// ```
    #[must_use]
    pub fn tcp(address: impl Into<String>) -> Self {
        Self::to(Peer::Tcp(address.into()))
    }

    /// A datagram a line to `host:port` over UDP: 65,507 bytes at the most, longer lines are cut.
    ///
    /// ```
    /// use hydra_log::sink::{Net, Sink};
    /// assert_eq!(Net::udp("127.0.0.1:514").name(), "udp:127.0.0.1:514");
    /// ```
    #[must_use]
    pub fn udp(address: impl Into<String>) -> Self {
        Self::to(Peer::Udp(address.into()))
    }

    /// A stream to the Unix socket of this path.
    ///
    /// ```
    /// use hydra_log::sink::{Net, Sink};
    /// assert_eq!(Net::unix("/run/collector").name(), "unix:/run/collector");
    /// ```
    #[cfg(unix)]
    #[must_use]
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Self::to(Peer::Unix(path.into()))
    }

    /// A datagram a line to the Unix socket of this path, as `/dev/log` is one.
    ///
    /// ```
    /// use hydra_log::sink::{Net, Sink};
    /// assert_eq!(Net::unix_datagram("/dev/log").name(), "unixgram:/dev/log");
    /// ```
    #[cfg(unix)]
    #[must_use]
    pub fn unix_datagram(path: impl Into<PathBuf>) -> Self {
        Self::to(Peer::UnixDatagram(path.into()))
    }

    /// How the lines of a stream are told apart. Datagrams need nothing.
    #[must_use]
    pub fn framing(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    /// How long looking up the address and connecting may take. Default: 5 seconds.
    #[must_use]
    pub fn connect_within(mut self, bound: Duration) -> Self {
        self.connect_within = bound;
        self
    }

    /// How long the other side may take nothing before the connection is given up, and another one
    /// made. Default: 30 seconds.
    #[must_use]
    pub fn write_within(mut self, bound: Duration) -> Self {
        self.write_within = bound;
        self
    }

    /// So many bytes of the youngest lines are sent again on the next connection. Default: 64 KiB.
    /// 0 sends nothing twice: for a binary log, where every connection begins a session.
    #[must_use]
    pub fn resend(mut self, bytes: usize) -> Self {
        self.youngest = Youngest::of(bytes);
        self
    }

    fn to(peer: Peer) -> Self {
        Self {
            peer,
            framing: Framing::Lines,
            connect_within: CONNECT_WITHIN,
            write_within: WRITE_WITHIN,
            link: Link::Off,
            queue: VecDeque::new(),
            out: 0,
            begun: None,
            youngest: Youngest::of(RESEND_BYTES),
            stalled: None,
            connections: 0,
            process: std::process::id(),
        }
    }

    /// Makes sure that there is a connection, and that nothing has to be written on it first.
    ///
    /// Says that it would block when it has connected anew: the lane looks at the sink's generation
    /// before it writes, and what it brings was made for the one before.
    fn be_ready(&mut self) -> io::Result<()> {
        let process = std::process::id();
        if process != self.process {
            // The connection is the parent's, and so is the thread that makes one.
            (self.process, self.link) = (process, Link::Off);
            self.youngest.forget();
            self.off();
        }
        if let Link::On(socket) = &self.link
            && socket.is_closed()
        {
            self.off();
        }
        let was_on = matches!(self.link, Link::On(_));
        self.link.connect(&self.peer, self.connect_within).map_err(|error| self.named(error))?;
        if !was_on {
            self.connections += 1;
            self.queue = self.youngest.frames(self.peer.is_stream(), self.framing);
            if self.connections > 1 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
        }
        while let Some(frame) = self.queue.front() {
            let rest = frame.get(self.out..).unwrap_or_default();
            match push(&self.link, rest) {
                Ok(()) => {
                    self.queue.pop_front();
                    (self.out, self.stalled) = (0, None);
                }
                Err(failure) => {
                    self.out += failure.written;
                    return Err(self.meet(failure));
                }
            }
        }
        if let Some(begun) = self.begun.as_mut().filter(|begun| !begun.is_out) {
            begun.is_out = true;
            self.youngest.add(&begun.line);
        }
        Ok(())
    }

    /// The connection is gone: the next one begins with a whole line.
    fn off(&mut self) {
        self.link = Link::Off;
        self.queue.clear();
        self.begun = self.begun.take().filter(|begun| begun.is_out);
        (self.out, self.stalled) = (0, None);
    }

    /// What a failed write means: the other side is slow, or gone.
    fn meet(&mut self, failure: WriteError) -> io::Error {
        if failure.source.kind() != io::ErrorKind::WouldBlock {
            self.off();
            return self.named(failure.source);
        }
        if failure.written > 0 {
            self.stalled = None;
        }
        let since = *self.stalled.get_or_insert_with(Instant::now);
        if since.elapsed() < self.write_within {
            return failure.source;
        }
        self.off();
        let text = format!("took nothing for {:?}", self.write_within);
        self.named(io::Error::new(io::ErrorKind::TimedOut, text))
    }

    /// There is no connection now: that passes.
    fn named(&self, error: io::Error) -> io::Error {
        match error.kind() {
            io::ErrorKind::WouldBlock => error,
            _ => io::Error::new(io::ErrorKind::NotConnected, format!("{}: {error}", self.peer)),
        }
    }

    /// Writes the lines that stand there, as many as are framed at a time; says how many bytes of
    /// `lines` are done with.
    fn write_some(&mut self, lines: &[u8]) -> Result<usize, WriteError> {
        let refused = |written, source| WriteError { written, source };
        let is_stream = self.peer.is_stream();
        let (mut framed, mut ends) = (Vec::new(), Vec::new());
        let mut taken = 0;
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            let before = framed.len();
            frame::put(&mut framed, line, is_stream, self.framing);
            taken += line.len();
            ends.push((taken, line.len(), framed.len()));
            if framed.len() >= CHUNK_BYTES || (!is_stream && framed.len() > before) {
                break;
            }
        }
        let Err(failure) = push(&self.link, &framed) else {
            self.youngest.add(lines.get(..taken).unwrap_or_default());
            self.stalled = None;
            return Ok(taken);
        };
        // Whole frames are out, and maybe the beginning of one more.
        let whole = ends.iter().take_while(|(_, _, end)| *end <= failure.written).last();
        let (done, out) = whole.map_or((0, 0), |(done, _, end)| (*done, *end));
        self.youngest.add(lines.get(..done).unwrap_or_default());
        if failure.written > out {
            let next = ends.iter().find(|(_, _, end)| *end > failure.written);
            if let Some((end, length, frame_end)) = next {
                let line = lines.get(end - length..*end).unwrap_or_default().to_vec();
                self.begun = Some(Begun { line, is_out: false });
                let rest = framed.get(failure.written..*frame_end).unwrap_or_default();
                self.queue.push_back(rest.to_vec());
            }
        }
        Err(refused(done, self.meet(failure)))
    }
}

/// Writes as much as the socket takes.
fn push(link: &Link, bytes: &[u8]) -> Result<(), WriteError> {
    match link {
        Link::On(socket) => socket.push(bytes),
        _ => Err(WriteError { written: 0, source: io::ErrorKind::NotConnected.into() }),
    }
}

impl Sink for Net {
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        self.be_ready().map_err(|source| WriteError { written: 0, source })?;
        let mut done = 0;
        // It was begun, and is out now.
        if let Some(begun) = self.begun.take()
            && lines.starts_with(&begun.line)
        {
            done = begun.line.len();
        }
        while let Some(rest) = lines.get(done..).filter(|rest| !rest.is_empty()) {
            match self.write_some(rest) {
                Ok(written) => done += written,
                Err(failure) => {
                    return Err(WriteError { written: done + failure.written, ..failure });
                }
            }
        }
        Ok(())
    }

    fn name(&self) -> String {
        self.peer.to_string()
    }

    /// A connection relies on nothing that was written on the one before.
    fn generation(&self) -> u64 {
        self.connections.saturating_sub(1)
    }

    /// Ends a begun line, and sees that the connection ended, also when nothing is logged.
    fn maintain(&mut self) -> io::Result<()> {
        let is_idle = matches!(self.link, Link::Off) && self.connections == 0;
        if is_idle || self.link.is_resting() {
            return Ok(());
        }
        // It is tried again, and told of when there is something to write.
        let _later = self.be_ready();
        Ok(())
    }
}

impl fmt::Debug for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Net")
            .field("peer", &self.peer.to_string())
            .field("framing", &self.framing)
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}
