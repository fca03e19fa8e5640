//! Standard output and standard error, past Rust's locks and buffers.
//!
//! A stalled reader of standard output stops whoever holds its lock. So nothing here takes it:
//! batches go to the descriptor directly, and a program's own `println!` goes on. A pipe or a
//! terminal is opened a second time, without blocking, where the system can, and a socket is asked
//! not to block: the reader may stall, somebody may press Ctrl-S, and no thread hangs.

use std::io::{self, IsTerminal};

use super::{Sink, WriteError};

/// Writes to standard output, standard error, or (on Unix) any open descriptor.
///
/// ```
/// use hydra_log::sink::{Console, Sink};
/// let console = Console::stderr();
/// assert_eq!(console.name(), "stderr");
/// ```
#[derive(Debug)]
pub struct Console {
    stream: Stream,
    /// How to write without blocking.
    #[cfg(unix)]
    way: Way,
}

/// What kind of stream it was found to be.
#[cfg(unix)]
#[derive(Debug, Default)]
enum Way {
    #[default]
    Unknown,
    /// Writing may block.
    Plain,
    /// A pipe or a terminal, opened again.
    Again(std::os::fd::OwnedFd),
    Socket,
}

#[derive(Debug)]
enum Stream {
    Stdout,
    Stderr,
    #[cfg(unix)]
    Other {
        fd: std::os::fd::OwnedFd,
        name: String,
    },
}

impl Console {
    /// Standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self::of(Stream::Stdout)
    }

    /// Standard error.
    #[must_use]
    pub fn stderr() -> Self {
        Self::of(Stream::Stderr)
    }

    /// Any open descriptor: a pipe, a socket, a terminal.
    ///
    /// ```
    /// use hydra_log::sink::Console;
    /// let (_reader, writer) = std::io::pipe().unwrap();
    /// let pipe = Console::from_fd(writer.into(), "collector");
    /// assert!(!pipe.is_terminal());
    /// ```
    #[cfg(unix)]
    #[must_use]
    pub fn from_fd(fd: std::os::fd::OwnedFd, name: impl Into<String>) -> Self {
        Self::of(Stream::Other { fd, name: name.into() })
    }

    fn of(stream: Stream) -> Self {
        Self {
            stream,
            #[cfg(unix)]
            way: Way::Unknown,
        }
    }

    /// Whether somebody looks at it.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        match &self.stream {
            Stream::Stdout => io::stdout().is_terminal(),
            Stream::Stderr => io::stderr().is_terminal(),
            #[cfg(unix)]
            Stream::Other { fd, .. } => fd.is_terminal(),
        }
    }

    /// Whether colours are welcome: on a terminal that knows them (`TERM` is not `dumb`), unless
    /// `NO_COLOR` is set; elsewhere if `CLICOLOR_FORCE` is set and not `0`.
    #[must_use]
    pub fn wants_colour(&self) -> bool {
        wants_colour(self.is_terminal(), |name| std::env::var(name).ok())
    }
}

#[cfg(unix)]
impl Stream {
    fn descriptor<'s>(
        &'s self,
        stdout: &'s io::Stdout,
        stderr: &'s io::Stderr,
    ) -> std::os::fd::BorrowedFd<'s> {
        use std::os::fd::AsFd;
        match self {
            Self::Stdout => stdout.as_fd(),
            Self::Stderr => stderr.as_fd(),
            Self::Other { fd, .. } => fd.as_fd(),
        }
    }
}

fn wants_colour(is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
    if is_set("NO_COLOR") {
        return false;
    }
    if is_set("CLICOLOR_FORCE") && variable("CLICOLOR_FORCE").as_deref() != Some("0") {
        return true;
    }
    // Where there is no `TERM`, only newer terminals understand the sequences.
    let knows_colours = match variable("TERM") {
        Some(kind) => kind != "dumb",
        None => cfg!(windows) && is_set("WT_SESSION"),
    };
    is_terminal && knows_colours
}

impl Sink for Console {
    fn likes_colours(&self) -> bool {
        self.wants_colour()
    }

    #[cfg(unix)]
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        use super::whole::{PATIENCE, write_whole};
        use crate::sys::fd;
        use std::os::fd::AsFd;

        let (stdout, stderr) = (io::stdout(), io::stderr());
        let given = self.stream.descriptor(&stdout, &stderr);
        if let Way::Unknown = self.way {
            self.way = match fd::nonblocking(given) {
                Some(again) => Way::Again(again),
                None if fd::is_socket(given) => Way::Socket,
                None => Way::Plain,
            };
        }
        let target = if let Way::Again(again) = &self.way { again.as_fd() } else { given };
        let write = if let Way::Socket = self.way { fd::send } else { fd::write };
        write_whole(lines, |bytes| write(target, bytes), || fd::wait_writable(target, PATIENCE))
    }

    #[cfg(not(unix))]
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        use super::whole::write_whole;
        use std::io::Write;

        // The standard library knows how this system's console wants its text.
        let written = match &self.stream {
            Stream::Stdout => write_whole(lines, |bytes| io::stdout().write(bytes), || Ok(false)),
            Stream::Stderr => write_whole(lines, |bytes| io::stderr().write(bytes), || Ok(false)),
        };
        written?;
        let flushed = match &self.stream {
            Stream::Stdout => io::stdout().flush(),
            Stream::Stderr => io::stderr().flush(),
        };
        flushed.map_err(|source| WriteError { written: lines.len(), source })
    }

    /// The program may have put something else in the stream's place.
    #[cfg(unix)]
    fn maintain(&mut self) -> io::Result<()> {
        use std::os::fd::AsFd;
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let given = self.stream.descriptor(&stdout, &stderr);
        let is_still = match &self.way {
            Way::Again(again) => crate::sys::fd::is_same(again.as_fd(), given),
            _ => false,
        };
        if !is_still {
            self.way = Way::Unknown;
        }
        Ok(())
    }

    fn name(&self) -> String {
        match &self.stream {
            Stream::Stdout => "stdout".to_owned(),
            Stream::Stderr => "stderr".to_owned(),
            #[cfg(unix)]
            Stream::Other { name, .. } => name.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_where_they_are_welcome() {
        let with = |is_terminal, variables: &[(&str, &str)]| {
            wants_colour(is_terminal, |name| {
                let found = variables.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        let xterm = ("TERM", "xterm");
        assert!(with(true, &[xterm]));
        assert!(!with(false, &[xterm]));
        assert!(!with(true, &[("TERM", "dumb")]));
        assert!(!with(true, &[]));
        assert!(!with(true, &[xterm, ("NO_COLOR", "1")]));
        assert!(with(true, &[xterm, ("NO_COLOR", "")]));
        assert!(with(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!with(false, &[xterm, ("CLICOLOR_FORCE", "0")]));
        assert!(!with(true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
    }

    #[cfg(unix)]
    #[test]
    fn writes_all_of_it_through_a_small_pipe() {
        use std::io::Read;
        let (mut reader, writer) = io::pipe().unwrap();
        let mut console = Console::from_fd(writer.into(), "pipe");
        let reading = std::thread::spawn(move || {
            let mut text = Vec::new();
            reader.read_to_end(&mut text).unwrap();
            text
        });
        let lines = b"a line of text\n".repeat(20_000);
        console.write(&lines).unwrap();
        drop(console);
        assert!(reading.join().unwrap() == lines);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_reader_that_stalls_blocks_no_writer() {
        use std::io::Read;
        let (mut reader, writer) = io::pipe().unwrap();
        let (peer, socket) = std::os::unix::net::UnixStream::pair().unwrap();
        let lines = b"a line of text\n".repeat(100_000);
        for fd in [writer.into(), socket.into()] {
            let mut console = Console::from_fd(fd, "stalled");
            let error = console.write(&lines).unwrap_err();
            assert_eq!(error.source.kind(), io::ErrorKind::WouldBlock);
            assert!(error.written > 4096 && error.written < lines.len());
        }
        // Whoever else has the pipe goes on blocking.
        let mut some = [0; 16];
        reader.read_exact(&mut some).unwrap();
        drop(peer);
    }

    #[cfg(unix)]
    #[test]
    fn says_that_nobody_reads() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut console = Console::from_fd(writer.into(), "pipe");
        let error = console.write(b"line\n").unwrap_err();
        assert_eq!((error.written, error.source.kind()), (0, io::ErrorKind::BrokenPipe));
    }
}
