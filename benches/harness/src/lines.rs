//! What is in a log file: lines counted one by one, so that a lost one shows.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Lines and bytes of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Ends of lines.
    pub lines: u64,
    /// Bytes, the ends of lines included.
    pub bytes: u64,
}

impl Content {
    /// Reads a whole file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut content = Self::default();
        let mut file = File::open(path)?;
        let mut buffer = vec![0; 1 << 18];
        loop {
            let count = file.read(&mut buffer)?;
            if count == 0 {
                return Ok(content);
            }
            let read = buffer.get(..count).unwrap_or_default();
            content.bytes += count as u64;
            content.lines += read.iter().filter(|&&byte| byte == b'\n').count() as u64;
        }
    }

    /// Bytes a line, its end included.
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit after the point")]
    #[must_use]
    pub fn bytes_a_line(self) -> f64 {
        self.bytes as f64 / self.lines.max(1) as f64
    }
}
