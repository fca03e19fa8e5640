//! Where lines go.
//!
//! A [`Sink`] gets batches of whole lines from the one thread that writes to it at a time. It may
//! be slow and it may fail: neither delays a log call or another sink.
//!
//! | sink        | where                                                       |
//! |-------------|-------------------------------------------------------------|
//! | [`Console`] | standard output, standard error, any descriptor             |
//! | [`File`]    | a file, opened again when it was moved away                 |
//! | [`Rotating`] | a file that makes way for the next one, by size and time   |
//! | [`Net`]     | another program or machine: TCP, UDP, Unix sockets          |
//! | [`Memory`]  | a shared vector, for tests                                  |
//! | [`Writer`]  | any `std::io::Write`                                        |

mod console;
pub(crate) mod file;
mod memory;
mod net;
mod root;
mod rotating;
mod whole;
mod writer;

use core::fmt;
use std::io;
use std::path::PathBuf;

pub use self::console::Console;
pub use self::file::{File, OpenError};
pub use self::memory::Memory;
pub use self::net::{Framing, Net};
pub use self::root::{OutsideError, Root};
pub use self::rotating::{Compression, Names, Rotating, Rotation};
pub use self::writer::Writer;

/// Takes lines.
///
/// ```
/// use hydra_log::sink::{Sink, WriteError};
///
/// /// Counts lines and forgets them.
/// struct Counter(usize);
///
/// impl Sink for Counter {
///     fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
///         self.0 += lines.iter().filter(|byte| **byte == b'\n').count();
///         Ok(())
///     }
///
///     fn name(&self) -> String {
///         "counter".to_owned()
///     }
/// }
/// ```
pub trait Sink: Send {
    /// Writes a batch. After an error the caller may come back with what was not written.
    ///
    /// # Errors
    ///
    /// What went wrong, and how many bytes got out before it did.
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError>;

    /// What the sink is called in statistics and errors: a path, `stdout`, …
    fn name(&self) -> String;

    /// Where the next write will land, if that is the end of a regular file. What a process was
    /// writing there when it died is completed by recovery, once; see [`crash`](crate::crash).
    ///
    /// # Errors
    ///
    /// What the system says.
    fn place(&mut self) -> io::Result<Option<Place>> {
        Ok(None)
    }

    /// Hands on what the sink holds back. Most hold nothing back.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Has the system put what was written where it outlives a power failure. Most sinks have no
    /// such place, and do nothing.
    ///
    /// # Errors
    ///
    /// What the system says: what was written since the last time may be lost.
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// How often the sink began anew: a file that was opened again. What is written then relies on
    /// nothing that was written before, so that a binary log begins a session.
    fn generation(&self) -> u64 {
        0
    }

    /// Is told that so many bytes come next: the moment to begin a new file.
    ///
    /// # Errors
    ///
    /// What the system says; what comes is written all the same.
    fn make_way(&mut self, _bytes: usize) -> io::Result<()> {
        Ok(())
    }

    /// Whether colours are welcome there, where nobody said so: on a terminal.
    fn likes_colours(&self) -> bool {
        false
    }

    /// Looks after itself: is called now and then, whether there are lines or not.
    ///
    /// # Errors
    ///
    /// What went wrong; the sink goes on as before.
    fn maintain(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file's path, as it was given.
    pub path: PathBuf,
    /// The number of the device that the file is on.
    pub device: u64,
    /// The file's number there.
    pub inode: u64,
    /// The byte in the file.
    pub offset: u64,
}

/// A write that ended early.
///
/// ```
/// use hydra_log::sink::WriteError;
/// let source = std::io::Error::from(std::io::ErrorKind::StorageFull);
/// let error = WriteError { written: 512, source };
/// assert_eq!(error.to_string(), "write ended after 512 bytes: no storage space");
/// ```
#[derive(Debug)]
pub struct WriteError {
    /// Bytes that got out: lines that end within them are written.
    pub written: usize,
    /// What the system said.
    pub source: io::Error,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "write ended after {} bytes: {}", self.written, self.source)
    }
}

impl core::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&self.source)
    }
}
