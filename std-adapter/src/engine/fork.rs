//! A forked child: it has one thread, and none of its parent's records are its own.
//!
//! ```text
//!  before   the thread that forks waits, for a moment, until nobody is inside a sink
//!  parent   goes on
//!  child    forgets its rings; its first log call makes the engine anew: rings, spool, workers,
//!           and a crash file of its own, on the descriptors of the same sinks
//! ```
//!
//! So the parent's records are written by the parent alone, and what the child logs by the child.
//! A child that logs nothing, as those that run another program, never starts anything. What a sink
//! held back is handed on before the fork. A sink that somebody stayed inside for longer than a
//! fork waits fails in the child, and is told of there.

use core::cell::Cell;
use core::time::Duration;
use std::sync::{Mutex, Once, RwLock, RwLockReadGuard};
use std::time::Instant;

use hydra_log_core::ord;

use crate::builder::{self, Plan};
use crate::control;
use crate::engine::handed::{self, Hold};
use crate::engine::shared::Shared;
use crate::engine::{added, gates, producer, worker};
use crate::error::Error;
use crate::filter::Filter;
use crate::signals;
use crate::sys::fork;

/// How long a fork waits for everybody to be outside the sinks.
const BOUND: Duration = Duration::from_millis(500);

/// One engine is made anew at a time, and none while a process forks.
static REVIVING: Mutex<()> = Mutex::new(());

/// What is held from before a fork until behind it.
struct Held {
    /// All engines that take records, if they could be had.
    engines: Option<gates::Engines>,
    sinks: Vec<Option<Hold<'static>>>,
    _overrides: Vec<Option<control::Held<'static>>>,
    _filters: Vec<Option<RwLockReadGuard<'static, Filter>>>,
    _added: added::Held,
    ears: Option<control::socket::Ears>,
    _reviving: Option<std::sync::MutexGuard<'static, ()>>,
}

thread_local! {
    static HELD: Cell<Option<Held>> = const { Cell::new(None) };
}

/// From now on, forks are prepared for.
pub(crate) fn watch() {
    static ONCE: Once = Once::new();
    // Refused only for want of memory for three words; a child that logs then has no workers.
    ONCE.call_once(|| {
        let _watched = fork::watch(before, parent, child);
    });
}

extern "C" fn before() {
    // A worker is inside its own sink, perhaps.
    let bound = if worker::is_worker() { Duration::ZERO } else { BOUND };
    let deadline = Instant::now() + bound;
    let reviving = handed::hold(&REVIVING, deadline);
    let engines = gates::hold(deadline);
    let added = added::hold(deadline);
    let all = || engines.iter().flat_map(|engines| engines.iter().copied());
    let living = || all().filter(|engine| engine.is_living());
    let sinks = living().flat_map(|engine| engine.plan.sinks());
    let sinks = sinks.map(|sink| sink.hold(deadline)).collect();
    let filters = living().map(|engine| quiet(engine.filter())).collect();
    let overrides = living().map(|engine| engine.control.hold(deadline)).collect();
    let ears = control::socket::hold(deadline);
    let held = Held {
        ears,

        sinks,
        _overrides: overrides,
        _filters: filters,
        _added: added,
        _reviving: reviving,
        engines,
    };
    HELD.set(Some(held));
}

/// Keeps a lock from being written to.
fn quiet(filter: &RwLock<Filter>) -> Option<RwLockReadGuard<'_, Filter>> {
    filter.try_read().ok()
}

extern "C" fn parent() {
    drop(HELD.take());
}

extern "C" fn child() {
    #[cfg(all(target_os = "linux", target_pointer_width = "64"))]
    crate::crash::store::leave_to_parent();
    if let Some(mut held) = HELD.take() {
        held.ears.as_mut().into_iter().for_each(control::socket::leave_to_parent);
        let engines = held.engines.iter().flat_map(|engines| engines.iter().copied());
        let living = engines.filter(|engine| engine.is_living());
        let sinks = living.flat_map(|engine| engine.plan.sinks());
        for (sink, hold) in sinks.zip(&held.sinks) {
            if hold.is_none() {
                sink.tear();
            }
        }
    }
    producer::forget_rings();
    fork::counted();
}

impl Shared {
    /// Whether it was made by this process, not by one that this one was forked from.
    pub(crate) fn is_living(&self) -> bool {
        self.forks == fork::count()
    }

    /// This engine; in a forked child the one that took its place, if it did.
    pub(crate) fn living_already(&'static self) -> Option<&'static Self> {
        if self.is_living() {
            return Some(self);
        }
        self.heir.get().copied().flatten()?.living_already()
    }

    /// This engine; in a forked child the one that takes its place. `None` where that is not
    /// possible: inside itself, or for want of memory or threads, which the hook is told.
    pub(crate) fn living(&'static self) -> Option<&'static Self> {
        if self.is_living() {
            return Some(self);
        }
        if self.heir.get().is_none() {
            producer::busy(|| {
                let one = handed::hold(&REVIVING, Instant::now() + BOUND);
                one.map(|_one| *self.heir.get_or_init(|| revive(self)))
            })?;
        }
        self.heir.get().copied().flatten()?.living()
    }
}

/// Makes the engine of a forked child, with what its parent had been told.
fn revive(old: &'static Shared) -> Option<&'static Shared> {
    if old.stopping.load(ord::stop_seen()) {
        return None;
    }
    let plan =
        Plan { filter: old.filter_now(), deliveries: old.deliveries_now(), ..old.plan.clone() };
    match builder::start(plan, 0, Vec::new()) {
        Ok(new) => {
            new.inherit(old.control.now());
            gates::replace(old, new);
            signals::rearm();
            Some(new)
        }
        Err(source) => {
            old.failed(&Error::Forked { source });
            None
        }
    }
}
