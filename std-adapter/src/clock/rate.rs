//! How fast the counter runs, and how to tell a clock that was set from one that drifts.

use super::line::{Line, Slope};
use super::pair::Pair;

/// How far the line may be off before it counts as a clock that was set.
const STEP_NS: i128 = 100_000_000;
/// How far a pair may be off the last one before the rate is measured anew.
const JUMP_NS: u64 = 100_000;
/// How long a rate is measured before it is moved on.
const BASELINE_NS: u64 = 1_000_000_000;

/// The counter's rate, measured between the pair at hand and one that is one to two seconds old.
#[derive(Debug)]
pub(super) struct Rate {
    pub(super) slope: Slope,
    /// Whether `slope` comes from pairs that are not too close.
    pub(super) measured: bool,
    /// Whether the last two pairs were as far apart as the rate says.
    pub(super) settled: bool,
    pub(super) older: Pair,
    pub(super) newer: Pair,
    pub(super) newest: Pair,
}

impl Rate {
    /// Takes a pair in; says how fast the counter is.
    pub(super) fn update(&mut self, pair: &Pair) -> Slope {
        if self.settled && self.is_jump(pair) {
            // Set a little, or another rate from here on: the next pair tells.
            self.move_to(*pair);
            return self.slope;
        }
        let Pair { ticks, ns, .. } = self.older;
        self.slope = Slope::between(&Line { ticks, ns, slope: self.slope }, pair);
        (self.measured, self.settled) = (true, true);
        self.newest = *pair;
        if self.slope.ns(pair.ticks - self.newer.ticks) >= BASELINE_NS {
            self.older = self.newer;
            self.newer = *pair;
        }
        self.slope
    }

    /// Whether a pair that is `off` nanoseconds above the line means that the clock was set.
    pub(super) fn is_step(&self, elapsed: i128, off: i128) -> bool {
        if self.measured {
            // A clock that is being slewed runs up to 0.05 % wrong, on purpose.
            return off.abs() > STEP_NS + elapsed / 1000;
        }
        // The rate is a guess still, good to a factor of two or so.
        off < -STEP_NS - elapsed * 3 / 4 || off > STEP_NS + elapsed * 4
    }

    /// Measures from here on, at the old rate until there is a new one.
    pub(super) fn move_to(&mut self, pair: Pair) {
        self.older = pair;
        self.newer = pair;
        self.newest = pair;
        self.settled = false;
    }

    /// Whether a pair is off by more than noise and a slewed clock make it.
    pub(super) fn is_jump(&self, pair: &Pair) -> bool {
        let elapsed = self.slope.ns(pair.ticks.saturating_sub(self.newest.ticks));
        let off = pair.ns.saturating_sub(self.newest.ns).abs_diff(elapsed);
        off > JUMP_NS + elapsed / 1000
    }
}
