//! One sink: a cursor on the spool, an encoding, and somewhere to write.
//!
//! Any number of threads may serve a lane. Each takes the next batch out of the spool (a short
//! copy), renders or packs it on its own, and writes when its turn comes: output is in the spool's
//! order whatever order the rendering ends in. Nothing of the spool is held while a sink writes, so
//! a sink that hangs delays nobody else.
#![expect(unsafe_code, reason = "the reader's half of the spool")]

use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::io;
use std::panic::catch_unwind;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use hydra_log_core::record::{Flags, RecordRef, flags_of, site_of};
use hydra_log_core::spool::{self, Spool, UNCOUNTED};
use hydra_log_core::sync::{AtomicBool, AtomicUsize, rmw};
use hydra_log_core::{Level, LevelFilter, ord};

use crate::binary::{Packed, Packer};
use crate::crash::batch::Intent;
use crate::crash::store::Store;
use crate::engine::encoding::{Encoding, Names, Outlet};
use crate::engine::shared::Shared;
use crate::engine::{lock, sink_gap};
use crate::error::Error;
use crate::format::{Buffer, Event, Format, ThreadInfo};
use crate::layers::Takes;
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
    takes: Takes,
    encoding: Encoding,
    reader: usize,
    /// The next batch's ticket; whoever holds it reads the spool.
    claim: Mutex<u64>,
    /// Whose ticket may write.
    turn: Mutex<u64>,
    turned: Condvar,
    outlet: Mutex<Outlet>,
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
    pieces: Vec<Piece>,
    /// How many losses the first piece tells of, if it has a gap record of this sink.
    telling: usize,
    thread: (u32, Option<Arc<ThreadInfo>>),
    packer: Option<Box<Packer>>,
    names: Names,
}

/// A line, or a block: it gets out as a whole or not at all.
#[derive(Clone, Copy)]
struct Piece {
    end: usize,
    records: u32,
    gaps: u32,
}

impl Piece {
    fn of_one(end: usize, is_record: bool) -> Self {
        Self { end, records: is_record.into(), gaps: (!is_record).into() }
    }
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self {
            batch: vec![0; BATCH_BYTES].into_boxed_slice(),
            out: Buffer::new(),
            pieces: Vec::new(),
            telling: 0,
            thread: (0, None),
            packer: None,
            names: Names::default(),
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
        takes: Takes,
        encoding: Encoding,
        sink: Box<dyn Sink>,
        store: Option<&'static Store>,
    ) -> Self {
        Self {
            name: sink.name(),
            takes,
            encoding,
            reader,
            claim: Mutex::new(0),
            turn: Mutex::new(0),
            turned: Condvar::new(),
            outlet: Mutex::new(Outlet::new(sink)),
            counts: Counts::default(),
            intent: store.map(|store| Intent::new(store, reader)),
            failing: AtomicBool::new(false),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn level(&self) -> LevelFilter {
        self.takes.level()
    }

    /// Whether records of such calls are for this sink.
    pub(crate) fn takes(&self, level: Level, layer: &str, target: &str) -> bool {
        self.takes.takes(level, layer, target)
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
        let (render, rest) = match &self.encoding {
            Encoding::Lines(format) => self.render(shared, &**format, scratch, size),
            Encoding::Binary { is_compressed } => self.pack(shared, *is_compressed, scratch, size),
        };
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
        format: &dyn Format,
        scratch: &mut Scratch,
        size: usize,
    ) -> (usize, usize) {
        let Scratch { batch, out, pieces, telling, thread, .. } = scratch;
        out.clear();
        pieces.clear();
        let bytes = batch.get(..size).unwrap_or(&[]);
        *telling = self.tell_losses(shared, format, bytes, out);
        if *telling > 0 {
            pieces.push(Piece::of_one(out.len(), false));
        }
        let (mut rendered, mut passed) = (0, 0);
        for (tag, payload) in spool::entries(bytes) {
            let counted = tag & UNCOUNTED == 0;
            let start = out.len();
            let line = catch_unwind(AssertUnwindSafe(|| {
                self.render_one(shared, format, tag & !UNCOUNTED, payload, out, thread)
            }));
            match line {
                Ok(true) => {
                    pieces.push(Piece::of_one(out.len(), counted));
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
        format: &dyn Format,
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
        let is_own = record.flags().contains(Flags::CONTROL);
        if !is_own && !self.takes.takes_now(site.level, &site.layer, &site.target) {
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
        format.write(&event, out);
        true
    }

    /// Packs the batch; returns how many records were packed and how many passed over.
    fn pack(
        &self,
        shared: &'static Shared,
        compress: bool,
        scratch: &mut Scratch,
        size: usize,
    ) -> (usize, usize) {
        let Scratch { batch, out, pieces, telling, packer, names, .. } = scratch;
        let packer = packer.get_or_insert_default();
        out.clear();
        pieces.clear();
        names.clear();
        let bytes = batch.get(..size).unwrap_or(&[]);
        *telling = self.counts.untold.load(ord::count());
        let mut piece = Piece { end: 0, records: 0, gaps: 0 };
        if *telling > 0 {
            let lost = (*telling as u64, self.name.as_str());
            sink_gap::record(lost, first_time(bytes), |record| packer.push(0, record));
            piece.gaps += 1;
        }
        let (mut packed, mut passed) = (0, 0);
        for (tag, record) in spool::entries(bytes) {
            let thread = tag & !UNCOUNTED;
            let counted = usize::from(tag & UNCOUNTED == 0);
            let mut outcome = packer.push_if(thread, record, |word0| self.wants(shared, word0));
            if outcome == Packed::Full {
                names.take_block(packer, compress, out);
                piece.end = out.len();
                pieces.push(core::mem::replace(&mut piece, Piece { end: 0, records: 0, gaps: 0 }));
                outcome = packer.push_if(thread, record, |word0| self.wants(shared, word0));
            }
            match outcome {
                Packed::Stored => {
                    packed += counted;
                    piece.records += u32::from(tag & UNCOUNTED == 0);
                    piece.gaps += tag >> 31;
                }
                Packed::Passed => passed += counted,
                Packed::NoRecord | Packed::Full => {
                    shared.failed(&Error::Corrupt { bytes: record.len() });
                    passed += counted;
                }
            }
        }
        names.take_block(packer, compress, out);
        if piece.records + piece.gaps > 0 {
            piece.end = out.len();
            pieces.push(piece);
        }
        (packed, passed)
    }

    /// Whether records with this first word are for this sink.
    fn wants(&self, shared: &Shared, word0: u64) -> bool {
        let Some(site) = shared.sites.site(site_of(word0)) else {
            shared.failed(&Error::Corrupt { bytes: size_of::<u64>() });
            return false;
        };
        flags_of(word0).contains(Flags::CONTROL)
            || self.takes.takes_now(site.level(), site.layer, site.target)
    }

    fn wait_for_turn(&self, ticket: u64) {
        let mut turn = lock(&self.turn);
        while *turn != ticket {
            turn = self.turned.wait(turn).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    /// Writes what was made; retries what did not get out, and then gives it up, counted.
    fn write(&self, shared: &'static Shared, scratch: &mut Scratch, to: usize) {
        let mut outlet = lock(&self.outlet);
        self.make_way(shared, &mut *outlet.sink, scratch.out.len());
        self.put_in_front(shared, &mut outlet, scratch);
        let Scratch { out, pieces, telling, .. } = scratch;
        let bytes = out.as_bytes();
        self.note(shared, &mut *outlet.sink, bytes, to);
        let mut done = 0;
        let mut error = None;
        for attempt in 0..=RETRIES {
            let rest = bytes.get(done..).unwrap_or(&[]);
            if rest.is_empty() {
                error = None;
                break;
            }
            match catch_unwind(AssertUnwindSafe(|| outlet.sink.write(rest))) {
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
        if error.is_some() {
            outlet.forget();
        }
        if pieces.first().is_some_and(|piece| piece.end <= done) {
            add(&self.counts.untold, telling.wrapping_neg());
        }
        self.account(shared, pieces, done, error);
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

    /// Lets the sink begin a new file.
    fn make_way(&self, shared: &Shared, sink: &mut dyn Sink, bytes: usize) {
        let made = catch_unwind(AssertUnwindSafe(|| sink.make_way(bytes)));
        if let Ok(Err(source)) = made {
            shared.failed(&Error::Write { sink: self.name.clone(), lost: 0, source });
        }
    }

    /// What a binary log has to say before these blocks, a file before its first line.
    fn put_in_front(&self, shared: &Shared, outlet: &mut Outlet, scratch: &mut Scratch) {
        let Scratch { out, pieces, names, .. } = scratch;
        if pieces.is_empty() {
            return;
        }
        let prelude = match &self.encoding {
            Encoding::Lines(format) => outlet.header(&**format).as_bytes().to_vec(),
            Encoding::Binary { .. } => outlet.prelude(shared, names),
        };
        if !prelude.is_empty() {
            out.push_front(&prelude);
            pieces.iter_mut().for_each(|piece| piece.end += prelude.len());
        }
    }

    /// Counts the pieces that got out and those that did not.
    fn account(
        &self,
        shared: &'static Shared,
        pieces: &[Piece],
        done: usize,
        error: Option<Option<io::Error>>,
    ) {
        let out = pieces.partition_point(|piece| piece.end <= done);
        let (written, given_up) = pieces.split_at(out);
        let records = |pieces: &[Piece]| pieces.iter().map(|piece| piece.records as usize).sum();
        let lost: usize = records(given_up);
        add(&self.counts.written, records(written));
        add(&self.counts.gaps, written.iter().map(|piece| piece.gaps as usize).sum());
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
        format: &dyn Format,
        batch: &[u8],
        out: &mut Buffer,
    ) -> usize {
        let untold = self.counts.untold.load(ord::count());
        if untold == 0 {
            return 0;
        }
        let lost = (untold as u64, self.name.as_str());
        let told = catch_unwind(AssertUnwindSafe(|| {
            sink_gap::write(shared, format, lost, first_time(batch), out);
        }));
        if told.is_err() {
            out.clear();
            return 0;
        }
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
        let Ok(mut held) = self.outlet.try_lock() else { return };
        let done = catch_unwind(AssertUnwindSafe(|| what(&mut *held.sink)));
        drop(held);
        let sink = self.name.clone();
        match done {
            Ok(Ok(())) => {}
            Ok(Err(source)) => shared.failed(&Error::Write { sink, lost: 0, source }),
            Err(_panic) => shared.failed(&Error::Panicked { sink, lost: 0 }),
        }
    }

    /// Nothing comes any more: ends a binary log in order, unless the sink is busy for ever.
    pub(crate) fn end(&self, shared: &'static Shared) {
        let Ok(mut outlet) = self.outlet.try_lock() else { return };
        let bytes = outlet.end();
        let written = catch_unwind(AssertUnwindSafe(|| match bytes.is_empty() {
            true => Ok(()),
            false => outlet.sink.write(&bytes),
        }));
        drop(outlet);
        let sink = self.name.clone();
        match written {
            Ok(Ok(())) => add(&self.counts.bytes, bytes.len()),
            Ok(Err(failure)) => {
                shared.failed(&Error::Write { sink, lost: 0, source: failure.source });
            }
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

/// When the first record of a batch was logged.
fn first_time(batch: &[u8]) -> u64 {
    let first = spool::entries(batch).next();
    first.and_then(|(_, bytes)| RecordRef::parse(bytes).ok()).map_or(0, |record| record.stamp())
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
