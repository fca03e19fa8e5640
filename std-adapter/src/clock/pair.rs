//! Reading the counter and the system clock together.

use std::time::{SystemTime, UNIX_EPOCH};

use super::line::Slope;
use crate::sys::ticks;

/// A counter and a clock to compare it with.
pub(super) trait Source {
    fn ticks(&mut self) -> u64;
    fn system_ns(&mut self) -> u64;
}

/// The counter and the system clock of this machine.
#[derive(Debug)]
pub(super) struct Machine;

impl Source for Machine {
    #[inline]
    fn ticks(&mut self) -> u64 {
        ticks::ticks()
    }

    #[inline]
    fn system_ns(&mut self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    }
}

/// The counter and the system clock, read at about the same time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) ticks: u64,
    pub(super) ns: u64,
    /// Ticks between before and after the system clock was read.
    pub(super) width: u64,
    /// From the first reading of the three to the last, for want of a better rate.
    pub(super) span: (u64, u64),
}

impl Pair {
    /// The tightest of three readings.
    pub(super) fn tightest(source: &mut impl Source) -> Self {
        let readings = [(); 3].map(|()| {
            let before = source.ticks();
            let ns = source.system_ns();
            let width = source.ticks().saturating_sub(before);
            let ticks = before + width / 2;
            Self { ticks, ns, width, span: (0, 0) }
        });
        let [first, _, last] = readings;
        let span = (last.ns.saturating_sub(first.ns), last.ticks.saturating_sub(first.ticks));
        let [a, b, c] = readings;
        let best = if b.width < a.width { b } else { a };
        let best = if c.width < best.width { c } else { best };
        Self { span, ..best }
    }

    pub(super) fn slope(&self) -> Slope {
        let (ns, ticks) = self.span;
        if ns == 0 || ticks == 0 { Slope::of_hertz(1_000_000_000) } else { Slope::ratio(ns, ticks) }
    }
}
