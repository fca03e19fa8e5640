//! What a process that died in the middle of things had still to write.
//!
//! With [`Builder::crash_proof`](crate::Builder::crash_proof) an engine keeps its rings and its
//! spool in a file of a memory file system. A log call costs what it costs without: only where the
//! memory comes from differs. When the process dies, by whatever signal, the file stays, and holds
//! every record whose call had returned. The next start with the same directory writes them out,
//! once, and removes the file; [`Recovery`] (or `hydra recover`) does the same by hand.
//!
//! Text lines of such records end in ` [recovered]`, JSON lines have `"recovered":true`.
//!
//! ```no_run
//! use hydra_log::{Builder, crash, sink::File};
//! let mut builder = Builder::new().sink(File::open("app.log")?);
//! if let Some(directory) = crash::default_directory() {
//!     builder = builder.crash_proof(directory);
//! }
//! let _guard = builder.try_init()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub(crate) mod batch;
mod dead;
pub(crate) mod directory;
mod image;
mod items;
pub(crate) mod layout;
mod live;
mod made;
mod names;
pub(crate) mod page;
pub(crate) mod recovery;
mod rest;
mod sample;
pub(crate) mod store;

use core::fmt;
use std::io;
use std::path::PathBuf;

use hydra_log_core::recover::Rejected;

pub use self::live::{Look, LookError, LookedRing, LookedSink, look};
use crate::builder::Output;

/// A directory for this user and this program on the memory file system, where there is one.
///
/// It survives processes, not the machine. Programs that differ must not share a directory, as the
/// next start writes out what it finds there.
#[must_use]
pub fn default_directory() -> Option<PathBuf> {
    #[cfg(all(target_os = "linux", target_pointer_width = "64"))]
    {
        let memory = std::path::Path::new("/dev/shm");
        let name = format!("hydra-{}-{}", crate::sys::owned::user(), program());
        memory.is_dir().then(|| memory.join(name))
    }
    #[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
    None
}

/// The program's name, of letters that every file system takes.
pub(crate) fn program() -> String {
    let path = std::env::current_exe().unwrap_or_default();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let name: String = name.chars().map(|at| if plain(at) { at } else { '_' }).take(64).collect();
    if name.is_empty() { "program".to_owned() } else { name }
}

/// Writes out by hand what dead processes left. Living ones are not touched.
///
/// ```no_run
/// use hydra_log::{crash::Recovery, sink::File};
/// let log = File::open("server.log")?;
/// let found = Recovery::new("/dev/shm/hydra-1000-server").output(log).run()?;
/// for process in found {
///     println!("{}: {} records", process.path.display(), process.records);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is written before `run`"]
pub struct Recovery {
    directory: PathBuf,
    outputs: Vec<Output>,
    keep: bool,
}

impl Recovery {
    /// Of the processes that had this directory.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), outputs: Vec::new(), keep: false }
    }

    /// Adds somewhere to write. A sink of the same name as one of the dead process's, or for the
    /// same file, goes on where that was; if there is none, all of them get everything that some
    /// sink had not written.
    pub fn output(mut self, output: impl Into<Output>) -> Self {
        self.outputs.push(output.into());
        self
    }

    /// Whether the files stay as they are, for another look: what is written now is written again
    /// then. Else they are removed once written.
    pub fn keep(mut self, keep: bool) -> Self {
        self.keep = keep;
        self
    }

    /// Writes what there is, process by process, the first to start first.
    ///
    /// # Errors
    ///
    /// What the system says of the directory. What went wrong with a file is in its [`Recovered`].
    pub fn run(mut self) -> io::Result<Vec<Recovered>> {
        recovery::run(&self.directory, &mut self.outputs, self.keep)
    }
}

/// What became of one dead process's file.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Recovered {
    /// The file.
    pub path: PathBuf,
    /// The process's number; it may belong to another one by now.
    pub pid: u64,
    /// The program's name.
    pub program: String,
    /// The boot of the machine that it ran in.
    pub boot: String,
    /// When it started, in nanoseconds since the Unix epoch.
    pub started_ns: u64,
    /// Records written, to the output that was furthest behind.
    pub records: u64,
    /// Losses told of in gap records: full rings while the process lived.
    pub losses: u64,
    /// Calls that had not returned, in the ring that threads share.
    pub holes: usize,
    /// Whether a batch that the process was writing was completed, byte by byte.
    pub completed: bool,
    /// Where the memory was damaged; what lies behind in that ring is lost.
    pub damage: Option<Rejected>,
    /// Why it could not be written out. The file is still there then.
    pub error: Option<RecoverError>,
}

/// Why a file could not be written out.
#[derive(Debug)]
#[non_exhaustive]
pub enum RecoverError {
    /// The system refused something; the next recovery goes on from there.
    System(io::Error),
    /// It is not what a process leaves. It was renamed, to end in `rejected`.
    Image(ImageError),
}

impl fmt::Display for RecoverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(error) => write!(f, "cannot recover: {error}"),
            Self::Image(error) => write!(f, "cannot recover: {error}"),
        }
    }
}

impl core::error::Error for RecoverError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::System(error) => Some(error),
            Self::Image(error) => Some(error),
        }
    }
}

/// Why bytes are no crash file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageError {
    /// They don't start with the format's name.
    Magic,
    /// A version that is not understood, or another kind of machine.
    Version(u64),
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Magic => f.write_str("not a crash file"),
            Self::Version(version) => {
                write!(f, "crash file of another version ({version}) or another kind of machine")
            }
        }
    }
}

impl core::error::Error for ImageError {}

/// For fuzzing: reads any bytes as a crash file; how many records are in it.
#[doc(hidden)]
#[must_use]
pub fn read_image(bytes: &[u8]) -> usize {
    let Ok(image) = image::Image::parse(bytes) else { return 0 };
    let outboxes = image.lanes.iter().map(|lane| image.outbox(lane).len());
    assert!(outboxes.max() <= Some(bytes.len()), "what was rendered is in the image");
    let starts = (0..image.lanes.len()).map(|lane| image.spool_start(lane));
    starts.map(|start| items::items(&image, start).0.len()).max().unwrap_or(0)
}

#[doc(hidden)]
pub use self::live::look_at;

/// For fuzzing: a crash file to begin with.
#[doc(hidden)]
#[must_use]
pub fn sample_image() -> Vec<u8> {
    sample::image()
}
