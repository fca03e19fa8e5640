//! Anything that the standard library can write to.

use core::fmt;
use std::io::{self, Write};

use super::whole::write_whole;
use super::{Sink, WriteError};

/// Writes to a `std::io::Write`, and flushes it after every batch.
///
/// ```
/// use hydra_log::sink::{Sink, Writer};
/// let mut sink = Writer::new("cursor", std::io::Cursor::new(Vec::new()));
/// sink.write(b"line\n").unwrap();
/// assert_eq!(sink.name(), "cursor");
/// assert_eq!(sink.into_inner().into_inner(), b"line\n");
/// ```
pub struct Writer<W> {
    name: String,
    writer: W,
}

impl<W: Write + Send> Writer<W> {
    /// A sink of this name.
    pub fn new(name: impl Into<String>, writer: W) -> Self {
        Self { name: name.into(), writer }
    }

    /// The writer.
    pub fn into_inner(self) -> W {
        self.writer
    }
}

impl<W: Write + Send> Sink for Writer<W> {
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        write_whole(lines, |bytes| self.writer.write(bytes), || Ok(false))?;
        self.writer.flush().map_err(|source| WriteError { written: lines.len(), source })
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl<W> fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("name", &self.name).finish_non_exhaustive()
    }
}
