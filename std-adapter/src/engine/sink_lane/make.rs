//! A batch of records becomes lines, or blocks of a binary log.

use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;

use hydra_log_core::ord;
use hydra_log_core::record::dictionary::Entry;
use hydra_log_core::record::{Flags, RecordRef, flags_of, is_control, site_of};
use hydra_log_core::site::SiteId;
use hydra_log_core::spool::{self, UNCOUNTED};
use hydra_log_core::sync::rmw;

use super::{BATCH_BYTES, SinkLane, add};
use crate::binary::{Packed, Packer};
use crate::engine::encoding::Names;
use crate::engine::shared::Shared;
use crate::engine::sink_gap;
use crate::error::Error;
use crate::format::{Buffer, Contexts, Event, Format, SiteInfo, ThreadInfo};
use crate::redact::{self, Work};

/// Callsites have numbers below two to this.
const SITE_BITS: u32 = 24;

/// What a serving thread keeps from batch to batch.
pub(crate) struct Scratch {
    pub(super) batch: Box<[u8]>,
    pub(super) out: Buffer,
    pub(super) pieces: Vec<Piece>,
    /// How many losses the first piece tells of, if it has a gap record of this sink.
    pub(super) telling: usize,
    known: Known,
    packer: Option<Box<Packer>>,
    pub(super) names: Names,
    redacting: Work,
}

/// What records before had already: the last thread, callsites in contexts.
#[derive(Default)]
struct Known {
    thread: (u32, Option<Arc<ThreadInfo>>),
    contexts: Contexts,
}

/// What became of a batch's records.
#[derive(Clone, Copy, Default)]
pub(super) struct Made {
    /// Rendered or packed.
    pub(super) records: usize,
    /// Not for this sink.
    pub(super) passed: usize,
    /// Turned away by its own filters.
    pub(super) filtered: usize,
}

/// What becomes of one record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Made,
    Passed,
    Filtered,
}

/// A line, or a block: it gets out as a whole or not at all.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub(super) end: usize,
    pub(super) records: u32,
    pub(super) gaps: u32,
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
            known: Known::default(),
            packer: None,
            names: Names::default(),
            redacting: Work::default(),
        }
    }
}

impl SinkLane {
    /// Renders the batch.
    pub(super) fn render(
        &self,
        shared: &'static Shared,
        format: &dyn Format,
        scratch: &mut Scratch,
        size: usize,
    ) -> Made {
        let Scratch { batch, out, pieces, telling, known, redacting, .. } = scratch;
        out.clear();
        pieces.clear();
        let bytes = batch.get(..size).unwrap_or(&[]);
        *telling = self.tell_losses(shared, format, bytes, out);
        if *telling > 0 {
            pieces.push(Piece::of_one(out.len(), false));
        }
        let mut made = Made::default();
        let looks_at_values = self.looks_at_values();
        for (tag, payload) in spool::entries(bytes) {
            let counted = tag & UNCOUNTED == 0;
            let start = out.len();
            let line = catch_unwind(AssertUnwindSafe(|| {
                let source = (tag & !UNCOUNTED, payload);
                self.render_one(shared, (format, looks_at_values), source, out, (known, redacting))
            }));
            match line {
                Ok(Fate::Made) => {
                    pieces.push(Piece::of_one(out.len(), counted));
                    made.records += usize::from(counted);
                }
                Ok(Fate::Passed) => made.passed += usize::from(counted),
                Ok(Fate::Filtered) => made.filtered += usize::from(counted),
                Err(_panic) => {
                    out.truncate(start);
                    self.lose_to_panic(shared, counted);
                }
            }
        }
        made
    }

    /// Somebody's code panicked over one record.
    fn lose_to_panic(&self, shared: &Shared, is_counted: bool) {
        self.lose(usize::from(is_counted));
        shared.counters.refused.add(usize::from(is_counted));
        shared.failed(&Error::Panicked { sink: self.name.clone(), lost: 1 });
    }

    /// One record's line, if the sink takes it.
    fn render_one(
        &self,
        shared: &'static Shared,
        (format, looks_at_values): (&dyn Format, bool),
        (number, payload): (u32, &[u8]),
        out: &mut Buffer,
        (known, redacting): (&mut Known, &mut Work),
    ) -> Fate {
        let Ok(record) = RecordRef::parse(payload) else {
            shared.failed(&Error::Corrupt { bytes: payload.len() });
            return Fate::Passed;
        };
        let Some(site) = shared.sites.get(record.site()) else {
            shared.failed(&Error::Corrupt { bytes: payload.len() });
            return Fate::Passed;
        };
        let is_own = record.flags().contains(Flags::CONTROL);
        if !is_own && !self.takes.takes_now(site.level, &site.layer, &site.target) {
            return Fate::Passed;
        }
        let (mut tags, mut key, mut site, mut record) =
            (None, record.site().0 as usize, site, record);
        if looks_at_values {
            if !is_own && !self.is_wanted(shared, number, (site, record), known) {
                return Fate::Filtered;
            }
            let threats = self.threats.as_ref().filter(|_| !is_own);
            tags = threats.and_then(|threats| threats.look(&record));
            key = self.site_key(record.site());
            if !is_own {
                (site, record) = self.redacted(shared, site, record, redacting);
            }
        }
        let Known { thread, contexts } = known;
        let Some(thread) = met(shared, number, thread) else { return Fate::Passed };
        let event = Event {
            time_ns: record.stamp(),
            level: site.level,
            site: contexts.find(key, site, &record),
            record,
            thread,
            types: &shared.sites,
            recovered: false,
        };
        match tags {
            None => format.write(&event, out),
            Some(tags) => write_tagged(format, &event, &tags, out),
        }
        Fate::Made
    }

    /// Whether the output's own filters want a record. They see it as it was logged.
    #[cold]
    fn is_wanted(
        &self,
        shared: &'static Shared,
        number: u32,
        (site, record): (&SiteInfo, RecordRef<'_>),
        known: &mut Known,
    ) -> bool {
        if self.takes.only().is_empty() {
            return true;
        }
        let Known { thread, contexts } = known;
        let Some(thread) = met(shared, number, thread) else { return true };
        self.takes.only().want(&Event {
            time_ns: record.stamp(),
            level: site.level,
            site: contexts.find(record.site().0 as usize, site, &record),
            record,
            thread,
            types: &shared.sites,
            recovered: false,
        })
    }

    /// A callsite's number, for what is kept of it: another one where its texts may be others.
    fn site_key(&self, id: SiteId) -> usize {
        let lane = self.redactor.as_ref().map_or(0, |_| self.reader + 1);
        id.0 as usize | lane << SITE_BITS
    }

    /// The record, and its callsite, without what is secret.
    #[inline]
    fn redacted<'r>(
        &'r self,
        shared: &'static Shared,
        site: &'r SiteInfo,
        record: RecordRef<'r>,
        work: &'r mut Work,
    ) -> (&'r SiteInfo, RecordRef<'r>) {
        let plan = self.redactor.as_ref().and_then(|redactor| {
            let entry = shared.sites.site(record.site()).map(Entry::of)?;
            Some((redactor.redaction(), redactor.plan(record.site(), || entry)?))
        });
        let Some((redaction, plan)) = plan else { return (site, record) };
        let written = redaction.apply(plan, &record, &shared.sites, work);
        let parsed = written.map_or(Ok(record), RecordRef::parse);
        (plan.site(site), parsed.unwrap_or(record))
    }

    /// Packs the batch.
    pub(super) fn pack(
        &self,
        shared: &'static Shared,
        compress: bool,
        scratch: &mut Scratch,
        size: usize,
    ) -> Made {
        let Scratch { batch, out, pieces, telling, packer, names, known, redacting, .. } = scratch;
        let packer = packer.get_or_insert_default();
        out.clear();
        pieces.clear();
        names.clear();
        let bytes = batch.get(..size).unwrap_or(&[]);
        *telling = rmw::take(&self.counts.untold, ord::count());
        let mut piece = Piece { end: 0, records: 0, gaps: 0 };
        if *telling > 0 {
            let lost = (*telling as u64, self.name.as_str());
            sink_gap::record(lost, first_time(bytes), |record| packer.push(0, record));
            piece.gaps += 1;
        }
        let mut made = Made::default();
        let looks_at_values = self.looks_at_values();
        for (tag, mut record) in spool::entries(bytes) {
            let thread = tag & !UNCOUNTED;
            let counted = usize::from(tag & UNCOUNTED == 0);
            if looks_at_values {
                match self.choose(shared, thread, record, known) {
                    Ok(Fate::Made | Fate::Passed) => {}
                    Ok(Fate::Filtered) => {
                        made.filtered += counted;
                        continue;
                    }
                    Err(_panic) => {
                        self.lose_to_panic(shared, counted == 1);
                        continue;
                    }
                }
                self.count_threats(record);
                record = self.redacted_bytes(shared, record, redacting);
            }
            let mut outcome = packer.push_if(thread, record, |word0| self.wants(shared, word0));
            if outcome == Packed::Full {
                names.take_block(packer, compress, out);
                piece.end = out.len();
                pieces.push(core::mem::replace(&mut piece, Piece { end: 0, records: 0, gaps: 0 }));
                outcome = packer.push_if(thread, record, |word0| self.wants(shared, word0));
            }
            match outcome {
                Packed::Stored => {
                    made.records += counted;
                    piece.records += u32::from(tag & UNCOUNTED == 0);
                    piece.gaps += tag >> 31;
                }
                Packed::Passed => made.passed += counted,
                Packed::NoRecord | Packed::Full => {
                    shared.failed(&Error::Corrupt { bytes: record.len() });
                    made.passed += counted;
                }
            }
        }
        names.take_block(packer, compress, out);
        if piece.records + piece.gaps > 0 {
            piece.end = out.len();
            pieces.push(piece);
        }
        made
    }

    /// Whether somebody looks at the values of what is packed.
    fn looks_at_values(&self) -> bool {
        !self.takes.only().is_empty() || self.threats.is_some() || self.redactor.is_some()
    }

    /// What becomes of a record where the output has filters of its own; where it has none, or it
    /// is not for this sink, the packer finds out.
    fn choose(
        &self,
        shared: &'static Shared,
        number: u32,
        bytes: &[u8],
        known: &mut Known,
    ) -> std::thread::Result<Fate> {
        if self.takes.only().is_empty() || is_control(bytes) {
            return Ok(Fate::Made);
        }
        catch_unwind(AssertUnwindSafe(|| {
            let Ok(record) = RecordRef::parse(bytes) else { return Fate::Made };
            let Some(site) = shared.sites.get(record.site()) else { return Fate::Made };
            if !self.takes(site.level, &site.layer, &site.target) {
                return Fate::Made;
            }
            let is_wanted = self.is_wanted(shared, number, (site, record), known);
            if is_wanted { Fate::Made } else { Fate::Filtered }
        }))
    }

    /// Counts what a record's values try: the record stays as it is.
    #[inline]
    fn count_threats(&self, bytes: &[u8]) {
        if let Some(threats) = &self.threats
            && !is_control(bytes)
            && let Ok(record) = RecordRef::parse(bytes)
        {
            let _tags = threats.look(&record);
        }
    }

    /// The record's bytes without what is secret, if it is for this sink.
    #[inline]
    fn redacted_bytes<'r>(
        &'r self,
        shared: &'static Shared,
        bytes: &'r [u8],
        work: &'r mut Work,
    ) -> &'r [u8] {
        let Some(redactor) = self.redactor.as_ref().filter(|_| !is_control(bytes)) else {
            return bytes;
        };
        let Ok(record) = RecordRef::parse(bytes) else { return bytes };
        let Some(site) = shared.sites.site(record.site()) else { return bytes };
        if !self.takes(site.level(), site.layer, site.target) {
            return bytes;
        }
        let Some(plan) = redactor.plan(record.site(), || Entry::of(site)) else { return bytes };
        redactor.redaction().apply(plan, &record, &shared.sites, work).unwrap_or(bytes)
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

    /// The losses of this sink alone, as a line in front of what follows them.
    fn tell_losses(
        &self,
        shared: &Shared,
        format: &dyn Format,
        batch: &[u8],
        out: &mut Buffer,
    ) -> usize {
        let untold = rmw::take(&self.counts.untold, ord::count());
        if untold == 0 {
            return 0;
        }
        let lost = (untold as u64, self.name.as_str());
        let told = catch_unwind(AssertUnwindSafe(|| {
            sink_gap::write(shared, format, lost, first_time(batch), out);
        }));
        if told.is_err() {
            out.clear();
            add(&self.counts.untold, untold);
            return 0;
        }
        untold
    }
}

/// A line with one field more. There are few of them, so the callsite is made anew for each.
#[cold]
fn write_tagged(format: &dyn Format, event: &Event<'_>, tags: &str, out: &mut Buffer) {
    let mut bytes = Vec::new();
    let index = redact::with_text(&event.record, tags, &mut bytes);
    let site = event.site.with_field("threat", index);
    let record = RecordRef::parse(&bytes).unwrap_or(event.record);
    format.write(&Event { site: &site, record, ..*event }, out);
}

/// A thread by its number, looked up where it is not the last one's.
fn met<'t>(
    shared: &Shared,
    number: u32,
    last: &'t mut (u32, Option<Arc<ThreadInfo>>),
) -> Option<&'t ThreadInfo> {
    if last.0 != number || last.1.is_none() {
        *last = (number, Some(shared.threads.get(number).unwrap_or_default()));
    }
    last.1.as_deref()
}

/// When the first record of a batch was logged.
fn first_time(batch: &[u8]) -> u64 {
    let first = spool::entries(batch).next();
    first.and_then(|(_, bytes)| RecordRef::parse(bytes).ok()).map_or(0, |record| record.stamp())
}
