//! When a sink that failed is tried again: later each time, and never all at once.
//!
//! The pause doubles from [`FIRST`] to [`LONGEST`], less a part of up to a half that differs from
//! sink to sink and from try to try: so sinks that failed together do not come back together. The
//! time is passed in.

use core::time::Duration;

/// The pause after the first failure, and the longest.
const FIRST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_secs(1);

/// So many failures in a row open the circuit: the sink is failing, not hiccuping.
const OPEN_AFTER: u32 = 5;

/// One sink's failures.
#[derive(Debug)]
pub(crate) struct Breaker {
    failures: u32,
    not_before: Duration,
    dice: u64,
}

impl Breaker {
    pub(crate) fn new(seed: u64) -> Self {
        let dice = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        Self { failures: 0, not_before: Duration::ZERO, dice }
    }

    /// Whether to try, at this time on any clock that does not go back.
    pub(crate) fn allows(&self, now: Duration) -> bool {
        now >= self.not_before
    }

    /// Whether the sink failed again and again, and was not seen to work since.
    pub(crate) fn is_open(&self) -> bool {
        self.failures >= OPEN_AFTER
    }

    /// How often the sink failed in a row.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// It worked; whether it had failed before.
    pub(crate) fn worked(&mut self) -> bool {
        self.not_before = Duration::ZERO;
        core::mem::take(&mut self.failures) > 0
    }

    /// It failed. The next try comes at the latest in `longest`, and in a second.
    pub(crate) fn failed(&mut self, now: Duration, longest: Duration) {
        let pause = FIRST.saturating_mul(1 << self.failures.min(16)).min(LONGEST).min(longest);
        self.failures = self.failures.saturating_add(1);
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        let part = u32::try_from(self.dice % 512).unwrap_or(0);
        self.not_before = now + pause - pause * part / 1024;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_with_jitter_up_to_the_longest() {
        let mut breaker = Breaker::new(3);
        let now = Duration::from_secs(100);
        assert!(breaker.allows(Duration::ZERO) && !breaker.is_open());
        for failure in 0..20 {
            breaker.failed(now, Duration::MAX);
            let whole = (FIRST * (1 << failure.min(16))).min(LONGEST);
            assert!(!breaker.allows(now + whole / 2 - Duration::from_nanos(1)), "{failure}");
            assert!(breaker.allows(now + whole), "{failure}");
            assert_eq!(breaker.is_open(), failure >= 4);
        }
        assert!(breaker.worked() && breaker.allows(now) && !breaker.is_open());
        assert!(!breaker.worked());
    }

    #[test]
    fn sinks_that_fail_together_do_not_come_back_together() {
        let pause = |seed| {
            let mut breaker = Breaker::new(seed);
            (0..12).for_each(|_| breaker.failed(Duration::ZERO, Duration::MAX));
            breaker.not_before
        };
        assert_eq!(pause(1), pause(1));
        let pauses: std::collections::BTreeSet<_> = (0..8).map(pause).collect();
        assert!(pauses.len() >= 7, "{pauses:?}");
    }
}
