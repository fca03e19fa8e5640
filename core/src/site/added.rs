//! Gates for callsites that a program meets while it runs: those of other loggers, over a bridge.
//!
//! Such a callsite has no static of ours, but its records need a site id, and ids are places in the
//! gates' section. So some places are kept free there, and handed out once each.
#![expect(unsafe_code, reason = "puts gates into the linker's section")]

use super::{Gate, GateState};
use crate::level::Level;
use crate::ord;
use crate::sync::StaticUsize;

/// How many callsites can be added.
pub const MOST_ADDED: usize = 4096;

#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,hydra_gates"))]
#[cfg_attr(windows, unsafe(link_section = ".hydg$b"))]
#[cfg_attr(not(any(target_vendor = "apple", windows)), unsafe(link_section = "hydra_gates"))]
static FREE: [Gate; MOST_ADDED] = [const { Gate::new(Level::Error) }; MOST_ADDED];

/// How many of them were handed out, or asked for in vain.
static TAKEN: StaticUsize = StaticUsize::new(0);

/// A gate that is off, for a new site of this level; `None` when there is none left. It stays the
/// site's for ever.
///
/// ```
/// use hydra_log_core::{Level, site};
/// let gate = site::add_gate(Level::Warn).unwrap();
/// assert_eq!((gate.level(), gate.is_on()), (Level::Warn, false));
/// assert_eq!(site::first_added().0 as usize + site::MOST_ADDED > gate.id().0 as usize, true);
/// ```
#[must_use]
pub fn add_gate(level: Level) -> Option<&'static Gate> {
    // What is not there any more is not counted either, so that the count never comes round.
    if TAKEN.load(ord::count()) >= MOST_ADDED {
        return None;
    }
    let gate = FREE.get(TAKEN.fetch_add(1, ord::count()))?;
    gate.0.store(super::state::first(level) | GateState::Off as u8, ord::gate());
    Some(gate)
}

/// The id of the first of the gates that [`add_gate`] hands out; the others follow it.
#[must_use]
pub fn first_added() -> super::SiteId {
    let [first, ..] = &FREE;
    first.id()
}
