//! One sink: a cursor on the spool, a format, and somewhere to write.
//!
//! Any number of threads may serve a lane. Each takes the next batch out of the spool (a short
//! copy), renders it on its own, and writes when its turn comes: output is in the spool's order
//! whatever order the rendering ends in. Nothing of the spool is held while a sink writes, so a
//! sink that hangs delays nobody else.
#![expect(unsafe_code, reason = "the reader's half of the spool")]

use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::io;
use std::panic::catch_unwind;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use hydra_log_core::record::{Flags, RecordRef};
use hydra_log_core::spool::{self, Spool, UNCOUNTED};
use hydra_log_core::sync::{AtomicBool, AtomicUsize, rmw};
use hydra_log_core::{LevelFilter, ord};

use crate::crash::batch::Intent;
use crate::crash::store::Store;
use crate::engine::shared::Shared;
use crate::engine::{lock, sink_gap};
use crate::error::Error;
use crate::format::{Buffer, Event, Format, ThreadInfo};
use crate::sink::Sink;
use crate::stats::SinkStats;

/// How many bytes of records one batch takes at the most.
const BATCH_BYTES: usize = 128 << 10;

/// Tries after a failed write, before the rest of the batch is given up.
const RETRIES: u32 = 3;

/// How long the first retry waits; each later one waits twice as long.
const RETRY_PAUSE: Duration = Duration::from_millis(1);

pub(crate) struct SinkLane {
    name: String,
    level: LevelFilter,
    format: Box<dyn Format>,
    reader: usize,
    /// The next batch's ticket; whoever holds it reads the spool.
    claim: Mutex<u64>,
    /// Whose ticket may write.
    turn: Mutex<u64>,
    turned: Condvar,
    sink: Mutex<Box<dyn Sink>>,
    counts: Counts,
    /// Where what is about to be written is noted first, for recovery.
    intent: Option<Intent>,
    /// Whether the sink failed and nothing was written since.
    failing: AtomicBool,
}

#[derive(Default)]
struct Counts {
    written: AtomicUsize,
    skipped: AtomicUsize,
    lost: AtomicUsize,
    in_hand: AtomicUsize,
    bytes: AtomicUsize,
    gaps: AtomicUsize,
    errors: AtomicUsize,
    /// Losses that the output was not told of yet.
    untold: AtomicUsize,
}

fn add(count: &AtomicUsize, amount: usize) {
    rmw::add(count, amount, ord::count());
}

/// What a serving thread keeps from batch to batch.
pub(crate) struct Scratch {
    batch: Box<[u8]>,
    out: Buffer,
    /// Where each line ends, and whether it counts as a record.
    lines: Vec<(usize, bool)>,
    /// How many losses the first line tells of, if it is a gap line of this sink.
    telling: usize,
    thread: (u32, Option<Arc<ThreadInfo>>),
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self {
            batch: vec![0; BATCH_BYTES].into_boxed_slice(),
            out: Buffer::new(),
            lines: Vec::new(),
            telling: 0,
            thread: (0, None),
        }
    }
}

/// A batch on its way.
struct Batch {
    ticket: u64,
    taken: spool::Taken,
}

impl SinkLane {
    pub(crate) fn new(
        reader: usize,
        level: LevelFilter,
        format: Box<dyn Format>,
        sink: Box<dyn Sink>,
        store: Option<&'static Store>,
    ) -> Self {
        Self {
            name: sink.name(),
            level,
            format,
            reader,
            claim: Mutex::new(0),
            turn: Mutex::new(0),
            turned: Condvar::new(),
            sink: Mutex::new(sink),
            counts: Counts::default(),
            intent: store.map(|store| Intent::new(store, reader)),
            failing: AtomicBool::new(false),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn level(&self) -> LevelFilter {
        self.level
    }

    /// Takes a batch, renders it, writes it in turn. Returns how many entries it had.
    ///
    /// Unless `patient`, takes nothing while another thread is at it: that one may hang.
    pub(crate) fn serve(
        &self,
        shared: &'static Shared,
        scratch: &mut Scratch,
        patient: bool,
    ) -> usize {
        let Some(batch) = self.take(shared, scratch, patient) else { return 0 };
        let size = scratch.batch.len().min(batch.taken.bytes);
        let (render, rest) = self.render(shared, scratch, size);
        self.wait_for_turn(batch.ticket);
        let turn = Turn { lane: self, spool: shared.spool, batch: &batch };
        self.write(shared, scratch, batch.taken.position);
        if shared.spool.end() == batch.taken.position {
            self.look_after(shared, |sink| sink.flush());
        }
        add(&self.counts.skipped, rest);
        add(&self.counts.in_hand, batch.taken.entries.wrapping_neg());
        drop(turn);
        render + rest
    }

    /// Takes the next batch out of the spool.
    fn take(&self, shared: &'static Shared, scratch: &mut Scratch, patient: bool) -> Option<Batch> {
        let mut next = lock(&self.claim);
        if !patient && *next != *lock(&self.turn) {
            return None;
        }
        // SAFETY: race: the claim is locked, so this is the reader's one user.
        let taken = unsafe { shared.spool.read(self.reader, &mut scratch.batch) };
        if taken.bytes == 0 {
            // Nobody is writing: whatever the reader was pushed past is done with.
            if *next == *lock(&self.turn) {
                shared.spool.finish(self.reader, taken.position);
            }
            return None;
        }
        add(&self.counts.in_hand, taken.entries);
        let ticket = *next;
        *next += 1;
        Some(Batch { ticket, taken })
    }

    /// Renders the batch; returns how many records were rendered and how many passed over.
    fn render(
        &self,
        shared: &'static Shared,
        scratch: &mut Scratch,
        size: usize,
    ) -> (usize, usize) {
        let Scratch { batch, out, lines, telling, thread } = scratch;
        out.clear();
        lines.clear();
        let bytes = batch.get(..size).unwrap_or(&[]);
        *telling = self.tell_losses(shared, bytes, out, lines);
        let (mut rendered, mut passed) = (0, 0);
        for (tag, payload) in spool::entries(bytes) {
            let counted = tag & UNCOUNTED == 0;
            let start = out.len();
            let line = catch_unwind(AssertUnwindSafe(|| {
                self.render_one(shared, tag & !UNCOUNTED, payload, out, thread)
            }));
            match line {
                Ok(true) => {
                    lines.push((out.len(), counted));
                    rendered += usize::from(counted);
                }
                Ok(false) => passed += usize::from(counted),
                Err(_panic) => {
                    out.truncate(start);
                    add(&self.counts.lost, usize::from(counted));
                    add(&self.counts.untold, usize::from(counted));
                    shared.failed(&Error::Panicked { sink: self.name.clone(), lost: 1 });
                }
            }
        }
        (rendered, passed)
    }

    /// One record's line; `false` if the sink does not take its level.
    fn render_one(
        &self,
        shared: &'static Shared,
        number: u32,
        payload: &[u8],
        out: &mut Buffer,
        thread: &mut (u32, Option<Arc<ThreadInfo>>),
    ) -> bool {
        let Ok(record) = RecordRef::parse(payload) else {
            shared.failed(&Error::Corrupt { bytes: payload.len() });
            return false;
        };
        let Some(site) = shared.sites.get(record.site()) else {
            shared.failed(&Error::Corrupt { bytes: payload.len() });
            return false;
        };
        if !self.level.allows(site.level) && !record.flags().contains(Flags::CONTROL) {
            return false;
        }
        if thread.0 != number || thread.1.is_none() {
            *thread = (number, Some(shared.threads.get(number).unwrap_or_default()));
        }
        let Some(thread) = thread.1.as_deref() else { return false };
        let event = Event {
            time_ns: record.stamp(),
            level: site.level,
            site,
            record,
            thread,
            types: &shared.sites,
            recovered: false,
        };
        self.format.write(&event, out);
        true
    }

    fn wait_for_turn(&self, ticket: u64) {
        let mut turn = lock(&self.turn);
        while *turn != ticket {
            turn = self.turned.wait(turn).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    /// Writes what was rendered; retries what did not get out, and then gives it up, counted.
    fn write(&self, shared: &'static Shared, scratch: &mut Scratch, to: usize) {
        let Scratch { out, lines, telling, .. } = scratch;
        let bytes = out.as_bytes();
        let mut sink = lock(&self.sink);
        self.note(shared, &mut **sink, bytes, to);
        let mut done = 0;
        let mut error = None;
        for attempt in 0..=RETRIES {
            let rest = bytes.get(done..).unwrap_or(&[]);
            if rest.is_empty() {
                error = None;
                break;
            }
            match catch_unwind(AssertUnwindSafe(|| sink.write(rest))) {
                Ok(Ok(())) => {
                    done = bytes.len();
                    error = None;
                    break;
                }
                Ok(Err(failure)) => {
                    done += failure.written;
                    add(&self.counts.errors, 1);
                    error = Some(Some(failure.source));
                    // A sink that failed before is tried once a batch.
                    if self.failing.load(ord::count()) {
                        break;
                    }
                    thread::sleep(RETRY_PAUSE * (1 << attempt));
                }
                Err(_panic) => {
                    add(&self.counts.errors, 1);
                    error = Some(None);
                    break;
                }
            }
        }
        if lines.first().is_some_and(|(end, _)| *end <= done) {
            add(&self.counts.untold, telling.wrapping_neg());
        }
        self.account(shared, lines, done, error);
    }

    /// Notes what is about to be written. Where that is no regular file, nothing is noted, and
    /// recovery writes the last batch again.
    fn note(&self, shared: &Shared, sink: &mut dyn Sink, bytes: &[u8], to: usize) {
        let Some(intent) = self.intent.as_ref().filter(|_| !bytes.is_empty()) else { return };
        let place = catch_unwind(AssertUnwindSafe(|| sink.place()));
        let noted = match place {
            Ok(Ok(Some(place))) => intent.begin(&place, bytes, to),
            Ok(Err(error)) => Err(error),
            Ok(Ok(None)) | Err(_) => Ok(()),
        };
        if let Err(source) = noted {
            shared.failed(&Error::NotCrashProof { source });
        }
    }

    /// Counts the lines that got out and those that did not.
    fn account(
        &self,
        shared: &'static Shared,
        lines: &[(usize, bool)],
        done: usize,
        error: Option<Option<io::Error>>,
    ) {
        let out = lines.partition_point(|(end, _)| *end <= done);
        let (written, given_up) = lines.split_at(out);
        let records = written.iter().filter(|(_, counted)| *counted).count();
        let lost = given_up.iter().filter(|(_, counted)| *counted).count();
        add(&self.counts.written, records);
        add(&self.counts.gaps, written.len() - records);
        add(&self.counts.bytes, done);
        add(&self.counts.lost, lost);
        add(&self.counts.untold, lost);
        rmw::store(&self.failing, error.is_some(), ord::count());
        let (sink, lost) = (self.name.clone(), lost as u64);
        match error {
            None => {}
            Some(Some(source)) => shared.failed(&Error::Write { sink, lost, source }),
            Some(None) => shared.failed(&Error::Panicked { sink, lost }),
        }
    }

    /// The losses of this sink alone, as a line in front of what follows them.
    fn tell_losses(
        &self,
        shared: &Shared,
        batch: &[u8],
        out: &mut Buffer,
        lines: &mut Vec<(usize, bool)>,
    ) -> usize {
        let untold = self.counts.untold.load(ord::count());
        if untold == 0 {
            return 0;
        }
        let first = spool::entries(batch).next();
        let first = first.and_then(|(_, bytes)| RecordRef::parse(bytes).ok());
        let time = first.map_or(0, |record| record.stamp());
        let told = catch_unwind(AssertUnwindSafe(|| {
            sink_gap::write(shared, &*self.format, (untold as u64, &self.name), time, out);
        }));
        if told.is_err() {
            out.clear();
            return 0;
        }
        lines.push((out.len(), false));
        untold
    }

    /// Notes records that the drain pushed the reader past.
    pub(crate) fn skipped(&self, lost: u64) {
        let lost = usize::try_from(lost).unwrap_or(usize::MAX);
        add(&self.counts.lost, lost);
        add(&self.counts.untold, lost);
    }

    /// Lets the sink look after itself, unless it is busy.
    pub(crate) fn maintain(&self, shared: &Shared) {
        self.look_after(shared, |sink| sink.maintain());
    }

    fn look_after(&self, shared: &Shared, what: fn(&mut dyn Sink) -> io::Result<()>) {
        let Ok(mut held) = self.sink.try_lock() else { return };
        let done = catch_unwind(AssertUnwindSafe(|| what(&mut **held)));
        drop(held);
        let sink = self.name.clone();
        match done {
            Ok(Ok(())) => {}
            Ok(Err(source)) => shared.failed(&Error::Write { sink, lost: 0, source }),
            Err(_panic) => shared.failed(&Error::Panicked { sink, lost: 0 }),
        }
    }

    pub(crate) fn stats(&self, offered: u64, in_spool: u64) -> SinkStats {
        let get = |count: &AtomicUsize| count.load(ord::count()) as u64;
        SinkStats {
            name: self.name.clone(),
            offered,
            written: get(&self.counts.written),
            skipped: get(&self.counts.skipped),
            lost: get(&self.counts.lost),
            pending: get(&self.counts.in_hand) + in_spool,
            bytes: get(&self.counts.bytes),
            gaps: get(&self.counts.gaps),
            errors: get(&self.counts.errors),
        }
    }
}

/// The right to write; passes to the next ticket when dropped, whatever happened.
struct Turn<'l> {
    lane: &'l SinkLane,
    spool: &'l Spool,
    batch: &'l Batch,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut turn = lock(&self.lane.turn);
        self.spool.finish(self.lane.reader, self.batch.taken.position);
        if let Some(intent) = &self.lane.intent {
            intent.end();
        }
        *turn = self.batch.ticket + 1;
        drop(turn);
        self.lane.turned.notify_all();
    }
}
