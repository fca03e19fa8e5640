//! From the rings to the spool: what the holder of the drain token does.
#![expect(unsafe_code, reason = "the consumer's half of the rings, the writer's half of the spool")]

use core::time::Duration;
use std::time::Instant;

use hydra_log_core::drain::{self, Lane, Limits, Output, Pass, Stop};
use hydra_log_core::flush::Request;
use hydra_log_core::gap;
use hydra_log_core::ord;
use hydra_log_core::record::{self, Flags, HEADER_BYTES, STAMP_AT};
use hydra_log_core::ring::mpsc;
use hydra_log_core::ring::spsc::{self, LEVELS, State};
use hydra_log_core::site::SiteId;
use hydra_log_core::spool::{self, UNCOUNTED};

use crate::clock::WallClock;
use crate::delivery::Delivery;
use crate::engine::recorder::Recorder;
use crate::engine::shared::Shared;
use crate::engine::watch::Watch;
use crate::error::{Error, InitError};
use crate::health::Health;
use crate::limit::{Limiter, Rule};
use crate::preset::Order;
use crate::stats::{Lost, RecorderStats, RingStats};
use crate::sys::barrier;
use crate::sys::ticks::{self, ticks};

/// How long a producer's mark may take to become visible on another processor, where that is not
/// proven by a barrier.
const GRACE_NS: u64 = 10_000;

/// How long a call in flight holds back younger records, before it is left to come late.
const PATIENCE_NS: u64 = 100_000_000;

/// How many records one pass moves before its caller looks around.
const PASS_RECORDS: usize = 4096;

/// The lane of the ring that contexts share.
pub(crate) const SHARED_LANE: u32 = u32::MAX;

/// What the drain remembers between passes.
pub(crate) struct Drainer {
    /// Lanes in use stand in front.
    lanes: Vec<Lane<'static>>,
    active: usize,
    /// Every thread ring of the engine, by its number.
    rings: Vec<&'static spsc::Ring>,
    newest: u64,
    clock: WallClock,
    epoch: usize,
    /// A flush that waits for everything stamped before.
    awaited: Option<(Request, u64)>,
    pub(crate) offered: u64,
    pub(crate) late: u64,
    stuck_since: Option<Instant>,
    /// Sinks that were pushed on and have not caught up since, a bit each: nobody waits for them
    /// again.
    lagging: u32,
    /// A sink that was pushed on, and by how many records: to be told once the token is given back,
    /// because the hook that hears of it may ask for the counts.
    pub(crate) skipped: Option<(usize, u64)>,
    watch: Watch,
    /// Made when some record is to be kept in it.
    recorder: Option<Recorder>,
    /// There if there are limits.
    pub(crate) limiter: Option<Limiter>,
}

// SAFETY: race: the lanes' consumers ask for one owner at a time, with what one did happening
// before the next: that is whoever holds the drain token, on whatever thread.
unsafe impl Send for Drainer {}

impl Drainer {
    /// The drain of an engine, to be made once: it is the consumer of all rings from now on.
    pub(crate) fn for_ring(shared_ring: &'static mpsc::Ring, limits: &[Rule]) -> Self {
        // SAFETY: race: made once, before anybody holds the token; later consumers are made by
        // its holders.
        let consumer = unsafe { shared_ring.consumer() };
        Self {
            lanes: vec![Lane::mpsc(SHARED_LANE, consumer)],
            active: 1,
            rings: Vec::new(),
            newest: 0,
            clock: WallClock::new(),
            epoch: 0,
            awaited: None,
            offered: 0,
            late: 0,
            stuck_since: None,
            lagging: 0,
            skipped: None,
            watch: Watch::default(),
            recorder: None,
            limiter: Limiter::new(limits),
        }
    }

    pub(crate) fn clock_steps(&self) -> u64 {
        self.clock.steps()
    }

    /// One pass over the rings.
    pub(crate) fn pass(&mut self, shared: &'static Shared) -> Pass {
        self.open_recorder(shared);
        let now = ticks();
        if self.awaited.is_none() {
            self.awaited = shared.flush.pending().map(|request| (request, now));
        }
        // After the clock was read, and before any ring is looked at.
        let wanted = shared.settings.order == Order::Proven || self.awaited.is_some();
        let proven = wanted && barrier::everywhere();
        self.meet_rings(shared);
        let limits = Limits {
            now,
            grace: if proven { 0 } else { ticks::from_ns(GRACE_NS) },
            patience: ticks::from_ns(PATIENCE_NS),
            records: PASS_RECORDS,
        };
        self.clock.observe();
        if let Some(store) = shared.memory.store {
            store.calibrate(self.clock.line());
        }
        let Some(lanes) = self.lanes.get_mut(..self.active) else { return NOTHING };
        let mut out = ToSpool {
            shared,
            clock: &self.clock,
            rings: &self.rings,
            offered: &mut self.offered,
            recorder: self.recorder.as_mut(),
            limiter: self.limiter.as_mut(),
        };
        let pass = drain::step(lanes, &limits, &mut self.newest, &mut out);
        let ring = |lane: &Lane<'_>| self.rings.get(lane.id() as usize);
        let found = |lane: &Lane<'_>| Some((lane.found_bytes(), ring(lane)?.capacity()));
        self.watch.look(lanes.iter().filter_map(found));
        let behind =
            if pass.stopped && self.newest > 0 { now.saturating_sub(self.newest) } else { 0 };
        self.watch.choose(&shared.pressure, ticks::to_ns(behind));
        self.late += pass.late as u64;
        if pass.records > 0 || pass.stopped {
            self.make_room_for(shared, &pass);
        }
        self.retire();
        let reached = self.awaited.is_none_or(|(_, stamp)| stamp <= pass.horizon);
        let told = self.tell_limits(shared, now, reached);
        if reached
            && told
            && self.write_recorder(shared)
            && let Some((request, _)) = self.awaited.take()
        {
            shared.flush.acknowledge(request);
        }
        pass
    }

    /// Tells of what limits kept back; whether all that is to be told by now is.
    fn tell_limits(&mut self, shared: &'static Shared, now: u64, reached: bool) -> bool {
        let Some(limiter) = &mut self.limiter else { return true };
        let everything = reached && shared.tell_limits.load(ord::gate());
        let told = limiter.tell(self.clock.to_ns(now), everything, |bytes| {
            // SAFETY: race: this is the token's holder, the spool's one writer.
            unsafe { shared.spool.append(UNCOUNTED, &[bytes]) }.is_ok()
        });
        if told && everything {
            shared.tell_limits.store(false, ord::gate());
        }
        told || !everything
    }

    /// Makes the flight recorder when it is needed.
    fn open_recorder(&mut self, shared: &'static Shared) {
        if self.recorder.is_some() || !shared.records_flight.load(ord::gate()) {
            return;
        }
        match Recorder::new(shared) {
            Ok(recorder) => self.recorder = Some(recorder),
            Err(InitError::Memory { bytes, source }) => {
                shared.records_flight.store(false, ord::gate());
                shared.failed(&Error::Memory { bytes, source });
            }
            Err(_) => shared.records_flight.store(false, ord::gate()),
        }
    }

    /// Writes what the flight recorder keeps, if somebody wants that; whether all of it is out.
    fn write_recorder(&mut self, shared: &'static Shared) -> bool {
        if !shared.write_recorder.load(ord::gate()) {
            return true;
        }
        let Some(recorder) = &mut self.recorder else {
            shared.write_recorder.store(false, ord::gate());
            return true;
        };
        // SAFETY: race: this is the token's holder, the spool's one writer.
        let all = unsafe { recorder.write(shared.spool, &mut self.offered) }.is_ok();
        if all {
            shared.write_recorder.store(false, ord::gate());
        }
        all
    }

    pub(crate) fn recorder_stats(&self) -> RecorderStats {
        self.recorder.as_ref().map_or_else(RecorderStats::default, Recorder::stats)
    }

    /// What the drain knows of the engine's health.
    pub(crate) fn health(&mut self, shared: &'static Shared) -> Health {
        self.meet_rings(shared);
        let now = ticks();
        let in_rings = self.lanes.iter_mut().filter_map(Lane::oldest).min();
        let in_rings = in_rings.map(|stamp| ticks::to_ns(now.saturating_sub(stamp)));
        self.clock.observe();
        let now_ns = self.clock.to_ns(now);
        // SAFETY: race: this is the token's holder, the spool's one writer.
        let front = |reader| unsafe { shared.spool.front_stamp(reader) };
        let in_spool = (0..shared.sinks.len()).filter_map(front).min();
        let in_spool = in_spool.map(|stamp| now_ns.saturating_sub(stamp));
        let oldest = in_rings.max(in_spool).map(Duration::from_nanos);
        let lanes = self.lanes.get(..self.active).unwrap_or_default();
        self.watch.health(&shared.pressure, in_use(lanes, &self.rings), oldest)
    }

    /// Puts a record into the spool past the rings; says whether there was room.
    pub(crate) fn append_directly(&mut self, shared: &'static Shared, bytes: &[u8]) -> bool {
        self.clock.observe();
        let mut out = ToSpool {
            shared,
            clock: &self.clock,
            rings: &self.rings,
            offered: &mut self.offered,
            recorder: None,
            limiter: self.limiter.as_mut(),
        };
        out.record(SHARED_LANE, bytes, Flags::OUT_OF_ORDER).is_ok()
    }

    /// Finds rings that joined or were used again.
    fn meet_rings(&mut self, shared: &'static Shared) {
        let epoch = shared.registry.epoch();
        if epoch == self.epoch {
            return;
        }
        self.epoch = epoch;
        let known = self.rings.len();
        let mut fresh: Vec<_> =
            shared.registry.iter().take_while(|ring| ring.id() as usize >= known).collect();
        fresh.reverse();
        for ring in fresh {
            // SAFETY: bounds: the ring is static; race: this is the token's holder, and every
            // later consumer is made by a later holder.
            let consumer = unsafe { ring.consumer() };
            self.rings.push(ring);
            self.lanes.push(Lane::spsc(ring.id(), consumer));
        }
        self.sort_lanes();
    }

    /// Frees the rings whose threads are gone, once they are empty.
    fn retire(&mut self) {
        let lanes = self.lanes.iter_mut().take(self.active);
        let retired = lanes.filter(|lane| lane.is_idle()).filter(|lane| lane.retire()).count();
        if retired > 0 {
            self.sort_lanes();
        }
    }

    fn sort_lanes(&mut self) {
        let rings = &self.rings;
        let newest = self.newest;
        let free = |lane: &Lane<'_>| {
            rings.get(lane.id() as usize).is_some_and(|ring| ring.state() == State::Free)
        };
        // A ring may be taken again meanwhile: each state is read once.
        let mut lanes: Vec<_> = self.lanes.drain(..).map(|lane| (free(&lane), lane)).collect();
        lanes.sort_by_key(|(free, _)| *free);
        let active = lanes.iter().take_while(|(free, _)| !free).count();
        self.lanes.extend(lanes.into_iter().map(|(_, lane)| lane));
        for lane in self.lanes.iter_mut().take(active).skip(self.active) {
            lane.begin(newest);
        }
        self.active = active;
    }

    /// When the spool is full: pushes a reader on that makes no progress while others wait. It is
    /// waited for once, not again before it has caught up; and records that must not be dropped
    /// hold everybody up.
    fn make_room_for(&mut self, shared: &'static Shared, pass: &Pass) {
        let end = shared.spool.end();
        let behind = |reader| end.wrapping_sub(shared.spool.needed(reader));
        let half = shared.settings.spool_bytes / 2;
        let mut sinks = 0..shared.sinks.len();
        if self.lagging != 0 {
            let caught_up = sinks.clone().filter(|reader| behind(*reader) < half / 2);
            self.lagging = caught_up.fold(self.lagging, |lagging, reader| lagging & !(1 << reader));
        }
        let lagging = self.lagging;
        let is_lagging = |reader: usize| lagging >> reader & 1 == 1;
        if !pass.stopped || pass.records == PASS_RECORDS {
            self.stuck_since = None;
            return;
        }
        let since = *self.stuck_since.get_or_insert_with(Instant::now);
        let Some(slowest) = shared.spool.slowest().filter(|_| shared.sinks.len() > 1) else {
            return;
        };
        if !is_lagging(slowest) && since.elapsed() < shared.settings.stall {
            return;
        }
        let others_wait = sinks.any(|reader| behind(reader) < half && !is_lagging(reader));
        if behind(slowest) >= half && others_wait {
            let may_lose = |word| {
                let site = record::site_of(u64::from_le_bytes(word));
                !shared.class_of(site).is_awaited()
            };
            // SAFETY: race: this is the token's holder, the spool's one writer.
            let lost = unsafe { shared.spool.push_on_while(slowest, half, may_lose) };
            self.lagging |= 1 << slowest;
            self.skipped = Some((slowest, lost as u64));
        }
    }

    /// Counts of every ring, with what waits in it counted by walking it.
    pub(crate) fn ring_stats(&mut self, shared: &'static Shared) -> Vec<RingStats> {
        self.meet_rings(shared);
        let mut stats: Vec<RingStats> = self
            .lanes
            .iter()
            .map(|lane| match self.rings.get(lane.id() as usize) {
                Some(ring) => {
                    // SAFETY: race: this is the token's holder; nothing of another consumer is
                    // borrowed.
                    let pending = unsafe { ring.consumer() }.pending();
                    stats_of(lane, ring.capacity(), ring.emitted(), ring.lost(), pending)
                }
                None => {
                    let ring = shared.shared_ring;
                    // SAFETY: race: as above.
                    let pending = unsafe { ring.consumer() }.pending();
                    let emitted = ring.emitted() + shared.direct.written.get();
                    let mut stats = stats_of(lane, ring.capacity(), emitted, ring.lost(), pending);
                    stats.drained += shared.direct.written.get();
                    stats
                }
            })
            .collect();
        stats.sort_by_key(|ring| ring.id);
        stats
    }

    /// What waits in the spool for a sink, counted by walking it.
    pub(crate) fn pending_in_spool(&self, shared: &'static Shared, reader: usize) -> u64 {
        // SAFETY: race: this is the token's holder, the spool's one writer.
        unsafe { shared.spool.pending(reader) as u64 }
    }
}

const NOTHING: Pass = Pass { records: 0, horizon: 0, stopped: false, late: 0 };

/// The rings of these lanes that threads have.
fn in_use<'d>(
    lanes: &'d [Lane<'static>],
    rings: &'d [&'static spsc::Ring],
) -> impl Iterator<Item = &'d spsc::Ring> {
    lanes.iter().filter_map(|lane| rings.get(lane.id() as usize).copied())
}

fn stats_of(
    lane: &Lane<'_>,
    capacity_bytes: usize,
    emitted: u64,
    lost: [u64; LEVELS],
    pending: u64,
) -> RingStats {
    let lost = Lost { by_level: lost };
    RingStats { id: lane.id(), capacity_bytes, emitted, drained: lane.drained(), lost, pending }
}

/// Writes what a pass lets go into the spool, its ticks turned into wall time.
struct ToSpool<'d> {
    shared: &'d Shared,
    clock: &'d WallClock,
    rings: &'d [&'static spsc::Ring],
    offered: &'d mut u64,
    recorder: Option<&'d mut Recorder>,
    limiter: Option<&'d mut Limiter>,
}

impl ToSpool<'_> {
    /// The number of the thread that owns the lane's ring, or 0.
    fn thread(&self, lane: u32) -> u32 {
        let word = self.rings.get(lane as usize).map_or(0, |ring| ring.user());
        u32::try_from(word).unwrap_or(0) & !UNCOUNTED
    }

    #[inline(always)]
    fn put(&mut self, thread: u32, parts: &[&[u8]; 3]) -> Result<(), Stop> {
        // SAFETY: race: the pass holds the token, so this is the spool's one writer.
        let appended = unsafe { self.shared.spool.append(thread, parts) };
        appended.map_err(|_full| Stop)?;
        *self.offered += 1;
        Ok(())
    }

    /// As [`put`](Self::put), if the limits let a record of this site pass now.
    #[cold]
    #[inline(never)]
    fn put_within_limits(
        &mut self,
        record: &[u8],
        (site, time): (SiteId, u64),
        thread: u32,
        parts: &[&[u8]; 3],
    ) -> Result<(), Stop> {
        let limiter = self.limiter.as_mut();
        let verdict = limiter.and_then(|limiter| limiter.judge(self.shared, site, time, record));
        if verdict.is_none_or(|verdict| verdict.passes) {
            self.put(thread, parts)?;
        }
        if let (Some(verdict), Some(limiter)) = (verdict, &mut self.limiter) {
            limiter.note(verdict, time);
        }
        Ok(())
    }
}

impl Output for ToSpool<'_> {
    #[inline(always)]
    fn record(&mut self, lane: u32, bytes: &[u8], flags: Flags) -> Result<(), Stop> {
        let Some((header, rest)) = bytes.split_first_chunk::<HEADER_BYTES>() else { return Ok(()) };
        let [w0, w1, w2, w3, w4, w5, w6, w7, stamp @ ..] = *header;
        let word = u64::from_le_bytes([w0, w1, w2, w3, w4, w5, w6, w7]);
        let time = self.clock.to_ns(u64::from_le_bytes(stamp));
        let thread = self.thread(lane);
        let site = record::site_of(word);
        let spool = self.shared.spool;
        if let Some(recorder) = &mut self.recorder {
            if self.shared.class_of(site) == Delivery::FlightRecorder {
                let word = record::with_flags(word, flags.union(Flags::OUT_OF_ORDER)).to_le_bytes();
                return recorder.keep(thread, &[&word[..], &time.to_le_bytes()[..], rest]);
            }
            if self.shared.is_error(site) || recorder.is_writing() {
                // SAFETY: race: the pass holds the token, so this is the spool's one writer.
                unsafe { recorder.write(spool, self.offered) }?;
            }
        }
        let word = record::with_flags(word, flags).to_le_bytes();
        let parts = [&word[..], &time.to_le_bytes()[..], rest];
        if self.limiter.is_some() {
            return self.put_within_limits(bytes, (site, time), thread, &parts);
        }
        self.put(thread, &parts)
    }

    #[inline]
    fn position(&self) -> usize {
        self.shared.spool.end()
    }

    fn has_room(&self) -> bool {
        self.shared.spool.room() >= spool::ENTRY_HEADER + gap::BYTES
    }

    fn gap(&mut self, lane: u32, stamp: u64, lost: [u64; LEVELS]) {
        let words = gap::write(lane, self.clock.to_ns(stamp), lost);
        let bytes: &[u8] = bytemuck::cast_slice(&words);
        // SAFETY: race: the pass holds the token, so this is the spool's one writer. `has_room`
        // said that it fits.
        let _fits = unsafe { self.shared.spool.append(self.thread(lane) | UNCOUNTED, &[bytes]) };
    }
}

const _: () = assert!(STAMP_AT == 8, "the header's second word is the stamp");
