//! Which calls are on, at run time.

use hydra_log_core::LevelFilter;

/// Switches every call of the program on or off by its level.
///
/// On a microcontroller all calls are on at start; a host switches single ones by their number.
pub fn switch_all(_filter: LevelFilter) {
    #[cfg(not(target_os = "none"))]
    {
        use hydra_log_core::site::{GateState, sites};
        for site in sites() {
            let state = if _filter.allows(site.level()) { GateState::On } else { GateState::Off };
            site.gate.set(state);
        }
    }
}
