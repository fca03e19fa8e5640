//! A file that lines are appended to, found again when it was moved away.

use core::fmt;
use core::time::Duration;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

#[cfg(unix)]
use super::Place;
use super::whole::write_whole;
use super::{Sink, WriteError};
use crate::builder::Output;
use crate::sys::signal;

/// How often the path is looked at.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Appends to a file.
///
/// A new file belongs to its owner alone (mode 0600). Once a second the sink looks whether the path
/// still leads to the same file; when a log rotation has moved or removed it, it is created again.
/// Lines written meanwhile are in the moved file.
///
/// ```no_run
/// use hydra_log::sink::File;
/// let file = File::open("app.log")?;
/// # Ok::<(), hydra_log::sink::OpenError>(())
/// ```
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    file: fs::File,
    next_look: Instant,
    /// How many hangups there were when the file was opened; `None` if they don't matter.
    hangups: Option<usize>,
    /// Whether the path could not be opened again, and somebody was told so.
    told: bool,
    /// How often the path was opened again.
    generation: u64,
    /// The generation whose name is on the disk.
    named: Option<u64>,
}

impl File {
    /// Opens or creates a file. Its directory has to be there.
    ///
    /// # Errors
    ///
    /// [`OpenError`] with the path and what to do.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref().to_path_buf();
        let file = open(&path)?;
        let next_look = Instant::now() + LOOK_INTERVAL;
        Ok(Self { path, file, next_look, hangups: None, told: false, generation: 0, named: None })
    }

    /// Opens or creates a file for a binary log, which `hydra decode` reads.
    ///
    /// What is there already stays: this process's session is appended, also behind a block that
    /// another one left half written. A file that was moved away can be read without the next one.
    ///
    /// ```no_run
    /// use hydra_log::{Builder, sink::File};
    /// let guard = Builder::new().sink(File::binary("app.hlog")?).try_init()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// It is short for `Output::new(File::open(path)?).binary()`.
    ///
    /// # Errors
    ///
    /// [`OpenError`] with the path and what to do.
    pub fn binary(path: impl AsRef<Path>) -> Result<Output, OpenError> {
        Ok(Output::new(Self::open(path)?).binary())
    }

    /// Opens the file again on every hangup signal (SIGHUP) too, as log rotations ask for.
    ///
    /// From then on a hangup does not end the process; a handler that was installed before goes on
    /// being called. Without hangups (outside Unix) this does nothing.
    ///
    /// ```no_run
    /// use hydra_log::sink::File;
    /// let file = File::open("/var/log/app.log")?.reopen_on_hangup()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What the system says when it refuses the signal handler.
    pub fn reopen_on_hangup(mut self) -> io::Result<Self> {
        signal::watch_hangups()?;
        self.hangups = Some(signal::hangups());
        Ok(self)
    }

    /// The path as given.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes the file has, as far as it tells.
    pub(super) fn len(&self) -> u64 {
        self.file.metadata().map_or(0, |data| data.len())
    }

    /// When it was written last.
    pub(super) fn modified(&self) -> Option<std::time::SystemTime> {
        self.file.metadata().ok()?.modified().ok()
    }

    /// Whether the path leads to this very file.
    pub(super) fn is_in_place(&self) -> bool {
        is_at(&self.file, &self.path)
    }

    /// Opens the path again, where what was there was moved away.
    pub(super) fn reopen(&mut self) -> Result<(), OpenError> {
        self.file = open(&self.path)?;
        self.generation += 1;
        Ok(())
    }

    fn look(&mut self, hangups: usize, now: Instant) -> Result<(), OpenError> {
        let was_asked = self.hangups.is_some_and(|seen| seen != hangups);
        if !was_asked && now < self.next_look {
            return Ok(());
        }
        self.next_look = now + LOOK_INTERVAL;
        if !was_asked && is_at(&self.file, &self.path) {
            self.told = false;
            return Ok(());
        }
        match open(&self.path) {
            Ok(file) => {
                self.file = file;
                self.generation += 1;
                self.hangups = self.hangups.map(|_| hangups);
                self.told = false;
                Ok(())
            }
            // Lines go on to the old file; the path is tried again later.
            Err(error) if !self.told => {
                self.told = true;
                Err(error)
            }
            Err(_) => Ok(()),
        }
    }
}

impl Sink for File {
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        let file = &self.file;
        write_whole(lines, |bytes| (&*file).write(bytes), || wait(file))
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    #[cfg(unix)]
    fn place(&mut self) -> io::Result<Option<Place>> {
        use std::os::unix::fs::MetadataExt;
        let data = self.file.metadata()?;
        let place = || Place {
            path: self.path.clone(),
            device: data.dev(),
            inode: data.ino(),
            offset: data.len(),
        };
        Ok(data.is_file().then(place))
    }

    /// `fdatasync`; for a file that was just opened, its directory too, which has its name.
    fn sync(&mut self) -> io::Result<()> {
        match self.file.sync_data() {
            // A pipe, a device: nothing that could be on a disk.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Ok(()),
            done => done?,
        }
        if self.named != Some(self.generation) {
            sync_directory(&self.path)?;
            self.named = Some(self.generation);
        }
        Ok(())
    }

    fn generation(&self) -> u64 {
        self.generation
    }

    fn maintain(&mut self) -> io::Result<()> {
        self.look(signal::hangups(), Instant::now())
            .map_err(|error| io::Error::new(error.source.kind(), error))
    }
}

fn open(path: &Path) -> Result<fs::File, OpenError> {
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    private(&mut options);
    options.open(path).map_err(|source| OpenError { path: path.to_path_buf(), source })
}

/// Only the owner may read it; and a pipe without a reader is an error, not an endless wait.
#[cfg(unix)]
fn private(options: &mut fs::OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
}

#[cfg(not(unix))]
fn private(_options: &mut fs::OpenOptions) {}

/// Whether the path leads to this very file.
#[cfg(unix)]
pub(crate) fn is_at(file: &fs::File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |data: fs::Metadata| (data.dev(), data.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(named)) => identity(open) == identity(named),
        // What is not there is opened again; what can't be looked at is left alone.
        (_, Err(error)) => error.kind() != io::ErrorKind::NotFound,
        (Err(_), _) => true,
    }
}

/// Whether the path leads to this very file. Elsewhere a file that is open stays where it is.
#[cfg(not(unix))]
pub(crate) fn is_at(_file: &fs::File, _path: &Path) -> bool {
    true
}

#[cfg(unix)]
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    fs::File::open(directory.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
pub(crate) fn sync_directory(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn wait(file: &fs::File) -> io::Result<bool> {
    use std::os::fd::AsFd;
    crate::sys::fd::wait_writable(file.as_fd(), super::whole::PATIENCE)
}

#[cfg(not(unix))]
fn wait(_file: &fs::File) -> io::Result<bool> {
    Ok(false)
}

/// A file that could not be opened.
///
/// ```
/// use hydra_log::sink::File;
/// let error = File::open("/no/such/place/app.log").unwrap_err();
/// assert!(error.to_string().starts_with("cannot open the log file /no/such/place/app.log: "));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct OpenError {
    /// The path as given.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl OpenError {
    /// What to do about it.
    fn hint(&self) -> &'static str {
        #[cfg(unix)]
        if self.source.raw_os_error() == Some(libc::ENXIO) {
            return "; start the program that reads the pipe first";
        }
        match self.source.kind() {
            io::ErrorKind::NotFound => "; create its directory first",
            io::ErrorKind::PermissionDenied => "; choose a path that this user may write to",
            io::ErrorKind::IsADirectory => "; name a file in this directory",
            io::ErrorKind::NotADirectory => "; a part of the path is a file, not a directory",
            io::ErrorKind::ReadOnlyFilesystem => "; choose a path on a disk that can be written to",
            _ => "",
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, hint) = (self.path.display(), self.hint());
        write!(f, "cannot open the log file {path}: {}{hint}", self.source)
    }
}

impl core::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory of its own for a test, removed behind it.
    struct Directory(PathBuf);

    impl Directory {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("hydra-file-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn at(&self, name: &str) -> PathBuf {
            self.0.join(name)
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _gone = fs::remove_dir_all(&self.0);
        }
    }

    fn later(seconds: u64) -> Instant {
        Instant::now() + Duration::from_secs(seconds)
    }

    #[test]
    fn appends() {
        let directory = Directory::new("append");
        let path = directory.at("app.log");
        File::open(&path).unwrap().write(b"one\n").unwrap();
        File::open(&path).unwrap().write(b"two\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one\ntwo\n");
        assert_eq!(File::open(&path).unwrap().name(), path.display().to_string());
    }

    #[cfg(unix)]
    #[test]
    fn belongs_to_its_owner() {
        use std::os::unix::fs::PermissionsExt;
        let directory = Directory::new("mode");
        let path = directory.at("app.log");
        let _file = File::open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn is_opened_again_when_it_was_moved_or_removed() {
        let directory = Directory::new("moved");
        let (path, moved) = (directory.at("app.log"), directory.at("app.log.1"));
        let mut file = File::open(&path).unwrap();
        file.write(b"old\n").unwrap();
        fs::rename(&path, &moved).unwrap();
        file.write(b"meanwhile\n").unwrap();
        file.look(0, Instant::now()).unwrap();
        assert!(!path.exists(), "not before a second has gone");
        file.look(0, later(2)).unwrap();
        file.write(b"new\n").unwrap();
        assert_eq!(fs::read(&moved).unwrap(), b"old\nmeanwhile\n");
        assert_eq!(fs::read(&path).unwrap(), b"new\n");
        fs::remove_file(&path).unwrap();
        file.look(0, later(4)).unwrap();
        file.write(b"newer\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"newer\n");
        assert_eq!(file.generation(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn is_opened_again_on_a_hangup() {
        let directory = Directory::new("hangup");
        let (path, moved) = (directory.at("app.log"), directory.at("app.log.1"));
        let mut file = File::open(&path).unwrap();
        file.hangups = Some(0);
        fs::rename(&path, &moved).unwrap();
        file.look(1, Instant::now()).unwrap();
        file.write(b"new\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new\n");
        file.look(1, Instant::now()).unwrap();
        assert_eq!(file.hangups, Some(1));
    }

    #[cfg(unix)]
    #[test]
    fn goes_on_with_the_old_file_and_says_so_once() {
        let directory = Directory::new("gone");
        let (inner, aside) = (directory.at("logs"), directory.at("aside"));
        fs::create_dir(&inner).unwrap();
        let path = inner.join("app.log");
        let mut file = File::open(&path).unwrap();
        fs::rename(&inner, &aside).unwrap();
        let error = file.look(0, later(2)).unwrap_err();
        assert!(error.to_string().ends_with("create its directory first"), "{error}");
        file.look(0, later(4)).unwrap();
        file.write(b"line\n").unwrap();
        assert_eq!(fs::read(aside.join("app.log")).unwrap(), b"line\n");
        fs::rename(&aside, &inner).unwrap();
        file.look(0, later(6)).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn says_why_it_cannot_be_opened() {
        let directory = Directory::new("errors");
        let message = |path: PathBuf| File::open(path).unwrap_err().to_string();
        assert!(message(directory.at("no/app.log")).ends_with("create its directory first"));
        assert!(message(directory.0.clone()).ends_with("name a file in this directory"));
        let _file = File::open(directory.at("app.log")).unwrap();
        assert!(message(directory.at("app.log/x")).ends_with("not a directory"));
        assert!(File::open("").is_err());
        assert!(File::open("nul\0byte").is_err());
    }

    #[test]
    fn is_put_on_the_disk() {
        let directory = Directory::new("sync");
        let mut file = File::open(directory.at("app.log")).unwrap();
        file.write(b"line\n").unwrap();
        file.sync().unwrap();
        assert_eq!(file.named, Some(0));
        file.reopen().unwrap();
        file.sync().unwrap();
        assert_eq!(file.named, Some(1));
        #[cfg(unix)]
        File::open("/dev/null").unwrap().sync().unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error() {
        let mut file = File::open("/dev/full").unwrap();
        let error = file.write(b"line\n").unwrap_err();
        assert_eq!((error.written, error.source.kind()), (0, io::ErrorKind::StorageFull));
        file.maintain().unwrap();
    }
}
