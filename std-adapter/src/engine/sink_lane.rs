//! One sink: a cursor on the spool, an encoding, and somewhere to write.
//!
//! Any number of threads may serve a lane. Each takes the next batch out of the spool (a short
//! copy), renders or packs it on its own, and writes when its turn comes: output is in the spool's
//! order whatever order the rendering ends in. Nothing of the spool is held while a sink writes, so
//! a sink that hangs delays nobody else.
#![expect(unsafe_code, reason = "the reader's half of the spool")]

mod make;
mod work;
mod write;

use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::io;
use std::panic::catch_unwind;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Instant;

use hydra_log_core::record::site_of;
use hydra_log_core::spool::{self, Spool};
use hydra_log_core::sync::{AtomicBool, AtomicUsize, rmw};
use hydra_log_core::{Level, LevelFilter, ord};

pub(crate) use self::make::Scratch;
use self::write::Writer;
use crate::builder::Output;
use crate::crash::batch::Intent;
use crate::crash::store::Store;
use crate::delivery::{Delivery, Durability};
use crate::engine::encoding::Encoding;
use crate::engine::lock;
use crate::engine::shared::Shared;
use crate::error::Error;
use crate::health::{SinkHealth, SinkState};
use crate::layers::Takes;
use crate::redact::Redactor;
use crate::sink::Sink;
use crate::stats::SinkStats;
use crate::threat::Threats;

/// How many bytes of records one batch takes at the most.
const BATCH_BYTES: usize = 128 << 10;

/// How long a server waits for its turn before it looks whether a batch is held.
const TURN_LOOK: Duration = Duration::from_millis(5);

pub(crate) struct SinkLane {
    name: String,
    takes: Takes,
    encoding: Encoding,
    durability: Option<Durability>,
    redactor: Option<Redactor>,
    threats: Option<Threats>,
    reader: usize,
    /// The next batch's ticket; whoever holds it reads the spool.
    claim: Mutex<u64>,
    /// Whose ticket may write.
    turn: Mutex<u64>,
    turned: Condvar,
    writer: Mutex<Writer>,
    counts: Counts,
    /// Where what is about to be written is noted first, for recovery.
    intent: Option<Intent>,
    /// Whether there is a batch that the sink has not taken, to be tried again.
    is_held: AtomicBool,
    /// When the lane was made, and how many microseconds later the write began that is under way;
    /// 0 if none is.
    made: Instant,
    writing_since: AtomicUsize,
}

#[derive(Default)]
struct Counts {
    written: AtomicUsize,
    skipped: AtomicUsize,
    filtered: AtomicUsize,
    lost: AtomicUsize,
    in_hand: AtomicUsize,
    bytes: AtomicUsize,
    gaps: AtomicUsize,
    errors: AtomicUsize,
    diverted: AtomicUsize,
    syncs: AtomicUsize,
    /// Losses that the output was not told of yet.
    untold: AtomicUsize,
}

fn add(count: &AtomicUsize, amount: usize) {
    rmw::add(count, amount, ord::count());
}

/// A batch on its way.
struct Batch {
    ticket: u64,
    taken: spool::Taken,
    /// Records that are not for this sink, and those that its own filters turned away.
    passed: usize,
    filtered: usize,
    /// Whether it is to be put on the disk.
    syncs: bool,
}

impl SinkLane {
    pub(crate) fn new(reader: usize, output: Output, store: Option<&'static Store>) -> Self {
        let Output { sink, encoding, takes, fallbacks, give_up_after, .. } = output;
        let Output { durability, redaction, threats, .. } = output;
        Self {
            name: sink.name(),
            takes,
            encoding,
            durability,
            redactor: redaction.map(Redactor::new),
            threats,
            reader,
            claim: Mutex::new(0),
            turn: Mutex::new(0),
            turned: Condvar::new(),
            writer: Mutex::new(Writer::new(reader, sink, fallbacks, give_up_after)),
            counts: Counts::default(),
            intent: store.map(|store| Intent::new(store, reader)),
            is_held: AtomicBool::new(false),
            made: Instant::now(),
            writing_since: AtomicUsize::new(0),
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
        if self.holds() {
            self.resume(shared);
            return 0;
        }
        let Some(mut batch) = self.take(shared, scratch, patient) else { return 0 };
        let size = scratch.batch.len().min(batch.taken.bytes);
        let made = match &self.encoding {
            Encoding::Lines(format) => self.render(shared, &**format, scratch, size),
            Encoding::Binary { is_compressed } => self.pack(shared, *is_compressed, scratch, size),
        };
        batch.passed = made.passed;
        batch.filtered = made.filtered;
        batch.syncs = self.is_for_disk(shared, scratch.batch.get(..size).unwrap_or(&[]));
        self.wait_for_turn(shared, batch.ticket);
        self.write(shared, scratch, batch);
        made.records + made.passed + made.filtered
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
        Some(Batch { ticket, taken, passed: 0, filtered: 0, syncs: false })
    }

    /// Whether the records are to be put on the disk.
    fn is_for_disk(&self, shared: &Shared, batch: &[u8]) -> bool {
        match self.durability {
            None => false,
            Some(Durability::All) => true,
            Some(Durability::Guaranteed) => spool::entries(batch).any(|(_, record)| {
                let word = record.first_chunk().map(|word| u64::from_le_bytes(*word));
                word.is_some_and(|word| shared.class_of(site_of(word)) == Delivery::Guaranteed)
            }),
        }
    }

    fn wait_for_turn(&self, shared: &'static Shared, ticket: u64) {
        let mut turn = lock(&self.turn);
        while *turn != ticket {
            if self.holds() {
                // Whoever had that turn has gone on: the batch is anybody's.
                drop(turn);
                self.resume(shared);
                turn = lock(&self.turn);
            }
            if *turn != ticket {
                let waited = self.turned.wait_timeout(turn, TURN_LOOK);
                turn = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }

    /// Whether there is a batch that the sink has not taken.
    pub(crate) fn holds(&self) -> bool {
        self.is_held.load(ord::count())
    }

    /// Counts records in hand as lost.
    fn lose(&self, lost: usize) {
        add(&self.counts.lost, lost);
        add(&self.counts.untold, lost);
        add(&self.counts.in_hand, lost.wrapping_neg());
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
        let Ok(mut writer) = self.writer.try_lock() else { return };
        let done = catch_unwind(AssertUnwindSafe(|| what(&mut *writer.outlet.sink)));
        drop(writer);
        let sink = self.name.clone();
        match done {
            Ok(Ok(())) => {}
            Ok(Err(source)) => shared.failed(&Error::Write { sink, lost: 0, source }),
            Err(_panic) => shared.failed(&Error::Panicked { sink, lost: 0 }),
        }
    }

    /// Nothing comes any more: ends a binary log in order, unless the sink is busy for ever.
    pub(crate) fn end(&self, shared: &'static Shared) {
        let Ok(mut writer) = self.writer.try_lock() else { return };
        if writer.holds() {
            return;
        }
        let bytes = writer.outlet.end();
        let written = catch_unwind(AssertUnwindSafe(|| match bytes.is_empty() {
            true => Ok(()),
            false => writer.outlet.sink.write(&bytes),
        }));
        drop(writer);
        let sink = self.name.clone();
        match written {
            Ok(Ok(())) => add(&self.counts.bytes, bytes.len()),
            Ok(Err(failure)) => {
                shared.failed(&Error::Write { sink, lost: 0, source: failure.source });
            }
            Err(_panic) => shared.failed(&Error::Panicked { sink, lost: 0 }),
        }
    }

    /// How the sink does. Waits for nobody.
    pub(crate) fn health(&self) -> SinkHealth {
        let mut health = SinkHealth { name: self.name.clone(), ..SinkHealth::default() };
        match self.writer.try_lock() {
            Ok(writer) => writer.health(&mut health),
            Err(_busy) => {
                health.state = SinkState::Writing;
                let since = self.writing_since.load(ord::count());
                let now = self.made.elapsed();
                health.held_for =
                    (since > 0).then(|| now.saturating_sub(Duration::from_micros(since as u64)));
            }
        }
        health
    }

    pub(crate) fn stats(&self, offered: u64, in_spool: u64) -> SinkStats {
        let get = |count: &AtomicUsize| count.load(ord::count()) as u64;
        SinkStats {
            name: self.name.clone(),
            offered,
            written: get(&self.counts.written),
            skipped: get(&self.counts.skipped),
            filtered: get(&self.counts.filtered),
            lost: get(&self.counts.lost),
            pending: get(&self.counts.in_hand) + in_spool,
            bytes: get(&self.counts.bytes),
            gaps: get(&self.counts.gaps),
            errors: get(&self.counts.errors),
            diverted: get(&self.counts.diverted),
            syncs: get(&self.counts.syncs),
            threats: self.threats.as_ref().map_or_else(Default::default, Threats::report),
            redacted: self.redactor.as_ref().map_or_else(Default::default, Redactor::report),
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
