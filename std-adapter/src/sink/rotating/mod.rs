//! A file that makes way for the next one: by size, by time, or both.
//!
//! Before a batch is written, the lane asks the sink to make way for it. That is where a file ends:
//! between two batches, so a record is in one file, whole. The file is renamed, and opened anew
//! under its path. A process that dies in between finds a renamed file, and makes the new one when
//! it starts again. Where the new one can't be opened, lines go on to the renamed one.
//!
//! A thread for all such sinks compresses what was renamed and removes what is too old or too much.
//! It writes to a name of its own and renames that at the end; what it did not finish when the
//! process ended, the next start does.

mod keeper;
mod names;
#[cfg(any(feature = "gzip", feature = "zstd"))]
mod pack;

use core::time::Duration;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use self::keeper::Job;
use self::names::Family;
use super::{File, OpenError, Place, Sink, WriteError};
use crate::sys::zone;

/// When a file makes way, how those before it are called, and which of them stay.
///
/// ```
/// use core::time::Duration;
/// use hydra_log::sink::{Names, Rotation};
/// let rotation = Rotation::new()
///     .bytes(64 << 20)
///     .daily()
///     .local()
///     .names(Names::Dated)
///     .keep_files(14)
///     .keep_bytes(1 << 30)
///     .keep_for(Duration::from_secs(30 * 86_400));
/// # let _ = rotation;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Rotation {
    bytes: Option<u64>,
    period: Option<u64>,
    is_local: bool,
    names: Names,
    keep: Keep,
    compression: Option<Compression>,
}

/// What files that made way are called, behind the name that they had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Names {
    /// `app.log.1`, `app.log.2`: the highest number is the youngest.
    #[default]
    Numbered,
    /// `app.log.2026-11-21_10-12-20`: when the file made way.
    Dated,
}

/// How files that made way are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// `.gz`
    #[cfg(feature = "gzip")]
    Gzip,
    /// `.zst`
    #[cfg(feature = "zstd")]
    Zstd,
}

/// Which of the files that made way stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Keep {
    files: Option<usize>,
    bytes: Option<u64>,
    age: Option<Duration>,
}

impl Rotation {
    /// Never; everything stays.
    pub fn new() -> Self {
        Self::default()
    }

    /// A file makes way before it would get larger than this. Only a batch that is larger by itself
    /// (a hundred KiB of records at the most) makes a larger file.
    pub fn bytes(self, most: u64) -> Self {
        Self { bytes: Some(most.max(1)), ..self }
    }

    /// A file makes way at midnight.
    pub fn daily(self) -> Self {
        self.every(Duration::from_secs(86_400))
    }

    /// A file makes way when an hour is full.
    pub fn hourly(self) -> Self {
        self.every(Duration::from_secs(3600))
    }

    /// A file makes way whenever so much time has gone since 1970, in whole seconds.
    pub fn every(self, period: Duration) -> Self {
        Self { period: Some(period.as_secs().max(1)), ..self }
    }

    /// Times are this host's, not UTC.
    pub fn local(self) -> Self {
        Self { is_local: true, ..self }
    }

    /// What files that made way are called.
    pub fn names(self, names: Names) -> Self {
        Self { names, ..self }
    }

    /// At most so many files stay, the one being written not counted.
    pub fn keep_files(mut self, most: usize) -> Self {
        self.keep.files = Some(most);
        self
    }

    /// Files stay as long as they have at most so many bytes together.
    pub fn keep_bytes(mut self, most: u64) -> Self {
        self.keep.bytes = Some(most);
        self
    }

    /// Files stay for so long after their last line.
    pub fn keep_for(mut self, most: Duration) -> Self {
        self.keep.age = Some(most);
        self
    }

    /// Files that made way are compressed, on a thread of their own.
    pub fn compress(self, compression: Compression) -> Self {
        Self { compression: Some(compression), ..self }
    }

    /// The number of the period that a second of UTC is in.
    fn period_of(&self, epoch: u64) -> u64 {
        let second = if self.is_local { zone::local(epoch) } else { epoch };
        self.period.map_or(0, |period| second / period)
    }
}

/// Appends to a file that makes way for the next one.
///
/// ```no_run
/// use hydra_log::{Builder, sink::{Rotating, Rotation}};
/// let rotation = Rotation::new().bytes(64 << 20).daily().keep_files(14);
/// let guard = Builder::new().sink(Rotating::open("app.log", rotation)?).try_init()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It is otherwise a [`File`]: what others move away is made again.
#[derive(Debug)]
pub struct Rotating {
    file: File,
    rotation: Rotation,
    size: u64,
    period: u64,
    generation: u64,
}

impl Rotating {
    /// Opens or creates a file. Its directory has to be there.
    ///
    /// # Errors
    /// [`OpenError`] with the path and what to do.
    pub fn open(path: impl AsRef<Path>, rotation: Rotation) -> Result<Self, OpenError> {
        Ok(Self::of(File::open(path)?, rotation))
    }

    /// A file that was opened before.
    #[must_use]
    pub fn of(file: File, rotation: Rotation) -> Self {
        let size = file.len();
        // A file that was left yesterday makes way before the first line of today.
        let written = file.modified().filter(|_| size > 0).unwrap_or_else(SystemTime::now);
        let period = rotation.period_of(epoch(written));
        let generation = file.generation();
        let this = Self { file, rotation, size, period, generation };
        keeper::send(this.job());
        this
    }

    fn job(&self) -> Job {
        Job {
            family: Family::of(self.file.path()),
            keep: self.rotation.keep.clone(),
            compression: self.rotation.compression,
        }
    }

    fn make_way_at(&mut self, bytes: u64, now: SystemTime) -> io::Result<()> {
        if self.generation != self.file.generation() {
            self.begin(now);
        }
        let is_full = self.rotation.bytes.is_some_and(|most| self.size + bytes > most);
        let is_over = self.rotation.period_of(epoch(now)) != self.period;
        if !(is_full || is_over) {
            return Ok(());
        }
        if self.size == 0 {
            self.begin(now);
            return Ok(());
        }
        if !self.file.is_in_place() {
            // Somebody else moved it, which is as good.
            return self.open_next(now);
        }
        let family = Family::of(self.file.path());
        let next = family.next(self.rotation.names, epoch(now), self.rotation.is_local)?;
        rename_new(self.file.path(), &next)?;
        // From here on the old file has its new name. If there is no new one, lines go on to it.
        self.open_next(now)
    }

    fn open_next(&mut self, now: SystemTime) -> io::Result<()> {
        self.file.reopen().map_err(|error| io::Error::new(error.source.kind(), error))?;
        self.begin(now);
        keeper::send(self.job());
        Ok(())
    }

    /// What is true of a file that was just opened.
    fn begin(&mut self, now: SystemTime) {
        self.size = self.file.len();
        self.period = self.rotation.period_of(epoch(now));
        self.generation = self.file.generation();
    }
}

/// Renames, unless there is such a file already: nothing is ever written over.
fn rename_new(from: &Path, to: &PathBuf) -> io::Result<()> {
    if to.exists() {
        let text = format!("{} is there already", to.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
    }
    std::fs::rename(from, to)
}

fn epoch(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

impl Sink for Rotating {
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        let result = self.file.write(lines);
        let written = result.as_ref().map_or_else(|error| error.written, |()| lines.len());
        self.size += written as u64;
        result
    }

    fn name(&self) -> String {
        self.file.name()
    }

    fn place(&mut self) -> io::Result<Option<Place>> {
        self.file.place()
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync()
    }

    fn generation(&self) -> u64 {
        self.file.generation()
    }

    fn make_way(&mut self, bytes: usize) -> io::Result<()> {
        self.make_way_at(bytes as u64, SystemTime::now())
    }

    fn maintain(&mut self) -> io::Result<()> {
        self.file.maintain()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// 2026-11-21 10:12:20 UTC.
    const NOW: u64 = 1_795_255_940;

    struct Held {
        place: tempfile::TempDir,
        sink: Rotating,
    }

    impl Held {
        fn new(rotation: Rotation) -> Self {
            let place = tempfile::tempdir().unwrap();
            let sink = Rotating::open(place.path().join("app.log"), rotation).unwrap();
            let mut held = Self { place, sink };
            held.sink.begin(at(NOW));
            held
        }

        fn write(&mut self, text: &str, seconds: u64) {
            self.sink.make_way_at(text.len() as u64, at(seconds)).unwrap();
            self.sink.write(text.as_bytes()).unwrap();
        }

        fn files(&self) -> Vec<(String, String)> {
            let read = |entry: fs::DirEntry| {
                let name = entry.file_name().into_string().unwrap();
                (name, fs::read_to_string(entry.path()).unwrap())
            };
            let mut files: Vec<_> = fs::read_dir(self.place.path())
                .unwrap()
                .map(|entry| read(entry.unwrap()))
                .collect();
            files.sort();
            files
        }
    }

    fn pairs(files: &[(&str, &str)]) -> Vec<(String, String)> {
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn by_size() {
        let mut held = Held::new(Rotation::new().bytes(8));
        for text in ["one\n", "two\n", "three\n", "a longer line\n", "x\n"] {
            held.write(text, NOW);
        }
        let expected = [
            ("app.log", "x\n"),
            ("app.log.1", "one\ntwo\n"),
            ("app.log.2", "three\n"),
            ("app.log.3", "a longer line\n"),
        ];
        assert_eq!(held.files(), pairs(&expected));
    }

    #[test]
    fn by_time_and_with_dates() {
        let mut held = Held::new(Rotation::new().daily().names(Names::Dated));
        held.write("a\n", NOW);
        held.write("b\n", NOW + 3600);
        held.write("c\n", NOW + 86_400);
        held.write("d\n", NOW + 86_400 * 2);
        let expected = [
            ("app.log", "d\n"),
            ("app.log.2026-11-22_10-12-20", "a\nb\n"),
            ("app.log.2026-11-23_10-12-20", "c\n"),
        ];
        assert_eq!(held.files(), pairs(&expected));
    }

    #[test]
    fn by_both_and_dates_that_are_taken() {
        let mut held = Held::new(Rotation::new().hourly().bytes(4).names(Names::Dated));
        for text in ["aa\n", "bb\n", "cc\n"] {
            held.write(text, NOW);
        }
        held.write("d\n", NOW + 3600);
        let expected = [
            ("app.log", "d\n"),
            ("app.log.2026-11-21_10-12-20", "aa\n"),
            ("app.log.2026-11-21_10-12-20.1", "bb\n"),
            ("app.log.2026-11-21_11-12-20", "cc\n"),
        ];
        assert_eq!(held.files(), pairs(&expected));
    }

    #[test]
    fn a_file_that_was_left_yesterday_makes_way_first() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("app.log");
        fs::write(&path, "old\n").unwrap();
        let mut sink = Rotating::open(&path, Rotation::new().daily()).unwrap();
        sink.make_way_at(1, SystemTime::now() + Duration::from_secs(86_400)).unwrap();
        sink.write(b"new\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new\n");
        assert_eq!(fs::read_to_string(place.path().join("app.log.1")).unwrap(), "old\n");
        assert_eq!(sink.generation(), 1);
    }

    #[test]
    fn what_others_moved_away_is_not_moved_again() {
        let mut held = Held::new(Rotation::new().bytes(4));
        held.write("one\n", NOW);
        let path = held.place.path().join("app.log");
        fs::rename(&path, held.place.path().join("aside")).unwrap();
        held.sink.file.reopen().unwrap();
        held.write("two\n", NOW);
        assert_eq!(held.files(), pairs(&[("app.log", "two\n"), ("aside", "one\n")]));
    }

    #[test]
    fn where_others_took_the_file_away_there_is_a_new_one() {
        let mut held = Held::new(Rotation::new().bytes(4));
        held.write("one\n", NOW);
        fs::remove_file(held.place.path().join("app.log")).unwrap();
        held.write("two\n", NOW);
        assert_eq!(held.files(), pairs(&[("app.log", "two\n")]));
    }
}
