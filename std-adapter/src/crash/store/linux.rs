//! A crash file: made, locked, mapped piece by piece, and removed.
#![expect(unsafe_code, reason = "promises that each mapping has one user")]

use core::mem::ManuallyDrop;
use core::ptr::NonNull;
use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use hydra_log_core::record::dictionary;
use hydra_log_core::site::{self, Site};

use super::{Request, fork};
use crate::crash::batch::Segment;
use crate::crash::layout::{
    ALIGNMENT, AT_BOOT, AT_CLOCK, AT_CLOCKS, AT_LANES, AT_LAYOUT, AT_PID, AT_PROGRAM,
    AT_STARTED_NS, AT_VERSION, BOOT_BYTES, CLOCK_BYTES, HEADER_BYTES, Kind, LANE_NAME, MAGIC,
    NAME_BYTES, PROGRAM_BYTES, SEGMENT, SEGMENT_BYTES, SEGMENT_CAPACITY, SEGMENT_HEAD,
    SEGMENT_KIND, SEGMENT_LONGEST, SEGMENT_MAGIC, THREAD_BYTES, THREADS, VERSION, fingerprint,
    lane_at,
};
use crate::crash::page::Page;
use crate::crash::{directory, program};
use crate::engine::{added, lock};
use crate::format::ThreadInfo;
use crate::sys;
use crate::sys::memory::Mapping;
use crate::sys::owned;

/// An engine's crash file, locked for as long as the process lives.
#[derive(Debug)]
pub(crate) struct Store {
    /// Never closed: its descriptor is listed, and open it holds the lock.
    file: ManuallyDrop<fs::File>,
    forks: u32,
    path: PathBuf,
    header: Page,
    threads: Page,
    end: Mutex<u64>,
    most: u64,
}

impl Store {
    /// Makes a crash file of at most `most` bytes for an engine with these sinks, where there is
    /// room for `least`.
    ///
    /// # Errors
    ///
    /// What the system says: of the directory, of the file, or that there is no room.
    pub(crate) fn create(
        directory: &Path,
        sinks: &[String],
        most: u64,
        least: u64,
    ) -> io::Result<Self> {
        directory::prepare(directory)?;
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let path = directory.join(directory::file_name(std::process::id(), started));
        // Under another name until the lock is held, so that nobody takes it for a dead one.
        let fresh = path.with_extension(directory::FRESH);
        let file = fs::OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC)
            .open(&fresh)?;
        let made = Self::fill(file, &path, sinks, (most, least), started);
        let renamed = made.and_then(|store| fs::rename(&fresh, &path).map(|()| store));
        if renamed.is_err() {
            // The first error is the one to tell.
            let _gone = fs::remove_file(&fresh);
        }
        renamed
    }

    fn fill(
        file: fs::File,
        path: &Path,
        sinks: &[String],
        (most, least): (u64, u64),
        started: u128,
    ) -> io::Result<Self> {
        if !owned::lock(&file)? {
            return Err(io::Error::new(io::ErrorKind::WouldBlock, "the crash file is locked"));
        }
        // Half of what is left: others live on this file system too.
        let left = owned::bytes_left(&file)?;
        let most = most.min(left / 2);
        if most < least {
            let text = format!("{left} bytes are left for a crash file that needs twice {least}");
            return Err(io::Error::new(io::ErrorKind::StorageFull, text));
        }
        owned::allocate(&file, 0, HEADER_BYTES)?;
        let header = Mapping::of_file(&file, 0, HEADER_BYTES)?.leak();
        fork::remember(&file, header, HEADER_BYTES);
        // SAFETY: bounds: just mapped, for good; race: the only page over it.
        let header = unsafe { Page::new(header, HEADER_BYTES) };
        let end = Mutex::new(HEADER_BYTES as u64);
        // A page of no bytes, until there is one.
        // SAFETY: bounds: nothing.
        let threads = unsafe { Page::new(NonNull::dangling(), 0) };
        let (file, path) = (ManuallyDrop::new(file), path.to_path_buf());
        let forks = sys::fork::count();
        let mut store = Self { file, forks, path, header, threads, end, most };
        store.introduce(sinks, started);
        added::each(|added| store.name(site::sites().iter().chain(added.iter().copied())))?;
        store.threads = store.page(Kind::Threads, THREADS * THREAD_BYTES)?.page;
        // Last: whoever finds it finds the rest.
        store.header.put(0, &MAGIC);
        Ok(store)
    }

    fn introduce(&self, sinks: &[String], started: u128) {
        let header = &self.header;
        header.store(AT_VERSION, VERSION);
        header.store(AT_LAYOUT, fingerprint());
        header.store(AT_PID, std::process::id().into());
        header.store(AT_STARTED_NS, u64::try_from(started).unwrap_or(u64::MAX));
        header.store(AT_LANES, sinks.len() as u64);
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        put_text(header, AT_BOOT, boot.trim(), BOOT_BYTES + 8);
        put_text(header, AT_PROGRAM, &program(), PROGRAM_BYTES);
        for (lane, name) in sinks.iter().enumerate() {
            put_text(header, lane_at(lane) + LANE_NAME, name, NAME_BYTES);
        }
    }

    /// Notes what callsites say, for recovery.
    ///
    /// # Errors
    ///
    /// When the file may not grow so far, or what the system says.
    pub(crate) fn name(&self, sites: impl IntoIterator<Item = &'static Site>) -> io::Result<()> {
        let mut bytes = Vec::new();
        let written = dictionary::write(sites, |part| {
            bytes.extend_from_slice(part);
            Ok::<_, core::convert::Infallible>(())
        });
        let Ok(()) = written;
        self.page(Kind::Dictionary, bytes.len())?.page.put(0, &bytes);
        Ok(())
    }

    fn page(&self, kind: Kind, bytes: usize) -> io::Result<Segment> {
        self.segment(Request {
            kind,
            bytes,
            capacity: bytes,
            longest: 0,
            touch: 0,
            or_plain: false,
        })
    }

    /// Memory at the end of the file.
    ///
    /// # Errors
    ///
    /// When the file may not grow so far, or what the system says.
    pub(crate) fn segment(&self, request: Request) -> io::Result<Segment> {
        if self.is_inherited() {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "this process was forked"));
        }
        let mut end = lock(&self.end);
        let bytes = (SEGMENT_HEAD + request.bytes).next_multiple_of(ALIGNMENT);
        if *end + bytes as u64 > self.most {
            let text = format!("{} bytes of crash-proof memory are in use", *end);
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, text));
        }
        owned::allocate(&self.file, *end, bytes)?;
        let mapping = Mapping::of_file(&self.file, *end, bytes)?;
        mapping.prefault(SEGMENT_HEAD + request.touch);
        let start = mapping.leak();
        fork::remember(&self.file, start, bytes);
        // SAFETY: bounds: just mapped, for good; race: the only page over these bytes.
        let head = unsafe { Page::new(start, SEGMENT_HEAD) };
        head.store(SEGMENT_KIND, request.kind as u64);
        head.store(SEGMENT_BYTES, bytes as u64);
        head.store(SEGMENT_CAPACITY, request.capacity as u64);
        head.store(SEGMENT_LONGEST, request.longest as u64);
        head.store(SEGMENT_MAGIC, SEGMENT);
        // SAFETY: bounds: the mapping is longer than its head.
        let start = unsafe { start.add(SEGMENT_HEAD) };
        // SAFETY: bounds: the rest of the mapping; race: whoever asked uses either the page or the
        // start.
        let page = unsafe { Page::new(start, bytes - SEGMENT_HEAD) };
        let at = *end + SEGMENT_HEAD as u64;
        *end += bytes as u64;
        Ok(Segment { start, page, at })
    }

    /// The page that tells of the process and of its sinks.
    pub(crate) fn header(&self) -> Page {
        self.header
    }

    /// Notes who a thread is. Numbers far apart share a place: the younger one is kept.
    pub(crate) fn note_thread(&self, number: u32, info: &ThreadInfo) {
        let at = number as usize % THREADS * THREAD_BYTES;
        self.threads.store(at, 0);
        self.threads.store(at + 8, info.id);
        put_text(&self.threads, at + 16, info.name.as_deref().unwrap_or(""), THREAD_BYTES - 16);
        self.threads.store(at, number.into());
    }

    /// Notes how ticks become time: a point of both clocks, and a slope. By one thread at a time.
    pub(crate) fn calibrate(&self, (ticks, ns, slope): (u64, u64, u64)) {
        let other = (self.header.load(AT_CLOCK) ^ 1) & 1;
        let at = AT_CLOCKS + if other == 0 { 0 } else { CLOCK_BYTES };
        self.header.store(at, ticks);
        self.header.store(at + 8, ns);
        self.header.store(at + 16, slope);
        self.header.store(AT_CLOCK, other);
    }

    /// Whether this process is a child of the one that made the file.
    fn is_inherited(&self) -> bool {
        sys::fork::count() != self.forks
    }

    /// How long the file is.
    pub(crate) fn bytes(&self) -> u64 {
        *lock(&self.end)
    }

    /// Takes the file away: everything in it was written.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn remove(&self) -> io::Result<()> {
        if self.is_inherited() {
            return Ok(());
        }
        fs::remove_file(&self.path)
    }
}

/// A length, then as many letters as fit.
fn put_text(page: &Page, at: usize, text: &str, bytes: usize) {
    let mut len = text.len().min(bytes - 8);
    while !text.is_char_boundary(len) {
        len -= 1;
    }
    page.put(at + 8, text.get(..len).unwrap_or("").as_bytes());
    page.store(at, len as u64);
}
