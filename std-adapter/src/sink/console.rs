//! Standard output and standard error, past Rust's locks and buffers.
//!
//! A stalled reader of standard output stops whoever holds its lock. So nothing here takes it:
//! batches go to the descriptor directly, and a program's own `println!` goes on.

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
        Self { stream: Stream::Stdout }
    }

    /// Standard error.
    #[must_use]
    pub fn stderr() -> Self {
        Self { stream: Stream::Stderr }
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
        Self { stream: Stream::Other { fd, name: name.into() } }
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

        let (stdout, stderr);
        let target = match &self.stream {
            Stream::Stdout => {
                stdout = io::stdout();
                stdout.as_fd()
            }
            Stream::Stderr => {
                stderr = io::stderr();
                stderr.as_fd()
            }
            Stream::Other { fd, .. } => fd.as_fd(),
        };
        write_whole(lines, |bytes| fd::write(target, bytes), || fd::wait_writable(target, PATIENCE))
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
