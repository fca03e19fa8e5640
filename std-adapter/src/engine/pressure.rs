//! What the drain tells callers: the strategy of now, and since when it stands still.

use core::time::Duration;
use std::time::Instant;

use hydra_log_core::ord;
use hydra_log_core::sync::AtomicUsize;

use crate::engine::strategy::Strategy;

/// Two words that the drain's holder writes and calls with a full ring read. Each stands alone: a
/// call that sees an old one tries a little more or a little less than it would.
pub(crate) struct Pressure {
    started: Instant,
    strategy: AtomicUsize,
    /// Nanoseconds from `started` to the beginning of the strategy of now.
    since_ns: AtomicUsize,
}

impl Pressure {
    pub(crate) fn new() -> Self {
        let (strategy, since_ns) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { started: Instant::now(), strategy, since_ns }
    }

    /// The time, as the drain counts it.
    pub(crate) fn now_ns(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    pub(crate) fn strategy(&self) -> Strategy {
        Strategy::at(self.strategy.load(ord::count()))
    }

    /// Tells callers.
    pub(crate) fn set(&self, strategy: Strategy, since_ns: u64) {
        self.since_ns.store(usize::try_from(since_ns).unwrap_or(usize::MAX), ord::count());
        self.strategy.store(strategy as usize, ord::count());
    }

    /// How much of a bound is left: all of it, unless the drain stands still already.
    pub(crate) fn left(&self, bound: Duration) -> Duration {
        if self.strategy() != Strategy::Stalled {
            return bound;
        }
        let since = self.since_ns.load(ord::count()) as u64;
        bound.saturating_sub(Duration::from_nanos(self.now_ns().saturating_sub(since)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stall_uses_up_the_bound_of_all() {
        let pressure = Pressure::new();
        let bound = Duration::from_secs(1000);
        assert_eq!(pressure.left(bound), bound);
        pressure.set(Strategy::Stalled, 0);
        std::thread::sleep(Duration::from_millis(2));
        assert!(pressure.left(bound) <= bound - Duration::from_millis(2));
        assert_eq!(pressure.left(Duration::from_millis(1)), Duration::ZERO);
        pressure.set(Strategy::Hasty, 0);
        assert_eq!(pressure.left(bound), bound);
    }
}
