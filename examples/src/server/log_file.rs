//! The log as a file: made empty before a run, counted and quoted after it.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Lines and bytes of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) lines: u64,
    pub(super) bytes: u64,
}

/// A path where a log can be written.
#[derive(Clone, Debug)]
pub(super) struct LogFile {
    path: PathBuf,
}

impl LogFile {
    /// Makes the file, or empties it.
    pub(super) fn create(path: &Path) -> Result<Self, String> {
        match File::create(path) {
            Ok(_) => Ok(Self { path: path.to_owned() }),
            Err(error) => {
                let path = path.display();
                Err(format!("cannot write to `{path}`: {error}; use the path of a file"))
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The path with another word before its ending.
    pub(super) fn sibling(&self, word: &str) -> PathBuf {
        self.path.with_extension(format!("{word}.log"))
    }

    pub(super) fn remove(&self) {
        // A file that stays is in nobody's way.
        drop(fs::remove_file(&self.path));
    }

    /// Counts what is in it.
    pub(super) fn content(&self) -> Result<Content, String> {
        let mut content = Content::default();
        let mut file = File::open(&self.path).map_err(|error| self.unreadable(&error))?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = file.read(&mut buffer).map_err(|error| self.unreadable(&error))?;
            let read = buffer.get(..count).unwrap_or_default();
            content.bytes += read.len() as u64;
            content.lines += read.iter().filter(|&&byte| byte == b'\n').count() as u64;
            if count == 0 {
                return Ok(content);
            }
        }
    }

    /// The end of the file.
    pub(super) fn last_lines(&self, count: usize) -> Result<String, String> {
        const ENOUGH: u64 = 1 << 16;
        let read = || -> std::io::Result<Vec<u8>> {
            let mut file = File::open(&self.path)?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(ENOUGH)))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = read().map_err(|error| self.unreadable(&error))?;
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(count);
        Ok(lines.get(from..).unwrap_or_default().join("\n"))
    }

    fn unreadable(&self, error: &std::io::Error) -> String {
        format!("cannot read `{}`: {error}", self.path.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_quotes() {
        let path = std::env::temp_dir().join(format!("hydra-log-file-{}.log", std::process::id()));
        let log = LogFile::create(&path).unwrap();
        assert_eq!(log.content(), Ok(Content::default()));
        fs::write(&path, "one\ntwo\nthree\n").unwrap();
        assert_eq!(log.content(), Ok(Content { lines: 3, bytes: 14 }));
        assert_eq!(log.last_lines(2).as_deref(), Ok("two\nthree"));
        assert!(log.sibling("peer").to_string_lossy().ends_with(".peer.log"));
        log.remove();
        assert!(log.content().unwrap_err().contains("cannot read"));
    }

    #[test]
    fn a_path_that_cannot_be_written_is_named() {
        let reason = LogFile::create(Path::new("no/such/folder/a.log")).unwrap_err();
        assert!(reason.contains("no/such/folder/a.log"), "{reason}");
    }
}
