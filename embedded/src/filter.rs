//! Which calls are on, at run time.

use hydra_log_core::LevelFilter;
use hydra_log_core::site::{Gate, GateState};

/// Switches every call of the program on or off by its level.
///
/// On a microcontroller all calls are on at start.
pub fn switch_all(filter: LevelFilter) {
    for gate in gates() {
        set(gate, filter.allows(gate.level()));
    }
}

/// Switches one call on or off, by its site's number, as a host knows it; whether there is such a
/// call. A module is what the host's dictionary says it is: its calls, one by one.
#[must_use = "a number may be of another image"]
pub fn switch(number: u16, on: bool) -> bool {
    let gate = gates().find(|gate| gate.id().0 == u32::from(number));
    gate.is_some_and(|gate| {
        set(gate, on);
        true
    })
}

/// Switches the calls from one number to another, in the order of addresses: a module's calls of
/// one level lie side by side.
pub(crate) fn switch_between(first: u16, last: u16, on: bool) {
    let distance = last.wrapping_sub(first);
    #[expect(clippy::cast_possible_truncation, reason = "a number has 16 bits")]
    let is_between = |gate: &&'static Gate| (gate.id().0 as u16).wrapping_sub(first) <= distance;
    gates().filter(is_between).for_each(|gate| set(gate, on));
}

fn set(gate: &Gate, on: bool) {
    gate.set(if on { GateState::On } else { GateState::Off });
}

#[cfg(target_os = "none")]
fn gates() -> impl Iterator<Item = &'static Gate> {
    hydra_log_core::site::gates().iter()
}

#[cfg(not(target_os = "none"))]
fn gates() -> impl Iterator<Item = &'static Gate> {
    hydra_log_core::site::sites().iter().map(|site| site.gate)
}
