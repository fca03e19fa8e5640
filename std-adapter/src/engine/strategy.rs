//! How hard a full ring tries: chosen from how full rings are and how late the drain is.
//!
//! ```text
//!            full or late                 full and very late
//!   Patient ------------------> Hasty ------------------------> Stalled
//!           <------------------       <------------------------
//!            quiet for a while            moving for a while
//! ```
//!
//! Up goes at once, down after [`HOLD_NS`] without a reason to stay: so a load at the border does
//! not flicker. The time is passed in, and the same sights always choose the same.

use core::time::Duration;

/// How a call meets a full ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Strategy {
    /// The drain keeps up: the whole chain is tried.
    #[default]
    Patient,
    /// The drain is behind: short waits would be in vain, and are left out.
    Hasty,
    /// The drain stands still, because its sinks do: calls that may drop wait together for one
    /// bound, not each for its own.
    Stalled,
}

impl Strategy {
    /// All of them, from the least to the most pressed.
    pub const ALL: [Self; 3] = [Self::Patient, Self::Hasty, Self::Stalled];

    /// By its place in [`ALL`](Self::ALL).
    pub(crate) fn at(place: usize) -> Self {
        Self::ALL.get(place).copied().unwrap_or_default()
    }
}

/// What is seen at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight {
    /// Nanoseconds on any clock that does not go back.
    pub(crate) now_ns: u64,
    /// The fullest ring, in thousandths of its capacity.
    pub(crate) fill: u32,
    /// How long the oldest record waits that could not be drained; 0 if there is none.
    pub(crate) latency_ns: u64,
}

const FULL: u32 = 750;
const QUIET: u32 = 250;
const LATE_NS: u64 = 5_000_000;
const EARLY_NS: u64 = 1_000_000;
const STUCK_NS: u64 = 100_000_000;
const MOVING_NS: u64 = 10_000_000;

/// How long there has to be no reason to stay.
const HOLD_NS: u64 = 100_000_000;

/// Chooses, and keeps account of the time.
#[derive(Debug, Default)]
pub(crate) struct Chooser {
    strategy: Strategy,
    /// When it was chosen.
    since_ns: u64,
    /// Since when there has been no reason to stay.
    calm_ns: Option<u64>,
    spent_ns: [u64; Strategy::ALL.len()],
}

impl Chooser {
    /// What holds from here on.
    pub(crate) fn observe(&mut self, sight: Sight) -> Strategy {
        let Sight { now_ns, fill, latency_ns } = sight;
        let wanted = if fill >= FULL && latency_ns >= STUCK_NS {
            Strategy::Stalled
        } else if fill >= FULL || latency_ns >= LATE_NS {
            Strategy::Hasty
        } else {
            Strategy::Patient
        };
        if wanted as usize > self.strategy as usize {
            self.change(wanted, now_ns);
            return self.strategy;
        }
        let calm = match self.strategy {
            Strategy::Patient => return self.strategy,
            Strategy::Hasty => fill <= QUIET && latency_ns <= EARLY_NS,
            Strategy::Stalled => latency_ns <= MOVING_NS,
        };
        if !calm {
            self.calm_ns = None;
            return self.strategy;
        }
        let since = *self.calm_ns.get_or_insert(now_ns);
        if now_ns.saturating_sub(since) >= HOLD_NS {
            self.change(Strategy::at((self.strategy as usize).saturating_sub(1)), now_ns);
        }
        self.strategy
    }

    pub(crate) fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// When the strategy of now was chosen.
    pub(crate) fn since_ns(&self) -> u64 {
        self.since_ns
    }

    /// The time in each strategy, until now.
    pub(crate) fn spent(&self, now_ns: u64) -> [Duration; Strategy::ALL.len()] {
        let mut spent = self.spent_ns;
        if let Some(current) = spent.get_mut(self.strategy as usize) {
            *current += now_ns.saturating_sub(self.since_ns);
        }
        spent.map(Duration::from_nanos)
    }

    fn change(&mut self, to: Strategy, now_ns: u64) {
        if let Some(spent) = self.spent_ns.get_mut(self.strategy as usize) {
            *spent += now_ns.saturating_sub(self.since_ns);
        }
        (self.strategy, self.since_ns, self.calm_ns) = (to, now_ns, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Strategy::{Hasty, Patient, Stalled};

    const MS: u64 = 1_000_000;

    fn sight(ms: u64, fill: u32, latency_ms: u64) -> Sight {
        Sight { now_ns: ms * MS, fill, latency_ns: latency_ms * MS }
    }

    #[test]
    fn goes_up_at_once_and_down_after_a_while() {
        let mut chooser = Chooser::default();
        let script = [
            (sight(0, 100, 0), Patient),
            (sight(10, 749, 4), Patient),
            (sight(20, 750, 0), Hasty),
            // Between the thresholds nothing changes.
            (sight(30, 500, 2), Hasty),
            (sight(40, 100, 0), Hasty),
            (sight(139, 100, 0), Hasty),
            (sight(140, 100, 0), Patient),
            (sight(150, 100, 5), Hasty),
            (sight(160, 900, 100), Stalled),
            (sight(170, 900, 11), Stalled),
            (sight(180, 900, 10), Stalled),
            (sight(279, 900, 1), Stalled),
            (sight(280, 900, 1), Hasty),
            (sight(290, 0, 0), Hasty),
            (sight(390, 0, 0), Patient),
        ];
        for (sight, expected) in script {
            assert_eq!(chooser.observe(sight), expected, "{sight:?}");
        }
        let spent = chooser.spent(400 * MS).map(|time| time.as_millis());
        assert_eq!(spent, [20 + 10 + 10, 120 + 10 + 110, 120]);
        assert_eq!(spent.iter().sum::<u128>(), 400);
    }

    #[test]
    fn a_reason_to_stay_starts_the_wait_again() {
        let mut chooser = Chooser::default();
        for step in 0..20 {
            // Quiet for 90 ms, then full again: it never comes down.
            assert_eq!(chooser.observe(sight(step * 100, 800, 0)), Hasty);
            assert_eq!(chooser.observe(sight(step * 100 + 5, 0, 0)), Hasty);
            assert_eq!(chooser.observe(sight(step * 100 + 95, 0, 0)), Hasty);
        }
    }

    #[test]
    fn the_same_sights_choose_the_same() {
        let run = || {
            let mut chooser = Chooser::default();
            let mut word = 7_u64;
            let mut chosen = Vec::new();
            for step in 0..10_000 {
                word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let loud = u64::from(step / 500 % 2 == 0);
                let fill = u32::try_from((word >> 33) % 1001 * loud).unwrap();
                let latency = (word >> 50) % 200 * loud;
                chosen.push(chooser.observe(sight(step * 3, fill, latency)) as u8);
            }
            let spent: Duration = chooser.spent(30_000 * MS).iter().sum();
            assert_eq!(spent, Duration::from_secs(30));
            chosen
        };
        let (first, second) = (run(), run());
        assert!(first == second);
        assert!(Strategy::ALL.iter().all(|strategy| first.contains(&(*strategy as u8))));
    }
}
