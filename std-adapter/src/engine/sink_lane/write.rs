//! A batch's bytes on their way into a sink that may fail, stall or panic.
//!
//! What a sink does not take now is *held*: the lane keeps it, takes no other batch, and whoever
//! serves the lane tries again when its breaker allows. Nobody sleeps over it, and nobody else is
//! delayed. What is given up goes to the lane's fallback sinks, or is lost, counted.

use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::io;
use std::panic::catch_unwind;
use std::time::Instant;

use hydra_log_core::ord;
use hydra_log_core::sync::rmw;

use super::work::Work;
use super::{Batch, Scratch, SinkLane, Turn, add};
use crate::engine::breaker::Breaker;
use crate::engine::encoding::{Encoding, Names, Outlet};
use crate::engine::lock;
use crate::engine::shared::Shared;
use crate::error::Error;
use crate::health::{SinkHealth, SinkState};
use crate::sink::Sink;

/// Tries again after a failure that will not pass by itself, before the batch is given up.
const RETRIES: u32 = 3;

/// A sink that panics over so many pieces in a row is broken: it loses the rest of the batch.
const PANICS: u32 = 3;

/// The longest pause of a sink that waits by itself before it says that it would block.
const PAUSE_WHERE_BLOCKED: Duration = Duration::from_millis(20);

/// Where a lane writes to, and how that goes. Behind a lock.
pub(crate) struct Writer {
    pub(super) outlet: Outlet,
    fallbacks: Vec<Box<dyn Sink>>,
    give_up_after: Option<Duration>,
    breaker: Breaker,
    held: Option<Held>,
    /// It failed in a way that does not pass by itself, again and again.
    broken: bool,
    /// Its last line is half a one.
    torn: bool,
    resumed: u64,
}

/// A batch that the sink has not taken.
struct Held {
    work: Work,
    batch: Batch,
    /// When the sink took something last, or first failed to.
    since: Instant,
}

enum Verdict {
    /// All of it is written, or given up.
    Finished,
    /// The rest is to be tried again.
    Later,
}

impl Writer {
    pub(super) fn new(
        reader: usize,
        sink: Box<dyn Sink>,
        fallbacks: Vec<Box<dyn Sink>>,
        give_up_after: Option<Duration>,
    ) -> Self {
        Self {
            outlet: Outlet::new(sink),
            fallbacks,
            give_up_after,
            breaker: Breaker::new(reader as u64 + 1),
            held: None,
            broken: false,
            torn: false,
            resumed: 0,
        }
    }

    pub(super) fn holds(&self) -> bool {
        self.held.is_some()
    }

    pub(super) fn health(&self, health: &mut SinkHealth) {
        health.failures = self.breaker.failures();
        health.resumed = self.resumed;
        health.held_for = self.held.as_ref().map(|held| held.since.elapsed());
        health.state = match () {
            () if self.broken => SinkState::Broken,
            () if self.breaker.is_open() => SinkState::Failing,
            () if self.holds() => SinkState::Retrying,
            () => SinkState::Working,
        };
    }

    /// What has to stand before the next piece: a header, a session, the end of half a line.
    fn front(&mut self, shared: &Shared, lane: &SinkLane, names: &Names) -> Vec<u8> {
        match &lane.encoding {
            Encoding::Lines(format) => {
                let end = if self.torn { "\n" } else { "" };
                [end, self.outlet.header(&**format)].concat().into_bytes()
            }
            Encoding::Binary { .. } => self.outlet.prelude(shared, names, lane.redactor.as_ref()),
        }
    }
}

impl SinkLane {
    /// Writes what was made of a batch, whose turn it is; or holds what the sink does not take.
    pub(super) fn write(&self, shared: &'static Shared, scratch: &mut Scratch, batch: Batch) {
        let turn = Turn { lane: self, spool: shared.spool, batch: &batch };
        let mut writer = lock(&self.writer);
        // Lent, not copied: a batch is held only when something is wrong.
        let mut work = Work::lent(scratch);
        if !self.is_for_fallbacks(&writer) {
            self.make_way(shared, &mut *writer.outlet.sink, work.out.len());
        }
        if !work.pieces.is_empty() {
            let front = writer.front(shared, self, &work.names);
            work.generation = writer.outlet.sink.generation();
            if !front.is_empty() {
                work.begin_with(0, &front);
            }
        }
        let mut since = Instant::now();
        let to = batch.taken.position;
        if let Verdict::Later = self.push(shared, &mut writer, &mut work, to, &mut since) {
            core::mem::forget(turn);
            writer.held = Some(Held { work, batch, since });
            rmw::store(&self.is_held, true, ord::count());
            return;
        }
        work.give_back(scratch);
        self.sync(shared, &mut writer, &batch);
        drop(writer);
        self.finish(shared, &batch);
        drop(turn);
    }

    /// Tries what is held again, if it is time to.
    pub(super) fn resume(&self, shared: &'static Shared) {
        let Ok(mut writer) = self.writer.try_lock() else { return };
        let is_last_chance = shared.stopping.load(ord::stop_seen());
        if !is_last_chance && !writer.breaker.allows(self.made.elapsed()) {
            return;
        }
        let Some(Held { mut work, batch, mut since }) = writer.held.take() else { return };
        let turn = Turn { lane: self, spool: shared.spool, batch: &batch };
        if writer.outlet.sink.generation() != work.generation {
            // It is another file now: whole pieces, and what has to stand before them.
            writer.outlet.forget();
            writer.torn = false;
            let front = writer.front(shared, self, &work.names);
            work.generation = writer.outlet.sink.generation();
            work.begin_with(work.piece_start(), &front);
        }
        let to = batch.taken.position;
        if let Verdict::Later = self.push(shared, &mut writer, &mut work, to, &mut since) {
            core::mem::forget(turn);
            writer.held = Some(Held { work, batch, since });
            return;
        }
        rmw::store(&self.is_held, false, ord::count());
        self.sync(shared, &mut writer, &batch);
        drop(writer);
        self.finish(shared, &batch);
        drop(turn);
    }

    /// Puts what was written on the disk, before those who wait for it are told.
    fn sync(&self, shared: &Shared, writer: &mut Writer, batch: &Batch) {
        if !batch.syncs {
            return;
        }
        let Writer { outlet, fallbacks, broken, .. } = writer;
        // One that is broken has lost what it had, or fallbacks have it.
        let main = core::iter::once(&mut outlet.sink).filter(|_| !*broken);
        for sink in main.chain(fallbacks.iter_mut().filter(|_| *broken)) {
            let failed = match catch_unwind(AssertUnwindSafe(|| sink.sync())) {
                Ok(Ok(())) => {
                    add(&self.counts.syncs, 1);
                    continue;
                }
                Ok(Err(source)) => Error::Write { sink: self.name.clone(), lost: 0, source },
                Err(_panic) => Error::Panicked { sink: self.name.clone(), lost: 0 },
            };
            add(&self.counts.errors, 1);
            shared.counters.refused.add(1);
            shared.failed(&failed);
        }
    }

    fn finish(&self, shared: &'static Shared, batch: &Batch) {
        if shared.spool.end() == batch.taken.position {
            self.look_after(shared, |sink| sink.flush());
        }
        add(&self.counts.skipped, batch.passed);
        add(&self.counts.filtered, batch.filtered);
        add(&self.counts.in_hand, (batch.passed + batch.filtered).wrapping_neg());
    }

    /// Whether the sink is left alone for a while, because there is another one.
    fn is_for_fallbacks(&self, writer: &Writer) -> bool {
        writer.broken && self.has_fallbacks(writer) && !writer.breaker.allows(self.made.elapsed())
    }

    fn has_fallbacks(&self, writer: &Writer) -> bool {
        !writer.fallbacks.is_empty() && matches!(self.encoding, Encoding::Lines(_))
    }

    /// Writes as much as the sink takes.
    fn push(
        &self,
        shared: &'static Shared,
        writer: &mut Writer,
        work: &mut Work,
        to: usize,
        since: &mut Instant,
    ) -> Verdict {
        if self.is_for_fallbacks(writer) {
            self.give_up(shared, writer, work, None);
            return Verdict::Finished;
        }
        while !work.rest().is_empty() {
            self.note(shared, &mut *writer.outlet.sink, work, to);
            // After a panic one piece at a time, so that only that one is in doubt.
            let end = if work.panics > 0 { work.piece_end() } else { work.out.len() };
            let part = work.out.as_bytes().get(work.done..end).unwrap_or(&[]);
            match self.timed(|| catch_unwind(AssertUnwindSafe(|| writer.outlet.sink.write(part)))) {
                Ok(Ok(())) => {
                    self.progress(work, end);
                    work.panics = work.panics.min(1);
                    writer.resumed += u64::from(writer.breaker.worked());
                    writer.broken = false;
                    writer.torn = false;
                }
                Ok(Err(failure)) => {
                    let reached = (work.done + failure.written).min(end);
                    if reached > work.done {
                        writer.breaker.worked();
                        (writer.broken, writer.torn, work.tries) = (false, false, 0);
                        *since = Instant::now();
                    }
                    self.progress(work, reached);
                    return self.meet(shared, writer, work, *since, failure.source);
                }
                Err(_panic) => {
                    add(&self.counts.errors, 1);
                    let is_one = end == work.piece_end();
                    work.panics += 1;
                    if is_one {
                        self.lose_piece(shared, writer, work);
                    }
                    if work.panics > PANICS || (is_one && writer.broken) {
                        writer.broken = true;
                        writer.breaker.failed(self.made.elapsed(), Duration::MAX);
                        self.give_up(shared, writer, work, None);
                        return Verdict::Finished;
                    }
                }
            }
        }
        Verdict::Finished
    }

    /// Tells those who ask how long a write has been under way.
    fn timed<R>(&self, write: impl FnOnce() -> R) -> R {
        let now = self.made.elapsed().as_micros().max(1);
        let now = usize::try_from(now).unwrap_or(usize::MAX);
        self.writing_since.store(now, ord::count());
        let result = write();
        self.writing_since.store(0, ord::count());
        result
    }

    /// What becomes of a failed write.
    fn meet(
        &self,
        shared: &'static Shared,
        writer: &mut Writer,
        work: &mut Work,
        since: Instant,
        source: io::Error,
    ) -> Verdict {
        add(&self.counts.errors, 1);
        let was_open = writer.breaker.is_open();
        let is_blocked = source.kind() == io::ErrorKind::WouldBlock;
        let longest = if is_blocked { PAUSE_WHERE_BLOCKED } else { Duration::MAX };
        writer.breaker.failed(self.made.elapsed(), longest);
        let is_away = source.kind() == io::ErrorKind::NotConnected && !self.has_fallbacks(writer);
        let passes = may_pass(&source) || is_away || work.tries < RETRIES;
        let goes_on = passes && writer.give_up_after.is_none_or(|bound| since.elapsed() < bound);
        let is_last_chance = shared.stopping.load(ord::stop_seen()) && self.has_fallbacks(writer);
        work.tries += 1;
        if goes_on && !is_last_chance && !writer.broken {
            if work.tries == 1 && !was_open {
                let sink = self.name.clone();
                shared.failed(&Error::Write { sink, lost: 0, source });
            }
            return Verdict::Later;
        }
        writer.broken = true;
        self.give_up(shared, writer, work, Some(source));
        Verdict::Finished
    }

    /// Notes that bytes are out, and counts the pieces among them; how many records those are.
    fn progress(&self, work: &mut Work, done: usize) -> usize {
        add(&self.counts.bytes, done - work.done);
        let (mut records, mut gaps) = (0, 0);
        for piece in work.reach(done) {
            records += piece.records as usize;
            gaps += piece.gaps as usize;
        }
        add(&self.counts.written, records);
        add(&self.counts.in_hand, records.wrapping_neg());
        add(&self.counts.gaps, gaps);
        records
    }

    /// Writes to the first fallback sink that takes something, and so on; whole pieces.
    fn divert(&self, writer: &mut Writer, work: &mut Work, to: usize) {
        if !self.has_fallbacks(writer) {
            return;
        }
        for sink in &mut writer.fallbacks {
            // A line that was cut in two stands there as a whole.
            let start = work.line_start();
            let rest = work.out.as_bytes().get(start..to).unwrap_or(&[]);
            if rest.is_empty() {
                return;
            }
            let written = match catch_unwind(AssertUnwindSafe(|| sink.write(rest))) {
                Ok(Ok(())) => rest.len(),
                Ok(Err(failure)) => failure.written.min(rest.len()),
                Err(_panic) => 0,
            };
            work.done = start;
            add(&self.counts.diverted, self.progress(work, start + written));
        }
    }

    /// The sink panicked over one piece: a fallback has it, or it is lost.
    fn lose_piece(&self, shared: &Shared, writer: &mut Writer, work: &mut Work) {
        let (end, before) = (work.piece_end(), work.counted);
        self.divert(writer, work, end);
        if work.counted == before {
            let lost = work.pieces.get(before).map_or(0, |piece| piece.records as usize);
            self.lose(lost);
            shared.counters.refused.add(lost);
            add(&self.counts.untold, work.untold());
            shared.failed(&Error::Panicked { sink: self.name.clone(), lost: lost as u64 });
        }
        work.pass_over(before, end);
    }

    /// The rest goes to the fallback sinks; what none takes is lost.
    fn give_up(
        &self,
        shared: &'static Shared,
        writer: &mut Writer,
        work: &mut Work,
        source: Option<io::Error>,
    ) {
        if work.done > 0 || !work.mends {
            writer.torn = work.done > work.piece_start();
        }
        writer.outlet.forget();
        self.divert(writer, work, work.out.len());
        let lost = work.left();
        self.lose(lost);
        shared.counters.refused.add(lost);
        add(&self.counts.untold, work.untold());
        work.done = work.out.len();
        let (sink, lost) = (self.name.clone(), lost as u64);
        match source {
            Some(source) => shared.failed(&Error::Write { sink, lost, source }),
            None if work.panics > 0 => shared.failed(&Error::Panicked { sink, lost }),
            // It was told of when the sink broke.
            None => {}
        }
    }

    /// Notes what is about to be written. Where that is no regular file, only that something is,
    /// and recovery writes the last batch again.
    fn note(&self, shared: &Shared, sink: &mut dyn Sink, work: &mut Work, to: usize) {
        let Some(intent) = &self.intent else { return };
        let place = catch_unwind(AssertUnwindSafe(|| sink.place()));
        let noted = match place {
            // What was noted holds as long as the file has grown by nothing else.
            Ok(Ok(Some(place))) if work.is_noted_for(&place) => Ok(()),
            Ok(Ok(Some(place))) => {
                let noted = intent.begin(&place, work.rest(), to);
                work.noted = Some((place, work.done));
                noted
            }
            Ok(Err(error)) => Err(error),
            Ok(Ok(None)) | Err(_) => {
                intent.begin_unplaced();
                Ok(())
            }
        };
        if let Err(source) = noted {
            intent.begin_unplaced();
            shared.failed(&Error::NotCrashProof { source });
        }
    }

    /// Lets the sink begin a new file.
    fn make_way(&self, shared: &Shared, sink: &mut dyn Sink, bytes: usize) {
        let made = catch_unwind(AssertUnwindSafe(|| sink.make_way(bytes)));
        if let Ok(Err(source)) = made {
            shared.failed(&Error::Write { sink: self.name.clone(), lost: 0, source });
        }
    }
}

/// Whether a failure may pass by itself: a disk that is full, a pipe that nobody reads.
fn may_pass(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge
            | io::ErrorKind::WouldBlock
            | io::ErrorKind::TimedOut
            | io::ErrorKind::Interrupted
            | io::ErrorKind::OutOfMemory
            | io::ErrorKind::ResourceBusy
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_passes() {
        let of = |kind: io::ErrorKind| may_pass(&kind.into());
        assert!(of(io::ErrorKind::StorageFull) && of(io::ErrorKind::WouldBlock));
        assert!(!of(io::ErrorKind::BrokenPipe) && !of(io::ErrorKind::PermissionDenied));
    }
}
