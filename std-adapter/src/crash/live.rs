//! A crash file looked at from outside, while its process lives: read-only, and nothing in it is
//! trusted.
//!
//! Only the words in front of rings and spools are read, so a look costs little however large the
//! file is. The process goes on meanwhile, so a ring's two ends are from different moments: what
//! was drained in between makes it look empty, never damaged.

use core::time::Duration;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hydra_log_core::recover::{Places, SpoolLayout};
use hydra_log_core::ring::{mpsc, spsc};
use hydra_log_core::spool::{MAX_READERS, Spool};

use super::image::{Lane, text, threads, word};
use super::layout::{
    ALIGNMENT, AT_LANES, AT_LAYOUT, AT_PID, AT_PROGRAM, AT_STARTED_NS, AT_VERSION, HEADER_BYTES,
    IDLE, Kind, MAGIC, PROGRAM_BYTES, SEGMENT, SEGMENT_BYTES, SEGMENT_CAPACITY, SEGMENT_HEAD,
    SEGMENT_KIND, SEGMENT_MAGIC, THREAD_BYTES, THREADS, VERSION, fingerprint, lane_at,
};
use super::{ImageError, directory};
use crate::engine::memory::spool_header_bytes;
use crate::engine::ring_header_bytes;
use crate::format::ThreadInfo;

/// What one file says of its process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Look {
    /// The file.
    pub path: PathBuf,
    /// The process's number.
    pub pid: u64,
    /// The program's name.
    pub program: String,
    /// When it started, in nanoseconds since the Unix epoch.
    pub started_ns: u64,
    /// Whether the process lives: it holds the file's lock. A dead one's is for recovery.
    pub is_alive: bool,
    /// How many bytes the file has.
    pub bytes: u64,
    /// How many bytes the spool holds at the most.
    pub spool_bytes: usize,
    /// The sinks.
    pub sinks: Vec<LookedSink>,
    /// The rings, that which threads share first.
    pub rings: Vec<LookedRing>,
    /// How many pieces of the file say what nothing can have written.
    pub damaged: usize,
}

/// A sink, seen from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LookedSink {
    /// Its name.
    pub name: String,
    /// Whether it is in the middle of a batch that goes to a regular file.
    pub is_writing: bool,
    /// How many bytes of records wait in the spool for it.
    pub pending_bytes: usize,
}

/// A ring, seen from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LookedRing {
    /// Its number; `None` for the one that threads share.
    pub number: Option<u32>,
    /// The system's number of the thread that used it last.
    pub thread: Option<u64>,
    /// That thread's name.
    pub name: Option<String>,
    /// How many bytes it holds.
    pub capacity: usize,
    /// How many bytes wait in it for the drain.
    pub pending_bytes: usize,
    /// How many bytes went through it, for a rate: it wraps, as numbers of the machine do.
    pub position: usize,
    /// How many records went through it.
    pub published: u64,
    /// How many were lost by level, `Error` first.
    pub lost: [u64; 5],
}

/// Why a file says nothing.
#[derive(Debug)]
#[non_exhaustive]
pub enum LookError {
    /// The system refused to read it.
    System(io::Error),
    /// It is not what an engine of this version makes.
    Image(ImageError),
    /// It belongs to another user.
    Foreign,
}

impl core::fmt::Display for LookError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::System(error) => write!(f, "cannot be read: {error}"),
            Self::Image(error) => error.fmt(f),
            Self::Foreign => f.write_str("belongs to another user"),
        }
    }
}

impl core::error::Error for LookError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::System(error) => Some(error),
            Self::Image(error) => Some(error),
            Self::Foreign => None,
        }
    }
}

/// Looks at all crash files of a directory, the oldest process first; or at one file. Nothing is
/// changed, locked or written.
///
/// ```no_run
/// for (path, look) in hydra_log::crash::look("/dev/shm/hydra-1000-server")? {
///     match look {
///         Ok(look) => println!("{}: {} rings", look.program, look.rings.len()),
///         Err(error) => println!("{}: {error}", path.display()),
///     }
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// What the system says of the directory; what is wrong with a file comes with it.
pub fn look(place: impl AsRef<Path>) -> io::Result<Vec<(PathBuf, Result<Look, LookError>)>> {
    let place = place.as_ref();
    let paths = if place.is_dir() { directory::files(place)? } else { vec![place.to_path_buf()] };
    if !place.is_dir() {
        fs::symlink_metadata(place)?;
    }
    Ok(paths.into_iter().filter_map(|path| Some((path.clone(), one(&path).transpose()?))).collect())
}

/// One file; `None` if it is gone.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn one(path: &Path) -> Result<Option<Look>, LookError> {
    use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
    let flags = libc::O_NOFOLLOW | libc::O_CLOEXEC | libc::O_NONBLOCK | libc::O_NOCTTY;
    let file = match fs::OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(LookError::System)?,
    };
    let data = file.metadata().map_err(LookError::System)?;
    let user = crate::sys::owned::user();
    if data.uid() != user && user != 0 {
        return Err(LookError::Foreign);
    }
    if !data.is_file() {
        return Err(LookError::Image(ImageError::Magic));
    }
    let read = |at: u64, buffer: &mut [u8]| {
        let mut done = 0;
        while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match file.read_at(rest, at + done as u64) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        done
    };
    let mut look = read_from(&read, data.len())?;
    look.path = path.to_path_buf();
    look.is_alive = is_locked(data.dev(), data.ino());
    Ok(Some(look))
}

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
fn one(_path: &Path) -> Result<Option<Look>, LookError> {
    let text = "crash-proof rings need 64-bit Linux";
    Err(LookError::System(io::Error::new(io::ErrorKind::Unsupported, text)))
}

/// Whether somebody has locked the file. Trying to lock it would keep others from it.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn is_locked(device: u64, inode: u64) -> bool {
    let (major, minor) = (libc::major(device), libc::minor(device));
    let file = format!("{major:02x}:{minor:02x}:{inode}");
    let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
    locks.lines().any(|line| {
        let mut words = line.split_whitespace();
        words.any(|word| word == "FLOCK") && words.any(|word| word == file)
    })
}

/// Reads up to as many bytes as there is room for, at a place; says how many.
type Read<'r> = dyn Fn(u64, &mut [u8]) -> usize + 'r;

/// Takes a file of `len` bytes apart, as far as a look needs it.
fn read_from(read: &Read<'_>, len: u64) -> Result<Look, LookError> {
    let mut header = vec![0; HEADER_BYTES];
    if read(0, &mut header) < HEADER_BYTES || !header.starts_with(&MAGIC) {
        return Err(LookError::Image(ImageError::Magic));
    }
    let version = word(&header, AT_VERSION);
    if version != VERSION || word(&header, AT_LAYOUT) != fingerprint() {
        return Err(LookError::Image(ImageError::Version(version)));
    }
    let lanes = usize::try_from(word(&header, AT_LANES)).unwrap_or(usize::MAX).min(MAX_READERS);
    let mut look = Look {
        pid: word(&header, AT_PID),
        program: text(&header, AT_PROGRAM, PROGRAM_BYTES).to_owned(),
        started_ns: word(&header, AT_STARTED_NS),
        bytes: len,
        sinks: (0..lanes).map(|lane| sink(&header, lane)).collect(),
        ..Look::default()
    };
    read_segments(&mut look, read, len);
    Ok(look)
}

fn sink(header: &[u8], lane: usize) -> LookedSink {
    let lane = Lane::read(header, lane_at(lane));
    LookedSink {
        name: lane.name.to_owned(),
        is_writing: lane.state != IDLE,
        ..LookedSink::default()
    }
}

/// The longest piece in front of a ring's or a spool's bytes.
fn head_bytes() -> usize {
    SEGMENT_HEAD + spool_header_bytes().max(ring_header_bytes(false)).max(ring_header_bytes(true))
}

fn read_segments(look: &mut Look, read: &Read<'_>, len: u64) {
    let mut head = vec![0; head_bytes()];
    let mut names = HashMap::new();
    let (mut at, mut rings) = (HEADER_BYTES as u64, 0);
    while at < len {
        let there = read(at, &mut head);
        let segment = head.get(..there).unwrap_or_default();
        if word(segment, SEGMENT_MAGIC) != SEGMENT {
            break;
        }
        let bytes = word(segment, SEGMENT_BYTES);
        let fits = at.checked_add(bytes).is_some_and(|end| end <= len);
        if bytes == 0 || !bytes.is_multiple_of(ALIGNMENT as u64) || !fits {
            look.damaged += 1;
            break;
        }
        let capacity = usize::try_from(word(segment, SEGMENT_CAPACITY)).unwrap_or(usize::MAX);
        let body = segment.get(SEGMENT_HEAD..).unwrap_or_default();
        let is_possible = (capacity as u64) <= bytes;
        match Kind::of(word(segment, SEGMENT_KIND)) {
            Some(Kind::Threads) => names = read_threads(read, at),
            Some(Kind::Spool) if is_possible => read_spool(look, body, capacity),
            Some(Kind::SharedRing) if is_possible => {
                add_ring(look, ring(body, capacity, None));
            }
            Some(Kind::ThreadRing) if is_possible => {
                add_ring(look, ring(body, capacity, Some(rings)));
            }
            Some(Kind::Spool | Kind::SharedRing | Kind::ThreadRing) | None => look.damaged += 1,
            Some(Kind::Dictionary | Kind::Outbox | Kind::Recorder) => {}
        }
        rings += u32::from(word(segment, SEGMENT_KIND) == Kind::ThreadRing as u64);
        at += bytes;
    }
    for ring in &mut look.rings {
        let user = ring.thread.take().and_then(|user| u32::try_from(user).ok());
        if let Some(info) = user.and_then(|user| names.get(&user)) {
            let info: &ThreadInfo = info;
            (ring.thread, ring.name) = (Some(info.id), info.name.clone());
        }
    }
}

fn add_ring(look: &mut Look, ring: Option<LookedRing>) {
    match ring {
        Some(ring) => look.rings.push(ring),
        None => look.damaged += 1,
    }
}

fn read_threads(read: &Read<'_>, at: u64) -> HashMap<u32, ThreadInfo> {
    let mut body = vec![0; THREADS * THREAD_BYTES];
    let there = read(at + SEGMENT_HEAD as u64, &mut body);
    threads(body.get(..there).unwrap_or_default())
}

fn read_spool(look: &mut Look, body: &[u8], capacity: usize) {
    look.spool_bytes = capacity;
    let layout: &SpoolLayout = &Spool::LAYOUT;
    for (reader, sink) in look.sinks.iter_mut().enumerate() {
        let places = Places::of_spool(body, layout, reader).ok();
        match places.and_then(|places| pending(places, capacity)) {
            Some(bytes) => sink.pending_bytes = bytes,
            None => look.damaged += 1,
        }
    }
}

/// A ring; `None` if its words are none that a ring has.
fn ring(body: &[u8], capacity: usize, number: Option<u32>) -> Option<LookedRing> {
    let layout = if number.is_some() { spsc::Ring::LAYOUT } else { <mpsc::Ring>::LAYOUT };
    let places = Places::of_ring(body, &layout, 0).ok()?;
    let (lost, _) = Places::losses(body, &layout).ok()?;
    Some(LookedRing {
        number,
        // Its number in the table of threads, for now.
        thread: number.map(|_| word(body, spsc::Ring::USER_AT)),
        name: None,
        capacity,
        pending_bytes: pending(places, capacity)?,
        position: places.tail,
        published: word(body, layout.published),
        lost,
    })
}

/// How many bytes wait between two places that were read one after the other.
fn pending(places: Places, capacity: usize) -> Option<usize> {
    let bytes = places.tail.wrapping_sub(places.head);
    // The reader went on between the two looks, past where the writer had been.
    let went_on = places.head.wrapping_sub(places.tail) <= capacity;
    if went_on { Some(0) } else { (bytes <= capacity).then_some(bytes) }
}

/// For fuzzing: looks at any bytes as a crash file; how many rings it has.
#[doc(hidden)]
#[must_use]
pub fn look_at(bytes: &[u8]) -> Option<Look> {
    let read = |at: u64, buffer: &mut [u8]| {
        let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        count
    };
    read_from(&read, bytes.len() as u64).ok()
}

impl LookedRing {
    /// How full it is, from 0 to 1.
    #[must_use]
    pub fn fill(&self) -> f64 {
        self.pending_bytes as f64 / self.capacity.max(1) as f64
    }

    /// Records and bytes a second since an earlier look at the same ring.
    #[must_use]
    pub fn rates(&self, before: &Self, time: Duration) -> (f64, f64) {
        let seconds = time.as_secs_f64().max(1e-9);
        let records = self.published.saturating_sub(before.published);
        let bytes = self.position.wrapping_sub(before.position);
        let bytes = if bytes > usize::MAX / 2 { 0 } else { bytes };
        (records as f64 / seconds, bytes as f64 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crash::sample;

    #[test]
    fn sees_what_a_process_has() {
        let look = look_at(&sample::image()).unwrap();
        assert_eq!((look.sinks.len(), look.rings.len(), look.damaged), (2, 2, 0));
        assert!(look.sinks[0].is_writing && !look.sinks[1].is_writing);
        assert_eq!(look.sinks[0].pending_bytes, 24);
        let numbers = look.rings.iter().map(|ring| (ring.number, ring.pending_bytes));
        let numbers: Vec<_> = numbers.collect();
        assert_eq!(numbers, [(Some(0), 16), (None, 16)]);
    }

    #[test]
    fn is_refused_when_it_is_of_another_kind() {
        let image = sample::image();
        assert!(look_at(&[]).is_none() && look_at(&image[..HEADER_BYTES - 1]).is_none());
        let mut other = image.clone();
        other[AT_VERSION] = 9;
        assert!(look_at(&other).is_none());
        let mut other = image;
        other[0] = b'X';
        assert!(look_at(&other).is_none());
    }

    #[test]
    fn what_the_drain_took_meanwhile_is_no_damage() {
        let places = |head, tail| Places { head, tail, moved: false };
        assert_eq!(pending(places(100, 164), 1024), Some(64));
        assert_eq!(pending(places(164, 100), 1024), Some(0));
        assert_eq!(pending(places(0, 1024), 1024), Some(1024));
        assert_eq!(pending(places(0, 4096), 1024), None);
        assert_eq!(pending(places(usize::MAX - 7, 8), 1024), Some(16));
    }

    /// Every byte of the parts that are read, damaged in several ways: never a panic, and never
    /// more than there is.
    #[test]
    fn damaged_images_are_looked_at_without_harm() {
        let image = sample::image();
        let mut seed = 1_u64;
        let mut looks = 0;
        for at in (0..image.len()).step_by(8) {
            for value in [0, 1, 0x7F, 0x80, 0xFF] {
                let mut damaged = image.clone();
                damaged[at..at + 8].fill(value);
                looks += usize::from(check(&damaged));
            }
        }
        for _ in 0..2_000 {
            let mut damaged = image.clone();
            for _ in 0..8 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let at = usize::try_from(seed >> 33).unwrap() % damaged.len();
                damaged[at] = u8::try_from(seed & 0xFF).unwrap();
            }
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            damaged.truncate(usize::try_from(seed >> 33).unwrap() % (damaged.len() + 1));
            looks += usize::from(check(&damaged));
        }
        assert!(looks > 1_000, "most damage leaves something to see: {looks}");
    }

    fn check(bytes: &[u8]) -> bool {
        let Some(look) = look_at(bytes) else { return false };
        let pages = bytes.len() / ALIGNMENT + 1;
        assert!(look.rings.len() <= pages && look.sinks.len() <= MAX_READERS);
        assert!(look.rings.iter().all(|ring| ring.pending_bytes <= ring.capacity));
        assert!(look.rings.iter().all(|ring| ring.capacity <= bytes.len()));
        true
    }
}
