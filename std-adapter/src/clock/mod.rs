//! Wall time from ticks: the counter says how far, the system clock says where.
//!
//! The drain takes a *pair* (ticks, system time) before it converts what producers stamped, at
//! most once a millisecond. Stamps between two pairs are interpolated, stamps behind the last pair
//! are extrapolated at the rate measured over the last one to two seconds.
//!
//! ```text
//!  ns ^                      . '  extrapolated at the measured rate
//!     |                 o  '      o  a pair
//!     |             /             _  what `to_ns` gives
//!     |        o
//!     |   /
//!     +-------------------------> ticks
//! ```
//!
//! W1  What was given out stays: a new pair bends the line only behind the last converted stamp. So
//!     `to_ns` is monotonic in time and continuous, whatever the pairs' noise is.
//! W2  Only when the system clock was set (more than 100 ms off the line) the line breaks. It goes
//!     on at the new time, and the break is counted. Smaller offsets are made up for at up to an
//!     eighth of the rate.
//! W3  A pair is the tightest of three readings; one much wider than usual (the thread was
//!     interrupted) is refused, a few times in a row.
//!
//! Error against the system clock: half a pair's width (tens of nanoseconds) for stamps between
//! pairs. Behind the last pair the error of the rate comes on top: a pair's width over the time
//! that it is measured for, which is below 0.1 ppm after a second of run. The first pair comes with
//! the clock, the second 20 µs later at the earliest, and distances double up to a millisecond. So
//! nothing waits at the start: stamps of the first 20 µs may be off by a few microseconds where the
//! hardware does not state its rate, later ones by less than 1 µs.
//! Stamps that waited long (the drain is behind) are read off straighter lines: while the system
//! clock is being slewed by 300 ppm, up to 50 ns for each millisecond of delay.

mod line;
mod pair;
mod rate;
#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "simulated times fit")]
mod tests;

use core::cell::Cell;

use self::line::{Line, Slope};
use self::pair::{Machine, Pair, Source};
use self::rate::Rate;
use crate::sys::ticks;

/// The counter that stamps records, now: for who wants to time with the logger's own clock.
///
/// A tick's length is the machine's own. Once an engine runs, the counter stays the same one.
///
/// ```
/// use hydra_log::clock::ticks;
/// let begin = ticks();
/// assert!(ticks() >= begin);
/// ```
#[inline(always)]
#[must_use]
pub fn ticks() -> u64 {
    ticks::ticks()
}

/// Turns ticks into nanoseconds since the Unix epoch.
#[derive(Debug)]
pub(crate) struct WallClock {
    /// The line from the last pair on, for ever.
    current: Line,
    /// The lines before, by ascending ticks.
    history: Vec<Line>,
    /// The latest stamp that was converted.
    converted: Cell<u64>,
    rate: Rate,
    /// The width of a good pair, in ticks.
    usual_width: u64,
    refused: u32,
    steps: u64,
}

/// How long after a pair the next one may be taken: at first, and in the long run.
const SPACING_NS: (u64, u64) = (20_000, 1_000_000);
/// How many lines are kept, at most two a pair.
const LINES: usize = 64;
/// Lines whose ends are nearer than this meet.
const MEETING_NS: u64 = 1000;
/// Lines kept for stamps that come late; still older ones are extrapolated backwards.
const LINES_FOR_LATE: usize = 16;
/// Wide pairs that are refused in a row.
const REFUSALS: u32 = 8;

impl WallClock {
    /// A clock that is set by one pair and the rate that the hardware states, if any.
    pub(crate) fn new() -> Self {
        let stated_hertz = ticks::choose();
        Self::of(&mut Machine, stated_hertz)
    }

    /// Takes a pair, unless there is a fresh one. Cheap enough for every pass of the drain.
    pub(crate) fn observe(&mut self) {
        if self.observe_at(&mut Machine) {
            ticks::set_rate(self.rate.slope.hertz());
        }
    }

    /// How often the system clock was set.
    pub(crate) fn steps(&self) -> u64 {
        self.steps
    }

    /// The line from the last pair on: a point of both clocks, and nanoseconds a tick in 2^-40.
    pub(crate) fn line(&self) -> (u64, u64, u64) {
        (self.current.ticks, self.current.ns, self.current.slope.bits())
    }

    /// Nanoseconds since the Unix epoch at the time of a stamp.
    #[inline]
    pub(crate) fn to_ns(&self, ticks: u64) -> u64 {
        if ticks > self.converted.get() {
            self.converted.set(ticks);
        }
        if ticks >= self.current.ticks {
            return self.current.at(ticks);
        }
        match self.history.last() {
            Some(last) if ticks >= last.ticks => last.at(ticks),
            _ => self.look_back(ticks),
        }
    }

    fn of(source: &mut impl Source, stated_hertz: Option<u64>) -> Self {
        let pair = Pair::tightest(source);
        // Without a stated rate, what the readings of one pair show is a start.
        let slope = stated_hertz.map_or_else(|| pair.slope(), Slope::of_hertz);
        Self {
            current: Line { ticks: pair.ticks, ns: pair.ns, slope },
            history: Vec::with_capacity(LINES),
            converted: Cell::new(0),
            rate: Rate {
                slope,
                measured: false,
                settled: false,
                older: pair,
                newer: pair,
                newest: pair,
            },
            usual_width: pair.width.max(1),
            refused: 0,
            steps: 0,
        }
    }

    fn observe_at(&mut self, source: &mut impl Source) -> bool {
        if self.is_fresh(source.ticks()) {
            return false;
        }
        let pair = Pair::tightest(source);
        let wide = pair.width > self.usual_width.saturating_mul(4);
        if wide && self.refused < REFUSALS {
            self.refused += 1;
            return false;
        }
        self.refused = 0;
        self.usual_width = if wide { pair.width / 4 } else { pair.width.min(self.usual_width) };
        self.usual_width = self.usual_width.max(1);
        self.accept(pair);
        true
    }

    /// Whether the last pair is too young for another one.
    fn is_fresh(&self, now: u64) -> bool {
        let (first, last) = SPACING_NS;
        let rate = &self.rate;
        let known_for = rate.slope.ns(rate.newest.ticks.saturating_sub(rate.older.ticks));
        // A counter that is far back was reset; one that is a little back is another processor's.
        rate.slope.ns(now.abs_diff(rate.newest.ticks)) < known_for.clamp(first, last)
    }

    fn accept(&mut self, pair: Pair) {
        if pair.ticks <= self.current.ticks {
            self.history.clear();
            self.converted.set(0);
            self.break_at(pair);
            return;
        }
        let elapsed = self.rate.slope.ns(pair.ticks - self.current.ticks);
        let off = i128::from(pair.ns) - i128::from(self.current.ns) - i128::from(elapsed);
        if self.rate.is_step(elapsed.into(), off) {
            self.push(self.current);
            self.break_at(pair);
            return;
        }
        let was_measured = self.rate.measured;
        let rate = self.rate.update(&pair);
        // From the last pair or the last stamp given out, whichever is later (W1).
        let kept_until = self.converted.get().clamp(self.current.ticks, pair.ticks);
        let mut bent = self.current.moved_to(kept_until);
        if kept_until > self.current.ticks {
            self.push(self.current);
        }
        if kept_until < pair.ticks {
            bent.slope = Slope::between(&bent, &pair);
            if was_measured {
                bent.slope = bent.slope.held_to(rate);
            }
            self.push(bent);
        }
        let end = bent.at(pair.ticks);
        let left = i128::from(pair.ns) - i128::from(end);
        self.current = Line { ticks: pair.ticks, ns: end, slope: rate.faster(left) };
    }

    /// The system clock was set, or the counter: the line starts anew.
    fn break_at(&mut self, pair: Pair) {
        self.steps += 1;
        self.rate.move_to(pair);
        self.current = Line { ticks: pair.ticks, ns: pair.ns, slope: self.rate.slope };
    }

    fn push(&mut self, line: Line) {
        if self.history.len() >= LINES {
            self.make_room();
        }
        self.history.push(line);
    }

    /// Forgets lines that were used up. While the drain is behind there are none; then those that
    /// nothing was given out from are straightened in pairs, as that keeps W1 and costs nothing.
    fn make_room(&mut self) {
        let used_up = self.history.partition_point(|line| line.ticks < self.converted.get());
        if used_up > LINES_FOR_LATE {
            self.history.drain(..used_up - LINES_FOR_LATE);
            return;
        }
        let unused = self.history.split_off(used_up);
        let mut rest = unused.as_slice();
        while let [line, behind @ ..] = rest {
            self.history.push(*line);
            rest = behind;
            // Where the clock was set, lines don't meet, and stay as they are.
            if let [next, after, ..] = behind
                && next.ns.abs_diff(line.at(next.ticks)) < MEETING_NS
                && let Some(straight) = self.history.last_mut()
            {
                let (ns, ticks) = (after.ns.saturating_sub(line.ns), after.ticks - line.ticks);
                straight.slope = Slope::ratio(ns, ticks);
                rest = behind.get(1..).unwrap_or_default();
            }
        }
        if self.history.len() >= LINES {
            self.history.remove(0);
        }
    }

    #[cold]
    fn look_back(&self, ticks: u64) -> u64 {
        let before = self.history.partition_point(|line| line.ticks <= ticks);
        if let Some(line) = before.checked_sub(1).and_then(|place| self.history.get(place)) {
            return line.at(ticks);
        }
        let first = self.history.first().unwrap_or(&self.current);
        first.ns.saturating_sub(self.rate.slope.ns(first.ticks - ticks))
    }
}
