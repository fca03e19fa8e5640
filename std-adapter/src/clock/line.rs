//! Straight lines from ticks to nanoseconds, in fixed point.

use super::pair::Pair;

/// In what time an offset that is left behind a pair is to be gone.
const HORIZON_NS: i128 = 100_000_000;

/// A straight piece of the way from ticks to nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) ticks: u64,
    pub(super) ns: u64,
    pub(super) slope: Slope,
}

impl Line {
    #[inline]
    pub(super) fn at(&self, ticks: u64) -> u64 {
        self.ns.saturating_add(self.slope.ns(ticks.saturating_sub(self.ticks)))
    }

    /// The same line, counted from a later point.
    pub(super) fn moved_to(&self, ticks: u64) -> Self {
        Self { ticks, ns: self.at(ticks), slope: self.slope }
    }
}

/// Nanoseconds a tick, in 2^-40.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slope(u64);

impl Slope {
    const BITS: u32 = 40;
    /// Slopes outside are nonsense: counters run at 1 MHz to 20 GHz.
    const LEAST: u64 = (1 << Self::BITS) / 20;
    const MOST: u64 = 1000 << Self::BITS;

    pub(super) fn of_hertz(hertz: u64) -> Self {
        Self::ratio(1_000_000_000, hertz)
    }

    pub(super) fn ratio(ns: u64, ticks: u64) -> Self {
        let ratio = (u128::from(ns) << Self::BITS) / u128::from(ticks.max(1));
        Self(u64::try_from(ratio).unwrap_or(Self::MOST).clamp(Self::LEAST, Self::MOST))
    }

    /// From a line's start to a pair. At least the least slope, so that time never stands still.
    pub(super) fn between(from: &Line, pair: &Pair) -> Self {
        Self::ratio(pair.ns.saturating_sub(from.ns), pair.ticks.saturating_sub(from.ticks))
    }

    /// This rate, changed so that an offset is gone within the horizon.
    pub(super) fn faster(self, off: i128) -> Self {
        let rate = i128::from(self.0);
        let changed = rate + rate * off / HORIZON_NS;
        Self(u64::try_from(changed).unwrap_or(0)).held_to(self)
    }

    /// This slope, at most an eighth off `rate`.
    pub(super) fn held_to(self, rate: Self) -> Self {
        Self(self.0.clamp(rate.0 - rate.0 / 8, rate.0 + rate.0 / 8))
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "584 years of nanoseconds")]
    pub(super) fn ns(self, ticks: u64) -> u64 {
        ((u128::from(ticks) * u128::from(self.0)) >> Self::BITS) as u64
    }

    pub(super) fn bits(self) -> u64 {
        self.0
    }

    pub(super) fn hertz(self) -> f64 {
        1e9 * (1_u64 << Self::BITS) as f64 / self.0 as f64
    }
}
