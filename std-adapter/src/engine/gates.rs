//! Which callsites are on: every engine's wish, folded into one byte a site.

use std::sync::Mutex;

use hydra_log_core::site::{self, GateState, Site};

use crate::delivery::Delivery;
use crate::engine::lock;
use crate::engine::shared::Shared;

/// The engines that take records.
static ENGINES: Mutex<Vec<&'static Shared>> = Mutex::new(Vec::new());

/// Adds an engine and switches on what it wants.
pub(crate) fn join(engine: &'static Shared) {
    let mut engines = lock(&ENGINES);
    engines.push(engine);
    set_all(&engines);
}

/// Takes an engine out and switches off what nobody else wants.
pub(crate) fn leave(engine: &'static Shared) {
    let mut engines = lock(&ENGINES);
    engines.retain(|other| !core::ptr::eq(*other, engine));
    set_all(&engines);
}

/// Folds the wishes again, after an engine changed its own.
pub(crate) fn refresh() {
    set_all(&lock(&ENGINES));
}

fn set_all(engines: &[&'static Shared]) {
    for site in site::sites() {
        site.gate.set(state(engines, site));
    }
}

fn state(engines: &[&'static Shared], site: &'static Site) -> GateState {
    let (mut wanted, mut confirmed) = (0, false);
    for class in engines.iter().filter_map(|engine| engine.wants(site)) {
        wanted += 1;
        confirmed |= class == Delivery::Guaranteed;
    }
    match wanted {
        0 => GateState::Off,
        // Who waits for its record asks for the way that can wait.
        all if all == engines.len() && !confirmed => GateState::On,
        _ => GateState::Ask,
    }
}
