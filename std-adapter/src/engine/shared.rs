//! What all parts of one engine share. It lives as long as the process.

use core::panic::AssertUnwindSafe;
use core::task::Waker;
use std::io;
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use crossbeam_utils::CachePadded;
use hydra_log_core::drain::Pass;
use hydra_log_core::flush::Flush;
use hydra_log_core::record::RecordRef;
use hydra_log_core::registry::Registry;
use hydra_log_core::ring::mpsc;
use hydra_log_core::site::{self, Gate, Site, SiteId};
use hydra_log_core::spool::Spool;
use hydra_log_core::sync::{AtomicBool, AtomicUsize, StaticU8, rmw};
use hydra_log_core::{Level, LevelFilter, ord};

use crate::builder::Plan;
use crate::control::{CallInfo, Control};
use crate::crash::store::{Memory, Store};
use crate::delivery::{Deliveries, Delivery};
use crate::engine::direct::DirectRoom;
use crate::engine::drain_cell::{DrainCell, Held};
use crate::engine::drainer::Drainer;
use crate::engine::pressure::Pressure;
use crate::engine::sink_lane::{Scratch, SinkLane};
use crate::engine::sites::Sites;
use crate::engine::steps::Steps;
use crate::engine::thread_ring::ThreadRing;
use crate::engine::threads::Threads;
use crate::engine::worker::{self, Parking};
use crate::engine::{lock, report};
use crate::error::Error;
use crate::filter::Filter;
use crate::health::Health;
use crate::layers::Router;
use crate::limit::Limiter;
use crate::preset::Settings;
use crate::stats::Stats;
use crate::sys::fork;
use crate::sys::ticks::ticks;

/// The hook that is told of the engine's own failures.
pub(crate) type OnError = Arc<dyn Fn(&Error) + Send + Sync>;

/// How often calls met something out of the ordinary.
#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) full: Counter,
    pub(crate) grown: Counter,
    pub(crate) waited: Counter,
    pub(crate) waited_ns: Counter,
    pub(crate) assisted: Counter,
    pub(crate) woken: Counter,
    pub(crate) confirmed: Counter,
    pub(crate) unconfirmed: Counter,
    /// What sinks lost, and failures to put something on a disk.
    pub(crate) refused: Counter,
}

/// A count on a cache line of its own.
#[derive(Default)]
pub(crate) struct Counter(CachePadded<AtomicUsize>);

impl Counter {
    pub(crate) fn add(&self, amount: usize) {
        rmw::add(&self.0, amount, ord::count());
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(ord::count()) as u64
    }
}

pub(crate) struct Shared {
    pub(crate) settings: Settings,
    /// What it was made from.
    pub(crate) plan: Plan,
    /// How many forks lie between its process and the first one.
    pub(crate) forks: u32,
    /// In a forked child: what took its place.
    pub(crate) heir: OnceLock<Option<&'static Shared>>,
    pub(crate) workers: Mutex<Vec<JoinHandle<()>>>,
    pub(crate) registry: CachePadded<Registry>,
    /// All rings, by number.
    rings: Mutex<Vec<&'static ThreadRing>>,
    pub(crate) shared_ring: &'static mpsc::Ring,
    pub(crate) drain: OnceLock<DrainCell<Drainer>>,
    pub(crate) spool: &'static Spool,
    pub(crate) memory: Memory,
    /// Records that were left by processes before, and written at the start.
    pub(crate) recovered: u64,
    pub(crate) sinks: Vec<SinkLane>,
    pub(crate) flush: Flush,
    pub(crate) counters: Counters,
    pub(crate) direct: DirectRoom,
    pub(crate) parking: Parking,
    pub(crate) threads: Threads,
    pub(crate) sites: Sites,
    filter: RwLock<Filter>,
    deliveries: RwLock<Deliveries>,
    /// What is another way than usual, for now.
    pub(crate) control: Control,
    /// Where records of which layers go, if there are layers.
    pub(crate) router: Option<Arc<Router>>,
    /// By site, what this engine makes of it: see [`wish`](Self::wish).
    wishes: Box<[StaticU8]>,
    /// Whether some site may be kept in the flight recorder.
    pub(crate) records_flight: AtomicBool,
    /// Whether everything that limits kept back is to be told of now.
    pub(crate) tell_limits: AtomicBool,
    /// Whether the flight recorder is to be written.
    pub(crate) write_recorder: AtomicBool,
    pub(crate) steps: Steps,
    pub(crate) pressure: Pressure,
    pub(crate) stopping: AtomicBool,
    pub(crate) wakers: Mutex<Vec<Waker>>,
    /// Buffers of the last caller that wrote out.
    spare: Mutex<Option<Scratch>>,
    on_error: Option<OnError>,
}

/// What an engine is made of.
pub(crate) struct Parts {
    pub(crate) plan: Plan,
    pub(crate) shared_ring: &'static mpsc::Ring,
    pub(crate) spool: &'static Spool,
    pub(crate) memory: Memory,
    pub(crate) recovered: u64,
    pub(crate) sinks: Vec<SinkLane>,
    pub(crate) workers: usize,
}

impl Shared {
    /// Makes an engine, for ever.
    pub(crate) fn start(parts: Parts) -> &'static Self {
        let wishes = (0..site::gate_count()).map(|_| StaticU8::new(0)).collect();
        let Plan { settings, filter, deliveries, router, on_error, .. } = parts.plan.clone();
        let records_flight = deliveries.have(Delivery::FlightRecorder);
        let shared: &'static Self = Box::leak(Box::new(Self {
            registry: CachePadded::new(Registry::new()),
            rings: Mutex::new(Vec::new()),
            shared_ring: parts.shared_ring,
            drain: OnceLock::new(),
            spool: parts.spool,
            memory: parts.memory,
            recovered: parts.recovered,
            router,
            sinks: parts.sinks,
            flush: Flush::new(),
            counters: Counters::default(),
            direct: DirectRoom::new(settings.chains.write_directly()),
            settings,
            plan: parts.plan,
            forks: fork::count(),
            heir: OnceLock::new(),
            workers: Mutex::new(Vec::new()),
            parking: Parking::new(parts.workers),
            threads: Threads::default(),
            sites: Sites::new(),
            filter: RwLock::new(filter),
            deliveries: RwLock::new(deliveries),
            control: Control::default(),
            wishes,
            records_flight: AtomicBool::new(records_flight),
            tell_limits: AtomicBool::new(false),
            write_recorder: AtomicBool::new(false),
            steps: Steps::default(),
            pressure: Pressure::new(),
            stopping: AtomicBool::new(false),
            wakers: Mutex::new(Vec::new()),
            spare: Mutex::new(None),
            on_error,
        }));
        shared.drain.get_or_init(|| {
            DrainCell::new(Drainer::for_ring(shared.shared_ring, &shared.plan.limits))
        });
        shared
    }

    /// The class of a site's records; `None` if they would be written nowhere.
    pub(crate) fn wants(&self, site: &'static Site) -> Option<Delivery> {
        let level = site.level();
        let wants = self.passes(&CallInfo::of(site));
        let deliveries = self.deliveries.read().unwrap_or_else(PoisonError::into_inner);
        let class = deliveries.of(site);
        if let Some(wish) = self.wishes.get(site.id().0 as usize) {
            let is_error = u8::from(level == Level::Error);
            wish.store(u8::from(wants) | (class as u8) << 1 | is_error << 3, ord::gate());
        }
        wants.then_some(class)
    }

    /// The class of a site's records.
    pub(crate) fn class_of(&self, id: SiteId) -> Delivery {
        Delivery::ALL.get(usize::from(self.wish(id) >> 1 & 0b11)).copied().unwrap_or_default()
    }

    /// Whether a site's records are errors.
    pub(crate) fn is_error(&self, id: SiteId) -> bool {
        self.wish(id) >> 3 != 0
    }

    /// Bit 0: wanted; bits 1 and 2: the class; bit 3: an error.
    fn wish(&self, id: SiteId) -> u8 {
        self.wishes.get(id.0 as usize).map_or(0, |wish| wish.load(ord::gate()))
    }

    /// Asks for what the flight recorder keeps, with the drain's next pass.
    pub(crate) fn ask_for_recorder(&self) {
        self.write_recorder.store(true, ord::gate());
    }

    /// Whether a record of such a call would be written anywhere.
    pub(crate) fn passes(&self, call: &CallInfo<'_>) -> bool {
        let CallInfo { level, layer, target, .. } = *call;
        let usual = || self.router.as_ref().and_then(|router| router.level_of(layer, target));
        let changed = self.control.level_of(call, || self.routed(call));
        let allowed = changed.or_else(usual).unwrap_or_else(|| {
            let filter = self.filter.read().unwrap_or_else(PoisonError::into_inner);
            filter.level_for(target)
        });
        allowed.allows(level) && self.sinks.iter().any(|sink| sink.takes(level, layer, target))
    }

    /// The layer that a call's records go to.
    pub(crate) fn routed(&self, call: &CallInfo<'_>) -> Option<&str> {
        self.router.as_ref().and_then(|router| router.name_of(call.layer, call.target))
    }

    /// Keeps what a site says beside its records, where those outlive the process.
    #[allow(dead_code, reason = "only bridges use it, and they are features")]
    pub(crate) fn name(&self, site: &'static Site) {
        let Some(store) = self.memory.store else { return };
        if let Err(source) = store.name([site]) {
            self.failed(&Error::NotCrashProof { source });
        }
    }

    /// The most verbose level that passes, whatever the target.
    #[allow(dead_code, reason = "only bridges use it, and they are features")]
    pub(crate) fn max_level(&self) -> LevelFilter {
        let filter = self.filter.read().unwrap_or_else(PoisonError::into_inner);
        let sinks = self.sinks.iter().map(SinkLane::level).max().unwrap_or_default();
        let layers = self.router.as_ref().map_or(LevelFilter::Off, |router| router.max_level());
        filter.max_level().max(layers).max(self.control.max_level()).min(sinks)
    }

    /// Whether a call whose gate says "ask" is for this engine.
    pub(crate) fn takes(&self, gate: &'static Gate) -> bool {
        self.wish(gate.id()) & 1 != 0
    }

    /// The filter, for who only looks.
    pub(crate) fn filter(&self) -> &RwLock<Filter> {
        &self.filter
    }

    /// The filter; where somebody is at it, that of the start.
    pub(crate) fn filter_now(&self) -> Filter {
        let filter = self.filter.try_read();
        filter.map_or_else(|_| self.plan.filter.clone(), |filter| filter.clone())
    }

    /// The classes; where somebody is at them, those of the start.
    pub(crate) fn deliveries_now(&self) -> Deliveries {
        let deliveries = self.deliveries.try_read();
        deliveries.map_or_else(|_| self.plan.deliveries.clone(), |deliveries| deliveries.clone())
    }

    /// Replaces the filter; takes effect with [`gates::refresh`](super::gates::refresh).
    pub(crate) fn set_filter(&self, filter: Filter) {
        *self.filter.write().unwrap_or_else(PoisonError::into_inner) = filter;
    }

    /// Replaces the classes; takes effect with [`gates::refresh`](super::gates::refresh).
    pub(crate) fn set_deliveries(&self, deliveries: Deliveries) {
        if deliveries.have(Delivery::FlightRecorder) {
            self.records_flight.store(true, ord::gate());
        }
        *self.deliveries.write().unwrap_or_else(PoisonError::into_inner) = deliveries;
    }

    /// A ring for the calling thread: one whose thread is gone, or a new one.
    pub(crate) fn open_ring(&'static self, capacity: usize) -> Option<&'static ThreadRing> {
        let user = self.threads.meet(self.memory.store) as usize;
        match self.registry.reuse_at_least(capacity) {
            Some(ring) => {
                ring.set_user(user);
                lock(&self.rings).get(ring.id() as usize).copied()
            }
            None => self.map_ring(capacity, user),
        }
    }

    fn map_ring(&'static self, capacity: usize, user: usize) -> Option<&'static ThreadRing> {
        let mut rings = lock(&self.rings);
        let bytes: usize = rings.iter().map(|ring| ring.ring.capacity()).sum();
        if bytes + capacity > self.settings.budget_bytes {
            return None;
        }
        match ThreadRing::map(self, capacity) {
            Ok((ring, refused)) => {
                ring.ring.set_user(user);
                self.registry.join(&ring.ring);
                rings.push(ring);
                drop(rings);
                if let Some(source) = refused {
                    self.failed(&Error::NotCrashProof { source });
                }
                Some(ring)
            }
            Err(source) if source.kind() == io::ErrorKind::QuotaExceeded => None,
            Err(source) => {
                drop(rings);
                self.failed(&Error::Memory { bytes: capacity, source });
                None
            }
        }
    }

    /// Wakes a worker that sleeps, if one does.
    #[inline]
    pub(crate) fn wake(&self) {
        if self.parking.wake_one() {
            self.counters.woken.add(1);
        }
    }

    /// One pass from the rings to the spool, unless somebody else is at it.
    pub(crate) fn drain_pass(&'static self) -> Option<Pass> {
        let mut drainer = self.drain.get()?.try_take()?;
        let pass = drainer.pass(self);
        let skipped = drainer.skipped.take();
        drop(drainer);
        if let Some((reader, lost)) = skipped {
            self.skipped(reader, lost);
        }
        Some(pass)
    }

    /// A pass by a call that waits for room.
    pub(crate) fn assist(&'static self) {
        if worker::as_worker(|| self.drain_pass()).is_some() {
            self.counters.assisted.add(1);
        }
    }

    /// Puts a record into the spool, flagged out of order; says whether that worked.
    pub(crate) fn append_directly(&'static self, bytes: &[u8]) -> bool {
        let drainer = self.drain.get().and_then(DrainCell::try_take);
        drainer.is_some_and(|mut drainer| drainer.append_directly(self, bytes))
    }

    /// The level of a record's site.
    pub(crate) fn level_of(&self, bytes: &[u8]) -> Level {
        let record = RecordRef::parse(bytes).ok();
        record
            .and_then(|record| self.sites.get(record.site()))
            .map_or(Level::Error, |site| site.level)
    }

    /// One pass, and a batch for each sink that nobody else serves. Waits for nothing: also for a
    /// call that holds the drain's horizon back itself.
    pub(crate) fn write_some(&'static self) {
        self.as_writer(|scratch| {
            self.drain_pass();
            for sink in &self.sinks {
                sink.serve(self, scratch, false);
            }
        });
    }

    /// Runs `f` as a worker, with the buffers that an earlier caller left.
    fn as_writer<R>(&self, f: impl FnOnce(&mut Scratch) -> R) -> R {
        // Nobody waits for them: this may be a signal handler.
        let spare = self.spare.try_lock().ok().and_then(|mut spare| spare.take());
        let mut scratch = spare.unwrap_or_else(Scratch::new);
        let result = worker::as_worker(|| f(&mut scratch));
        if let Ok(mut spare) = self.spare.try_lock() {
            *spare = Some(scratch);
        }
        result
    }

    /// Drains everything published before this call, and writes it, unless others are at it for
    /// longer than until `deadline`. Returns how many records left the rings.
    pub(crate) fn write_out(&'static self, deadline: Instant) -> usize {
        self.as_writer(|scratch| {
            let target = ticks();
            let mut moved = 0;
            loop {
                let pass = self.drain_pass();
                let mut served = 0;
                for sink in &self.sinks {
                    served += sink.serve(self, scratch, false);
                }
                moved += pass.map_or(0, |pass| pass.records);
                let drained = pass.is_some_and(|pass| pass.horizon >= target);
                if (drained && served == 0) || Instant::now() >= deadline {
                    self.tell_waiting();
                    return moved;
                }
                // Others drain, or a call in flight holds the horizon back.
                if pass.is_none_or(|pass| pass.records == 0) && served == 0 {
                    thread::yield_now();
                }
            }
        })
    }

    /// Tells a sink's lane, and the hook, that the drain pushed it on.
    pub(crate) fn skipped(&self, reader: usize, lost: u64) {
        if let Some(sink) = self.sinks.get(reader).filter(|_| lost > 0) {
            sink.skipped(lost);
            self.failed(&Error::Stalled { sink: sink.name().to_owned(), lost });
        }
    }

    /// Tells the hook of a failure. Without a hook, the first ones go to standard error.
    pub(crate) fn failed(&self, error: &Error) {
        match &self.on_error {
            Some(hook) => {
                // A hook that panics must not take the worker with it.
                let _hook = catch_unwind(AssertUnwindSafe(|| hook(error)));
            }
            None => report::to_stderr(error),
        }
    }

    /// Wakes everybody who waits for a flush, to look again.
    pub(crate) fn tell_waiting(&self) {
        let wakers = core::mem::take(&mut *lock(&self.wakers));
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Whether a sink has written everything in the spool.
    pub(crate) fn is_drained(&self, lane: usize) -> bool {
        lane >= self.sinks.len() || self.spool.done(lane) == self.spool.end()
    }

    /// The drain, which nobody holds for long.
    fn hold_drain(&'static self) -> Held<'static, Drainer> {
        loop {
            match self.drain.get().and_then(DrainCell::try_take) {
                Some(drainer) => return drainer,
                None => thread::yield_now(),
            }
        }
    }

    /// How the engine feels. Waits for the drain.
    pub(crate) fn health(&'static self) -> Health {
        let mut health = self.hold_drain().health(self);
        health.steps = self.steps.health();
        health.sinks = self.sinks.iter().map(SinkLane::health).collect();
        health.confirmed = self.counters.confirmed.get();
        health.unconfirmed = self.counters.unconfirmed.get();
        health
    }

    /// All counts. Waits for the drain.
    pub(crate) fn stats(&'static self) -> Stats {
        let mut drainer = self.hold_drain();
        let sinks = self.sinks.iter().enumerate();
        Stats {
            rings: drainer.ring_stats(self),
            sinks: sinks
                .map(|(reader, sink)| {
                    sink.stats(drainer.offered, drainer.pending_in_spool(self, reader))
                })
                .collect(),
            full: self.counters.full.get(),
            grown: self.counters.grown.get(),
            waited: self.counters.waited.get(),
            waited_ns: self.counters.waited_ns.get(),
            assisted: self.counters.assisted.get(),
            woken: self.counters.woken.get(),
            late: drainer.late,
            clock_steps: drainer.clock_steps(),
            ring_bytes: lock(&self.rings).iter().map(|ring| ring.ring.capacity()).sum(),
            crash_proof_bytes: self.memory.store.map_or(0, Store::bytes),
            not_crash_proof: self.memory.plain(),
            recovered: self.recovered,
            unrouted: self.router.as_ref().map_or(0, |router| router.unrouted()),
            recorder: drainer.recorder_stats(),
            limited: drainer.limiter.as_ref().map_or(0, Limiter::kept_back),
            limits: drainer.limiter.as_ref().map_or_else(Vec::new, Limiter::stats),
        }
    }
}
