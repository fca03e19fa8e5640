//! What is in a log file: lines counted one by one, so that a lost one shows.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use hydra_log_decode::{Found, Reader};

/// Lines and bytes of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) lines: u64,
    pub(crate) bytes: u64,
}

impl Content {
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
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

    /// A binary log, its records read one by one.
    pub(crate) fn of_binary(path: &Path) -> Result<Self, String> {
        let failed = |error: io::Error| error.to_string();
        let mut reader = Reader::new(File::open(path).map_err(failed)?);
        let mut content = Self { lines: 0, bytes: path.metadata().map_err(failed)?.len() };
        while let Some(found) = reader.next() {
            match found {
                Found::Event(_) => content.lines += 1,
                Found::Problem(problem) => return Err(problem.to_string()),
            }
        }
        Ok(content)
    }

    /// Bytes a line, its end included.
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit after the point")]
    pub(crate) fn bytes_a_line(self) -> f64 {
        self.bytes as f64 / self.lines.max(1) as f64
    }
}
