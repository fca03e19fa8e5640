//! Writing out what dead processes left: found, locked, written once, taken away.
//!
//! Each step is noted in the dead process's file before and after it is taken, so that recovery may
//! die as well: the next one goes on where it was. For a sink of the same name as before, that is
//! where that sink was; what no sink of before is there for is written from where the slowest was.

use core::time::Duration;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{fs, io, thread};

use hydra_log_core::recover::Report;

use super::image::{Image, Lane};
use super::items::{Item, items};
use super::layout::{
    IDLE, LANE_DEVICE, LANE_INODE, LANE_LEN, LANE_OFFSET, LANE_OUTBOX, LANE_OUTBOX_BYTES,
    LANE_RECOVERED, LANE_START, LANE_STATE, LANE_TO, NAME_BYTES, RECOVERING, UNPLACED, WRITING,
    lane_at,
};
use super::made::Made;
use super::names::Names;
use super::{RecoverError, Recovered, dead, rest};
use crate::builder::Output;
use crate::engine::encoding::Encoding;
use crate::sink::Sink;

/// About how many bytes are made before they are written.
const CHUNK_BYTES: usize = 64 << 10;

/// How long a sink that takes nothing is waited for: a pipe that is full, a socket that connects.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long until it is asked again.
const PAUSE: Duration = Duration::from_millis(1);

/// Writes what the dead processes of a directory left to all outputs, file by file.
///
/// # Errors
///
/// What the system says of the directory; what happens to a file is in its [`Recovered`].
pub(crate) fn run(
    directory: &Path,
    outputs: &mut [Output],
    keep: bool,
) -> io::Result<Vec<Recovered>> {
    let files = super::directory::files(directory)?;
    Ok(files
        .into_iter()
        .filter_map(|path| one(path, outputs, keep).transpose().map(told))
        .collect())
}

fn told(result: Result<Recovered, (PathBuf, RecoverError)>) -> Recovered {
    result.unwrap_or_else(|(path, error)| Recovered {
        path,
        error: Some(error),
        ..Default::default()
    })
}

/// One file; `None` if its process is alive, or somebody else is at it.
fn one(
    path: PathBuf,
    outputs: &mut [Output],
    keep: bool,
) -> Result<Option<Recovered>, (PathBuf, RecoverError)> {
    let system = |path: &Path, source| (path.to_path_buf(), RecoverError::System(source));
    let Some(file) = dead::open(&path).map_err(|error| system(&path, error))? else {
        return Ok(None);
    };
    let bytes = dead::read(&file).map_err(|error| system(&path, error))?;
    let image = match Image::parse(&bytes) {
        Ok(image) => image,
        Err(error) => {
            // Out of the way, so that not every start complains of it; and for a look at it.
            if !keep {
                let aside = path.with_extension(super::directory::REJECTED);
                fs::rename(&path, aside).map_err(|error| system(&path, error))?;
            }
            return Err((path, RecoverError::Image(error)));
        }
    };
    let mut recovered = Recovered {
        pid: image.pid,
        program: image.program.to_owned(),
        boot: image.boot.to_owned(),
        started_ns: image.started_ns,
        path,
        ..Default::default()
    };
    let dead = Dead { file: &file, image: &image, names: Names::read(&image.dictionaries), keep };
    match dead.write(outputs, &mut recovered) {
        Err(error) => recovered.error = Some(RecoverError::System(error)),
        Ok(()) if keep => {}
        Ok(()) => {
            let removed = fs::remove_file(&recovered.path);
            recovered.error = removed.err().map(RecoverError::System);
        }
    }
    Ok(Some(recovered))
}

/// Writes whole lines or blocks that stand for so many items.
type Write<'w> = dyn FnMut(&mut dyn Sink, &[u8], u64) -> io::Result<()> + 'w;

/// A dead process's file, locked.
struct Dead<'d> {
    file: &'d fs::File,
    image: &'d Image<'d>,
    names: Names<'d>,
    keep: bool,
}

impl Dead<'_> {
    /// A sink that fails holds up no other: its error is told at the end, and the next recovery
    /// goes on where each one is.
    fn write(&self, outputs: &mut [Output], recovered: &mut Recovered) -> io::Result<()> {
        let lanes = matches(&self.image.lanes, outputs);
        let nobody = lanes.iter().all(Option::is_none);
        let mut result = Ok(());
        for (output, lane) in outputs.iter_mut().zip(lanes) {
            let written = match lane {
                Some(lane) => self.write_lane(lane, output, recovered),
                None if nobody => self.write_all(output, recovered),
                None => continue,
            };
            match written {
                Ok(report) => {
                    recovered.holes = report.holes;
                    recovered.damage = report.rejected;
                }
                Err(error) => result = result.and(Err(error)),
            }
        }
        result
    }

    /// To a sink that was not there before.
    fn write_all(&self, output: &mut Output, recovered: &mut Recovered) -> io::Result<Report> {
        let (items, report) = items(self.image, self.slowest());
        let write: &mut Write<'_> = &mut |sink, bytes, _items| write_whole(sink, bytes);
        self.write_items(&items, output, recovered, write)?;
        Ok(report)
    }

    /// Where the sink stood that had written least.
    fn slowest(&self) -> usize {
        let end = self.image.spool_end();
        let starts = (0..self.image.lanes.len()).map(|lane| self.image.spool_start(lane));
        starts.max_by_key(|start| end.wrapping_sub(*start)).unwrap_or(end)
    }

    /// Goes on where a sink was.
    fn write_lane(
        &self,
        index: usize,
        output: &mut Output,
        recovered: &mut Recovered,
    ) -> io::Result<Report> {
        let Some(lane) = self.image.lanes.get(index) else { return Ok(Report::default()) };
        let at = lane_at(index);
        let mut start = self.image.spool_start(index);
        let mut count = 0;
        if lane.start != 0 {
            start = usize::try_from(lane.start - 1).unwrap_or(start);
            count = lane.recovered;
        }
        let batch = self.image.outbox(lane);
        let is_done = match lane.state {
            WRITING | RECOVERING => rest::complete(output, lane, batch)?,
            _ => false,
        };
        recovered.completed |= is_done;
        match lane.state {
            WRITING if is_done => {
                let to = usize::try_from(lane.to).unwrap_or(start);
                // The engine may have given up on it, and on more.
                if to.wrapping_sub(start) <= self.image.spool_end().wrapping_sub(start) {
                    start = to;
                }
            }
            RECOVERING if is_done => count = lane.to,
            _ => {}
        }
        if lane.state == UNPLACED && matches!(output.encoding, Encoding::Lines(_)) {
            // The line that was cut, if one was, is written again as a whole.
            write_whole(&mut *output.sink, b"\n")?;
        }
        self.note(at + LANE_RECOVERED, count)?;
        self.note(at + LANE_START, start as u64 + 1)?;
        self.note(at + LANE_STATE, IDLE)?;
        let (all, report) = items(self.image, start);
        let left = all.get(usize::try_from(count).unwrap_or(usize::MAX)..).unwrap_or_default();
        let mut outbox = (lane.outbox.0, self.image.outbox_room(lane));
        self.write_items(left, output, recovered, &mut |sink, bytes, items| {
            if bytes.len() > outbox.1 {
                outbox = self.make_outbox(at, bytes.len())?;
            }
            let place = if bytes.len() <= outbox.1 { sink.place()? } else { None };
            if let Some(place) = place {
                self.note_bytes(outbox.0, bytes)?;
                self.note(at + LANE_DEVICE, place.device)?;
                self.note(at + LANE_INODE, place.inode)?;
                self.note(at + LANE_OFFSET, place.offset)?;
                self.note(at + LANE_LEN, bytes.len() as u64)?;
                self.note(at + LANE_TO, count + items)?;
                self.note(at + LANE_STATE, RECOVERING)?;
            } else {
                self.note(at + LANE_STATE, UNPLACED)?;
            }
            write_whole(sink, bytes)?;
            count += items;
            self.note(at + LANE_RECOVERED, count)?;
            self.note(at + LANE_STATE, IDLE)
        })?;
        Ok(report)
    }

    /// Room at the end of the dead process's file for what is about to be written: its sink had
    /// none, or too little. None where the file can't grow; what is written stands there at least
    /// once then.
    fn make_outbox(&self, lane_at: usize, bytes: usize) -> io::Result<(u64, usize)> {
        if self.keep {
            return Ok((0, usize::MAX));
        }
        let room = bytes.next_power_of_two().max(2 * CHUNK_BYTES);
        let at = self.file.metadata()?.len();
        if dead::write(self.file, at, &vec![0; room]).is_err() {
            self.file.set_len(at)?;
            return Ok((0, 0));
        }
        self.note(lane_at + LANE_OUTBOX_BYTES, 0)?;
        self.note(lane_at + LANE_OUTBOX, at)?;
        self.note(lane_at + LANE_OUTBOX_BYTES, room as u64)?;
        Ok((at, room))
    }

    /// Makes and writes chunks that can be read each for itself; `write` gets how many items a
    /// chunk stands for.
    fn write_items(
        &self,
        items: &[Item<'_>],
        output: &mut Output,
        recovered: &mut Recovered,
        write: &mut Write<'_>,
    ) -> io::Result<()> {
        let mut made = Made::new(self.image, &self.names);
        let (mut pending, mut records, mut losses) = (0, 0, 0);
        for (place, item) in items.iter().enumerate() {
            records += u64::from(made.push(item, output));
            pending += 1;
            if let Item::Gap { lost, .. } = item {
                losses += lost.iter().sum::<u64>();
            }
            if made.size() >= CHUNK_BYTES || place + 1 == items.len() {
                write(&mut *output.sink, made.bytes(), pending)?;
                made.clear();
                pending = 0;
            }
        }
        recovered.records = recovered.records.max(records);
        recovered.losses = recovered.losses.max(losses);
        output.sink.flush()
    }

    /// Notes a word in the dead process's file.
    #[expect(clippy::host_endian_bytes, reason = "read where it was written")]
    fn note(&self, at: usize, value: u64) -> io::Result<()> {
        self.note_bytes(at as u64, &value.to_ne_bytes())
    }

    fn note_bytes(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        if self.keep { Ok(()) } else { dead::write(self.file, at, bytes) }
    }
}

/// Writes to a sink that may say for a while that it would block.
fn write_whole(sink: &mut dyn Sink, bytes: &[u8]) -> io::Result<()> {
    let (mut done, mut since) = (0, Instant::now());
    while let Err(failure) = sink.write(bytes.get(done..).unwrap_or_default()) {
        if failure.written > 0 {
            (done, since) = (done + failure.written, Instant::now());
        }
        let passes = failure.source.kind() == io::ErrorKind::WouldBlock;
        if !passes || since.elapsed() > PATIENCE {
            return Err(failure.source);
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

/// Which sink of before each output is: by name, or by the file that it wrote to last.
fn matches(lanes: &[Lane<'_>], outputs: &mut [Output]) -> Vec<Option<usize>> {
    let mut free: Vec<usize> = (0..lanes.len()).collect();
    let find = |output: &mut Output| {
        let name = output.sink.name();
        // A sink that cannot say where it is has its name.
        let place = output.sink.place().ok().flatten();
        let is_it = |lane: &Lane<'_>| {
            let same_file = place.as_ref().is_some_and(|place| {
                lane.inode != 0 && (place.device, place.inode) == (lane.device, lane.inode)
            });
            same_file || is_name(lane.name, &name)
        };
        let at = free.iter().position(|lane| lanes.get(*lane).is_some_and(is_it))?;
        Some(free.remove(at))
    };
    outputs.iter_mut().map(find).collect()
}

/// Whether a sink has this name; very long ones are kept by their beginning.
fn is_name(kept: &str, name: &str) -> bool {
    kept == name && !name.is_empty() || kept.len() > NAME_BYTES - 16 && name.starts_with(kept)
}
