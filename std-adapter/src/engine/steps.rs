//! Counts of what calls tried for room.

use core::time::Duration;

use hydra_log_core::ord;
use hydra_log_core::sync::{AtomicUsize, rmw};

use crate::delivery::Step;
use crate::health::StepHealth;

/// Every kind of step's counts.
#[derive(Default)]
pub(crate) struct Steps([Counts; Step::KINDS]);

#[derive(Default)]
struct Counts {
    tried: AtomicUsize,
    helped: AtomicUsize,
    time_ns: AtomicUsize,
    longest_ns: AtomicUsize,
}

impl Steps {
    /// Notes that a step was tried.
    pub(crate) fn note(&self, step: Step, helped: bool, time: Duration) {
        let Some(counts) = self.0.get(step.kind()) else { return };
        let ns = usize::try_from(time.as_nanos()).unwrap_or(usize::MAX);
        rmw::add(&counts.tried, 1, ord::count());
        rmw::add(&counts.helped, helped.into(), ord::count());
        rmw::add(&counts.time_ns, ns, ord::count());
        let mut longest = counts.longest_ns.load(ord::count());
        while ns > longest
            && !rmw::replace_word(&counts.longest_ns, longest, ns, ord::count(), ord::count())
        {
            longest = counts.longest_ns.load(ord::count());
        }
    }

    pub(crate) fn health(&self) -> [StepHealth; Step::KINDS] {
        let get = |count: &AtomicUsize| count.load(ord::count()) as u64;
        self.0.each_ref().map(|counts| StepHealth {
            tried: get(&counts.tried),
            helped: get(&counts.helped),
            time: Duration::from_nanos(get(&counts.time_ns)),
            longest: Duration::from_nanos(get(&counts.longest_ns)),
        })
    }
}
