//! Which callsites are on: every engine's wish, folded into one byte a site.

use std::sync::Mutex;

use hydra_log_core::site::{self, GateState, Site};

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
    let wanted = engines.iter().filter(|engine| engine.wants(site)).count();
    match wanted {
        0 => GateState::Off,
        all if all == engines.len() => GateState::On,
        _ => GateState::Ask,
    }
}
