//! The sink: a file whose lines are chained, with signed checkpoints.

use core::fmt;
use core::time::Duration;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::chain::{Beside, Checkpoint, Kind, Tag, put_record, tag};
use super::end::{End, Head, head_path};
use super::key::SecretKey;
use crate::sink::file::{is_at, sync_directory};
use crate::sink::{Sink, WriteError};

/// How often the path is looked at.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Appends lines to a file that shows whether somebody touched them: see
/// [`audit`](mod@crate::audit).
///
/// A new file belongs to its owner alone, as does the one beside it that ends in `.head`: it holds
/// the last checkpoint, so that a cut at the end shows. What a process before wrote is gone on
/// with. When the file was moved away by a log rotation, which leaves the `.head` where it is, the
/// next one goes on where it ends. One process writes to a file at a time; a forked child is
/// refused.
pub struct AuditFile {
    path: PathBuf,
    file: fs::File,
    key: SecretKey,
    /// The number and the tag of the last line.
    seq: u64,
    tag: Tag,
    /// How many bytes the file has, as far as they are chained.
    len: u64,
    /// Records since the last checkpoint.
    unsigned: u64,
    /// A write failed in the middle of a line, which is still there.
    is_torn: bool,
    /// Whether the directory has the file's name on the disk.
    is_named: bool,
    next_look: Instant,
    process: u32,
}

impl fmt::Debug for AuditFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditFile")
            .field("path", &self.path)
            .field("key", &self.key)
            .field("seq", &self.seq)
            .finish_non_exhaustive()
    }
}

impl AuditFile {
    /// Opens or creates a file. Its directory has to be there.
    ///
    /// # Errors
    ///
    /// What the system says; `InvalidData` for a file that is no audit file of this key, and
    /// `WouldBlock` for one that another process writes to.
    pub fn open(path: impl AsRef<Path>, key: SecretKey) -> io::Result<Self> {
        let path = path.as_ref().to_path_buf();
        let mut file = open(&path)?;
        let head = Head::read(&path, &key.public())?;
        let end = End::of(&mut file, &key, &head, &path)?;
        let mut this = Self {
            path,
            file,
            seq: end.seq,
            tag: end.tag,
            len: end.len,
            key,
            unsigned: 0,
            is_torn: false,
            is_named: false,
            next_look: Instant::now() + LOOK_INTERVAL,
            process: std::process::id(),
        };
        this.begin(&end)?;
        Ok(this)
    }

    /// Tells of a new process; and of the line that the one before left unfinished.
    fn begin(&mut self, end: &End) -> io::Result<()> {
        let torn = end.torn.len() as u64;
        if torn > 0 {
            self.tag = tag(&self.tag, self.seq, &end.torn);
            self.file.write_all(b"\n")?;
            self.len += torn + 1;
        }
        let line = self.sign(end.kind, torn, end.beside)?;
        write_head(&self.path, &line)
    }

    /// Writes a checkpoint; gives its line.
    fn sign(&mut self, kind: Kind, torn: u64, beside: Beside) -> io::Result<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let (at, about) = ((self.seq, self.tag), (now, torn, beside));
        let checkpoint = Checkpoint::new(kind, at, about, &self.key);
        let line = format!("{}\n", checkpoint.line());
        self.append(line.as_bytes())?;
        (self.tag, self.unsigned) = (checkpoint.tag_behind(), 0);
        Ok(line)
    }

    /// Signs what is not signed yet.
    fn point(&mut self) -> io::Result<Option<String>> {
        if self.unsigned == 0 || self.process != std::process::id() {
            return Ok(None);
        }
        self.sign(Kind::Point, 0, Beside::Fits).map(Some)
    }

    /// Goes on in a new file, where this one was moved away.
    fn follow(&mut self) -> io::Result<()> {
        self.flush()?;
        let fresh = open(&self.path)?;
        if fresh.metadata()?.len() > 0 {
            let text = format!("{} is somebody else's; move it away", self.path.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
        }
        (self.file, self.len, self.is_torn, self.is_named) = (fresh, 0, false, false);
        let line = self.sign(Kind::File, 0, Beside::Fits)?;
        write_head(&self.path, &line)
    }

    /// Appends whole lines. Where that fails, takes back what was written of them.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.is_torn {
            self.file.set_len(self.len)?;
            self.is_torn = false;
        }
        match (&self.file).write_all(bytes) {
            Ok(()) => {
                self.len += bytes.len() as u64;
                Ok(())
            }
            Err(error) => {
                self.is_torn = self.file.set_len(self.len).is_err();
                Err(error)
            }
        }
    }
}

impl Sink for AuditFile {
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        let refused = |source| WriteError { written: 0, source };
        if self.process != std::process::id() {
            let text = "a forked child does not write to its parent's audit file";
            return Err(refused(io::Error::other(text)));
        }
        let (mut out, mut seq, mut last) = (Vec::new(), self.seq, self.tag);
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            seq += 1;
            last = tag(&last, seq, line);
            put_record(&mut out, line, seq, &last);
        }
        // All of them or none: what is taken back was not written.
        self.append(&out).map_err(refused)?;
        self.unsigned += seq - self.seq;
        (self.seq, self.tag) = (seq, last);
        Ok(())
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.point()? {
            Some(line) => write_head(&self.path, &line),
            None => Ok(()),
        }
    }

    /// Signs, too, so that what is on the disk is signed there. The file beside comes last: it
    /// never knows more than the disk.
    fn sync(&mut self) -> io::Result<()> {
        let line = self.point()?;
        self.file.sync_data()?;
        if !self.is_named {
            sync_directory(&self.path)?;
            self.is_named = true;
        }
        line.map_or(Ok(()), |line| write_head(&self.path, &line))
    }

    fn maintain(&mut self) -> io::Result<()> {
        let now = Instant::now();
        if now < self.next_look || self.process != std::process::id() {
            return Ok(());
        }
        self.next_look = now + LOOK_INTERVAL;
        if is_at(&self.file, &self.path) { Ok(()) } else { self.follow() }
    }
}

/// Replaces the file beside: whoever reads it finds one checkpoint or the other.
fn write_head(path: &Path, line: &str) -> io::Result<()> {
    let path = head_path(path);
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    private(&mut options);
    options.open(&fresh)?.write_all(line.as_bytes())?;
    fs::rename(&fresh, path)
}

fn open(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).append(true).create(true);
    private(&mut options);
    let file = options.open(path)?;
    lock(&file, path)?;
    Ok(file)
}

#[cfg(unix)]
fn private(options: &mut fs::OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600).custom_flags(libc::O_NOCTTY | libc::O_NOFOLLOW | libc::O_CLOEXEC);
}

#[cfg(not(unix))]
fn private(_options: &mut fs::OpenOptions) {}

/// Keeps other processes out for as long as the file is open.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn lock(file: &fs::File, path: &Path) -> io::Result<()> {
    if crate::sys::owned::lock(file)? {
        return Ok(());
    }
    let text = format!("{} is written by another process", path.display());
    Err(io::Error::new(io::ErrorKind::WouldBlock, text))
}

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
fn lock(_file: &fs::File, _path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::audit::verify_files;

    #[test]
    fn a_file_that_was_moved_away_is_gone_on_in_the_next_one() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        let key = SecretKey::generate(at("key")).unwrap();
        let mut file = AuditFile::open(at("a.log"), key.clone()).unwrap();
        file.write(b"one\n").unwrap();
        fs::rename(at("a.log"), at("a.log.1")).unwrap();
        file.write(b"two\n").unwrap();
        file.maintain().unwrap();
        assert!(!at("a.log").exists(), "not before a second has gone");
        file.next_look = Instant::now();
        file.maintain().unwrap();
        file.write(b"three\n").unwrap();
        file.sync().unwrap();
        let files = verify_files(&[at("a.log.1"), at("a.log")], &key.public()).unwrap();
        assert!(files.iter().all(|file| file.is_whole()), "{files:?}");
        assert_eq!((files[0].signed, files[1].behind, files[1].signed), (2, 2, 3));
        // What somebody put in its place is not written to.
        fs::rename(at("a.log"), at("a.log.2")).unwrap();
        fs::write(at("a.log"), "mine\n").unwrap();
        file.next_look = Instant::now();
        let error = file.maintain().unwrap_err();
        assert!(error.to_string().contains("move it away"), "{error}");
        assert_eq!(fs::read(at("a.log")).unwrap(), b"mine\n");
    }

    #[test]
    fn a_first_line_that_was_never_finished_is_begun_anew() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a.log");
        let key = SecretKey::generate(home.path().join("key")).unwrap();
        for left in ["", "{", "{\"hydra_audit\":\"file\",\"seq\":0"] {
            fs::write(&path, left).unwrap();
            let mut file = AuditFile::open(&path, key.clone()).unwrap();
            file.write(b"one\n").unwrap();
            file.flush().unwrap();
            let files = verify_files(&[&path], &key.public()).unwrap();
            assert!(files[0].is_whole(), "{left}: {files:?}");
            fs::remove_file(&path).unwrap();
            fs::remove_file(head_path(&path)).unwrap();
        }
    }
}
