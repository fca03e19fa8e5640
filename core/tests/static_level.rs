//! Levels that Cargo features compile out: run with `--features max_level_warn`, and without.
#![allow(missing_docs, reason = "a test binary")]

use core::cell::Cell;

use hydra_log_core::backend::{self, Backend, Slot};
use hydra_log_core::record::Wide;
use hydra_log_core::site::{Gate, GateState, sites};
use hydra_log_core::{LevelFilter, STATIC_MAX_LEVEL, error, info, log_enabled, warn};

struct Nowhere;

impl Backend for Nowhere {
    type Layout = Wide;

    fn reserve(_gate: &'static Gate, _max: usize) -> Option<Slot> {
        None
    }

    #[expect(unsafe_code, reason = "the trait's")]
    unsafe fn commit(_slot: Slot, _used: usize) {}

    #[expect(unsafe_code, reason = "the trait's")]
    unsafe fn abandon(_slot: Slot) {}
}

#[test]
fn what_is_compiled_out_is_not_evaluated() {
    backend::install_for::<Nowhere>();
    sites().iter().for_each(|site| site.gate.set(GateState::On));
    let evaluated = Cell::new(0);
    let count = || evaluated.replace(evaluated.get() + 1);
    error!("{}", count());
    warn!("{}", count());
    info!("{}", count());
    let restricted = cfg!(feature = "max_level_warn");
    assert_eq!(evaluated.get(), if restricted { 2 } else { 3 });
    let expected = if restricted { LevelFilter::Warn } else { LevelFilter::Trace };
    assert_eq!(STATIC_MAX_LEVEL, expected);
    assert_eq!(log_enabled!(hydra_log_core::Level::Info), !restricted);
}
