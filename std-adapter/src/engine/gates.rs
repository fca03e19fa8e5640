//! Which callsites are on: every engine's wish, folded into one byte a site.

use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use hydra_log_core::LevelFilter;
use hydra_log_core::site::{self, GateState, Site};

use crate::control::CallInfo;
use crate::delivery::Delivery;
use crate::engine::shared::Shared;
use crate::engine::{added, handed, lock};

/// The engines that take records.
static ENGINES: Mutex<Vec<&'static Shared>> = Mutex::new(Vec::new());

/// The engines, held.
pub(crate) type Engines = MutexGuard<'static, Vec<&'static Shared>>;

/// Adds an engine and switches on what it wants.
pub(crate) fn join(engine: &'static Shared) {
    let mut engines = lock(&ENGINES);
    engines.push(engine);
    set_all(&engines);
    drop(engines);
    added::tell_bridges();
}

/// Takes an engine out and switches off what nobody else wants.
pub(crate) fn leave(engine: &'static Shared) {
    let mut engines = lock(&ENGINES);
    engines.retain(|other| !core::ptr::eq(*other, engine));
    set_all(&engines);
    drop(engines);
    added::tell_bridges();
}

/// Puts an engine in the place of another one.
pub(crate) fn replace(old: &'static Shared, new: &'static Shared) {
    let mut engines = lock(&ENGINES);
    let places = engines.iter_mut().filter(|engine| core::ptr::eq(**engine, old));
    places.for_each(|place| *place = new);
    set_all(&engines);
    drop(engines);
    added::tell_bridges();
}

/// Holds the engines, if that is possible in time.
pub(crate) fn hold(deadline: Instant) -> Option<Engines> {
    handed::hold(&ENGINES, deadline)
}

/// Folds the wishes again, after an engine changed its own.
pub(crate) fn refresh() {
    set_all(&lock(&ENGINES));
    added::tell_bridges();
}

/// Switches on a site that was just added, if somebody wants it.
#[allow(dead_code, reason = "only bridges use it, and they are features")]
pub(crate) fn set_added(site: &'static Site) {
    let engines = lock(&ENGINES);
    engines.iter().for_each(|engine| engine.name(site));
    site.gate.set(state(&engines, site));
}

/// What the engines say of such calls, should there be any.
#[allow(dead_code, reason = "only bridges use it, and they are features")]
pub(crate) fn wish(call: &CallInfo<'_>) -> GateState {
    let engines = lock(&ENGINES);
    of(engines.iter().filter(|engine| engine.passes(call)).count(), &engines)
}

/// The most verbose level that passes anywhere.
#[allow(dead_code, reason = "only bridges use it, and they are features")]
pub(crate) fn max_level() -> LevelFilter {
    let engines = lock(&ENGINES);
    engines.iter().map(|engine| engine.max_level()).max().unwrap_or_default()
}

fn set_all(engines: &[&'static Shared]) {
    added::each(|added| {
        for site in site::sites().iter().chain(added.iter().copied()) {
            site.gate.set(state(engines, site));
        }
    });
}

fn state(engines: &[&'static Shared], site: &'static Site) -> GateState {
    let classes = engines.iter().filter_map(|engine| engine.wants(site));
    let (wanted, confirmed) = classes.fold((0, false), |(wanted, confirmed), class| {
        (wanted + 1, confirmed || class == Delivery::Guaranteed)
    });
    // Who waits for its record asks for the way that can wait.
    if confirmed { GateState::Ask } else { of(wanted, engines) }
}

/// What a gate says when so many of the engines want it.
fn of(wanted: usize, engines: &[&'static Shared]) -> GateState {
    match wanted {
        0 => GateState::Off,
        all if all == engines.len() => GateState::On,
        _ => GateState::Ask,
    }
}
