//! Rest: a worker that found nothing lies down, and whoever has work for it says whether it sleeps.
//!
//! ```text
//!   Awake --lie_down--> Naps or Rests --nudge--> Awake        call: any --> Called
//!   Called --lie_down--> Awake: it does not sleep, but looks again
//!   any --rise--> Awake
//! ```
//!
//! | word    | written by               | published with   | read by the other side with |
//! |---------|--------------------------|------------------|-----------------------------|
//! | `state` | the sleeper, its callers | `ord::rest_call` | `ord::rest_heard`           |
//!
//! C1  A call is never lost: the sleeper does not lie down after it, or the caller is told to wake
//!     it; and the sleeper sees what was done before the call when it looks next.
//! C2  Of those who call or nudge one sleep, one is told to wake the sleeper.
//!
//! A nudge may be lost, for it looks before it writes: it costs a busy caller nothing when nobody
//! sleeps. What only nudges tell of has to be found by a sleeper that wakes by itself.
//!
//! All operations are wait-free but for `nudge`, which gives up instead of trying again. How a
//! thread sleeps, and how it is woken, is its platform's.

use crate::ord;
use crate::seed::Seed;
use crate::sync::{AtomicU32, const_fn, planted, rmw};

const AWAKE: u32 = 0;
const CALLED: u32 = 1;
const NAPS: u32 = 2;
const RESTS: u32 = 3;

/// Whether one worker sleeps.
///
/// ```
/// use hydra_log_core::rest::Rest;
/// let rest = Rest::new();
/// assert!(rest.lie_down(true));
/// // Somebody else:
/// assert!(rest.rests() && rest.call(), "it sleeps: wake it");
/// // The worker, once it woke:
/// rest.rise();
/// assert!(!rest.call(), "it is awake");
/// assert!(!rest.lie_down(true), "and looks again, having been called");
/// ```
#[derive(Debug)]
pub struct Rest {
    state: AtomicU32,
}

impl Rest {
    const_fn! {
        /// Awake.
        #[must_use]
        pub const fn new() -> Self {
            Self { state: AtomicU32::new(AWAKE) }
        }
    }

    /// Goes to sleep, for long or for a nap. `false`: it was called since it last rose, and looks
    /// for work instead.
    #[must_use = "who was called must not sleep"]
    pub fn lie_down(&self, for_long: bool) -> bool {
        let asleep = if for_long { RESTS } else { NAPS };
        if planted(Seed::RestCallMissed) {
            rmw::exchange(&self.state, asleep, ord::rest_heard());
            return true;
        }
        if rmw::replace(&self.state, AWAKE, asleep, ord::rest_hint(), ord::rest_hint()) {
            return true;
        }
        self.rise();
        false
    }

    /// Is awake again, whoever or whatever woke it.
    pub fn rise(&self) {
        rmw::exchange(&self.state, AWAKE, ord::rest_heard());
    }

    /// Calls the sleeper, for what must not wait for it to wake by itself. `true`: it sleeps, and
    /// has to be woken.
    #[must_use = "a sleeper has to be woken"]
    pub fn call(&self) -> bool {
        if planted(Seed::RestCallByLook) {
            return self.nudge();
        }
        is_asleep(rmw::exchange(&self.state, CALLED, ord::rest_call()))
    }

    /// Wakes the sleeper if it looks asleep. `true`: it sleeps, and has to be woken.
    #[must_use = "a sleeper has to be woken"]
    pub fn nudge(&self) -> bool {
        let state = self.state.load(ord::rest_hint());
        is_asleep(state)
            && rmw::replace(&self.state, state, AWAKE, ord::rest_call(), ord::rest_hint())
    }

    /// Whether it looked as if it slept for long.
    #[inline(always)]
    #[must_use]
    pub fn rests(&self) -> bool {
        self.state.load(ord::rest_hint()) == RESTS
    }
}

impl Default for Rest {
    fn default() -> Self {
        Self::new()
    }
}

const fn is_asleep(state: u32) -> bool {
    matches!(state, NAPS | RESTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_naps_does_not_rest_and_is_woken_once() {
        let rest = Rest::new();
        assert!(!rest.nudge() && !rest.rests());
        assert!(rest.lie_down(false) && !rest.rests());
        assert!(rest.nudge());
        assert!(!rest.nudge() && !rest.call());
    }

    #[test]
    fn a_call_is_heard_once() {
        let rest = Rest::new();
        assert!(!rest.call());
        assert!(!rest.lie_down(true) && !rest.rests());
        assert!(rest.lie_down(true) && rest.rests());
        assert!(rest.call() && !rest.call());
        rest.rise();
        assert!(rest.lie_down(true));
    }
}
