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

use core::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

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

/// A counter and a clock to compare it with.
pub(crate) trait Source {
    fn ticks(&mut self) -> u64;
    fn system_ns(&mut self) -> u64;
}

/// The counter and the system clock of this machine.
#[derive(Debug)]
pub(crate) struct Machine;

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

/// How far the line may be off before it counts as a clock that was set.
const STEP_NS: i128 = 100_000_000;
/// How far a pair may be off the last one before the rate is measured anew.
const JUMP_NS: u64 = 100_000;
/// How long after a pair the next one may be taken: at first, and in the long run.
const SPACING_NS: (u64, u64) = (20_000, 1_000_000);
/// In what time an offset that is left behind a pair is to be gone.
const HORIZON_NS: i128 = 100_000_000;
/// How long a rate is measured before it is moved on.
const BASELINE_NS: u64 = 1_000_000_000;
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

/// A straight piece of the way from ticks to nanoseconds.
#[derive(Clone, Copy, Debug)]
struct Line {
    ticks: u64,
    ns: u64,
    slope: Slope,
}

impl Line {
    #[inline]
    fn at(&self, ticks: u64) -> u64 {
        self.ns.saturating_add(self.slope.ns(ticks.saturating_sub(self.ticks)))
    }

    /// The same line, counted from a later point.
    fn moved_to(&self, ticks: u64) -> Self {
        Self { ticks, ns: self.at(ticks), slope: self.slope }
    }
}

/// Nanoseconds a tick, in 2^-40.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Slope(u64);

impl Slope {
    const BITS: u32 = 40;
    /// Slopes outside are nonsense: counters run at 1 MHz to 20 GHz.
    const LEAST: u64 = (1 << Self::BITS) / 20;
    const MOST: u64 = 1000 << Self::BITS;

    fn of_hertz(hertz: u64) -> Self {
        Self::ratio(1_000_000_000, hertz)
    }

    fn ratio(ns: u64, ticks: u64) -> Self {
        let ratio = (u128::from(ns) << Self::BITS) / u128::from(ticks.max(1));
        Self(u64::try_from(ratio).unwrap_or(Self::MOST).clamp(Self::LEAST, Self::MOST))
    }

    /// From a line's start to a pair. At least the least slope, so that time never stands still.
    fn between(from: &Line, pair: &Pair) -> Self {
        Self::ratio(pair.ns.saturating_sub(from.ns), pair.ticks.saturating_sub(from.ticks))
    }

    /// This rate, changed so that an offset is gone within the horizon.
    fn faster(self, off: i128) -> Self {
        let rate = i128::from(self.0);
        let changed = rate + rate * off / HORIZON_NS;
        Self(u64::try_from(changed).unwrap_or(0)).held_to(self)
    }

    /// This slope, at most an eighth off `rate`.
    fn held_to(self, rate: Self) -> Self {
        Self(self.0.clamp(rate.0 - rate.0 / 8, rate.0 + rate.0 / 8))
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "584 years of nanoseconds")]
    fn ns(self, ticks: u64) -> u64 {
        ((u128::from(ticks) * u128::from(self.0)) >> Self::BITS) as u64
    }

    fn hertz(self) -> f64 {
        1e9 * (1_u64 << Self::BITS) as f64 / self.0 as f64
    }
}

/// The counter's rate, measured between the pair at hand and one that is one to two seconds old.
#[derive(Debug)]
struct Rate {
    slope: Slope,
    /// Whether `slope` comes from pairs that are not too close.
    measured: bool,
    /// Whether the last two pairs were as far apart as the rate says.
    settled: bool,
    older: Pair,
    newer: Pair,
    newest: Pair,
}

impl Rate {
    /// Takes a pair in; says how fast the counter is.
    fn update(&mut self, pair: &Pair) -> Slope {
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
    fn is_step(&self, elapsed: i128, off: i128) -> bool {
        if self.measured {
            // A clock that is being slewed runs up to 0.05 % wrong, on purpose.
            return off.abs() > STEP_NS + elapsed / 1000;
        }
        // The rate is a guess still, good to a factor of two or so.
        off < -STEP_NS - elapsed * 3 / 4 || off > STEP_NS + elapsed * 4
    }

    /// Measures from here on, at the old rate until there is a new one.
    fn move_to(&mut self, pair: Pair) {
        self.older = pair;
        self.newer = pair;
        self.newest = pair;
        self.settled = false;
    }

    /// Whether a pair is off by more than noise and a slewed clock make it.
    fn is_jump(&self, pair: &Pair) -> bool {
        let elapsed = self.slope.ns(pair.ticks.saturating_sub(self.newest.ticks));
        let off = pair.ns.saturating_sub(self.newest.ns).abs_diff(elapsed);
        off > JUMP_NS + elapsed / 1000
    }
}

/// The counter and the system clock, read at about the same time.
#[derive(Clone, Copy, Debug)]
struct Pair {
    ticks: u64,
    ns: u64,
    /// Ticks between before and after the system clock was read.
    width: u64,
    /// From the first reading of the three to the last, for want of a better rate.
    span: (u64, u64),
}

impl Pair {
    /// The tightest of three readings.
    fn tightest(source: &mut impl Source) -> Self {
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

    fn slope(&self) -> Slope {
        let (ns, ticks) = self.span;
        if ns == 0 || ticks == 0 { Slope::of_hertz(1_000_000_000) } else { Slope::ratio(ns, ticks) }
    }
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "simulated times fit")]
mod tests {
    use super::*;

    const START_NS: u64 = 1_790_000_000_000_000_000;

    /// A counter and a system clock that is `ppm` fast against it, both read in 20 to 30 ns.
    struct Simulated {
        ps: u128,
        hertz: u64,
        ppm: i128,
        set_by_ns: i128,
        noise: u64,
        interrupts: bool,
    }

    impl Simulated {
        fn new(hertz: u64, ppm: i128) -> Self {
            let ps = 1_000_000_000_000;
            Self { ps, hertz, ppm, set_by_ns: 0, noise: 1, interrupts: false }
        }

        fn pass_ns(&mut self, ns: u64) {
            self.ps += u128::from(ns) * 1000;
        }

        fn ticks_now(&self) -> u64 {
            (self.ps * u128::from(self.hertz) / 1_000_000_000_000) as u64
        }

        fn ns_now(&self) -> u64 {
            let ps = self.ps as i128;
            let ns = ps / 1000 + ps * self.ppm / 1_000_000_000;
            (i128::from(START_NS) + ns + self.set_by_ns) as u64
        }

        fn takes_time(&mut self) {
            self.noise = self.noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let random = self.noise >> 40;
            let interrupted = self.interrupts && random.is_multiple_of(5);
            self.pass_ns(20 + random % 10 + if interrupted { 20_000 } else { 0 });
        }

        fn off(&self, clock: &WallClock) -> i128 {
            i128::from(clock.to_ns(self.ticks_now())) - i128::from(self.ns_now())
        }
    }

    impl Source for Simulated {
        fn ticks(&mut self) -> u64 {
            self.takes_time();
            self.ticks_now()
        }

        fn system_ns(&mut self) -> u64 {
            self.takes_time();
            self.ns_now()
        }
    }

    #[test]
    fn follows_drift_for_a_day() {
        for (hertz, ppm) in [(2_300_000_000, 200), (24_000_000, -200), (1_000_000_000, 0)] {
            let mut time = Simulated::new(hertz, ppm);
            time.interrupts = true;
            // One tick of the slow counter is 42 ns.
            let bound = 120 + 2_000_000_000 / i128::from(hertz);
            let mut clock = WallClock::of(&mut time, Some(hertz));
            let mut last = 0;
            for round in 0..86_400 {
                time.pass_ns(999_000_000);
                let stamp = time.ticks_now();
                let truth = time.ns_now();
                while !clock.observe_at(&mut time) {}
                let given = clock.to_ns(stamp);
                assert!(given >= last, "monotonic in round {round}");
                last = given;
                if round > 2 {
                    let off = i128::from(given) - i128::from(truth);
                    assert!(off.abs() < bound, "{off} ns off in round {round} at {hertz} Hz");
                }
            }
            assert_eq!(clock.steps(), 0);
        }
    }

    #[test]
    fn is_good_from_the_start() {
        for stated in [None, Some(2_300_000_000), Some(2_000_000_000)] {
            let mut time = Simulated::new(2_300_000_000, 50);
            let mut clock = WallClock::of(&mut time, stated);
            assert!(time.off(&clock).abs() < 1000);
            for round in 0..200 {
                time.pass_ns(25_000);
                let (stamp, truth) = (time.ticks_now(), time.ns_now());
                clock.observe_at(&mut time);
                let off = i128::from(clock.to_ns(stamp)) - i128::from(truth);
                assert!(off.abs() < 1000, "{off} ns off in round {round}, stated {stated:?}");
            }
            assert_eq!(clock.steps(), 0);
        }
    }

    #[test]
    fn is_monotonic_with_dense_and_noisy_pairs() {
        let mut time = Simulated::new(3_000_000_000, 100);
        time.interrupts = true;
        let mut clock = WallClock::of(&mut time, None);
        let mut last = 0;
        for round in 0..200_000 {
            time.pass_ns(7_000);
            if round == 100_000 {
                // Set, but by less than what counts as a step.
                time.set_by_ns = -60_000_000;
            }
            clock.observe_at(&mut time);
            for _ in 0..3 {
                let given = clock.to_ns(time.ticks_now());
                assert!(given > last, "monotonic in round {round}");
                last = given;
                time.pass_ns(100);
            }
        }
        assert_eq!(clock.steps(), 0);
        assert!(time.off(&clock).abs() < 100_000, "made up for: {}", time.off(&clock));
    }

    #[test]
    fn follows_a_clock_that_was_set() {
        for set_by_ns in [3_600_000_000_000, -3_600_000_000_000, 150_000_000] {
            let mut time = Simulated::new(3_000_000_000, 0);
            let mut clock = WallClock::of(&mut time, None);
            for _ in 0..100 {
                time.pass_ns(20_000_000);
                clock.observe_at(&mut time);
            }
            let (stamp_before, truth_before) = (time.ticks_now(), time.ns_now());
            time.pass_ns(20_000_000);
            time.set_by_ns = set_by_ns;
            assert!(clock.observe_at(&mut time));
            assert_eq!(clock.steps(), 1);
            assert!(time.off(&clock).abs() < 200);
            let late = i128::from(clock.to_ns(stamp_before)) - i128::from(truth_before);
            assert!(late.abs() < 200, "stamps from before keep their time: {late}");
            time.pass_ns(20_000_000);
            clock.observe_at(&mut time);
            assert_eq!(clock.steps(), 1);
        }
    }

    #[test]
    fn converts_late_stamps() {
        let mut time = Simulated::new(3_000_000_000, 80);
        let mut clock = WallClock::of(&mut time, None);
        let mut stamps = Vec::new();
        for _ in 0..3000 {
            time.pass_ns(5_000_000);
            stamps.push((time.ticks_now(), time.ns_now()));
            clock.observe_at(&mut time);
        }
        let given: Vec<u64> = stamps.iter().map(|(stamp, _)| clock.to_ns(*stamp)).collect();
        assert!(given.is_sorted());
        for ((_, truth), given) in stamps.iter().zip(given) {
            // The oldest are 15 s old: far behind the history.
            let off = i128::from(given) - i128::from(*truth);
            assert!(off.abs() < 2_000, "{off}");
        }
    }

    #[test]
    fn is_monotonic_and_right_while_the_drain_is_behind() {
        for behind_ms in [1, 100, 3000] {
            let mut time = Simulated::new(3_000_000_000, 150);
            time.interrupts = true;
            let mut clock = WallClock::of(&mut time, None);
            let mut waiting = Vec::new();
            let mut last = 0;
            for round in 0..10_000 {
                time.pass_ns(700_000);
                waiting.push((time.ticks_now(), time.ns_now()));
                time.pass_ns(400_000);
                clock.observe_at(&mut time);
                if waiting.len() <= behind_ms {
                    continue;
                }
                let (stamp, truth) = waiting.remove(0);
                let given = clock.to_ns(stamp);
                assert!(given >= last, "monotonic in round {round}, {behind_ms} ms behind");
                last = given;
                let off = i128::from(given) - i128::from(truth);
                assert!(off.abs() < 1000, "{off} ns off in round {round}, {behind_ms} ms behind");
            }
            assert!(clock.history.len() <= LINES);
        }
    }

    #[test]
    fn survives_a_counter_that_was_reset() {
        let mut time = Simulated::new(3_000_000_000, 0);
        let mut clock = WallClock::of(&mut time, None);
        time.pass_ns(50_000_000);
        clock.observe_at(&mut time);
        time.set_by_ns = (time.ps / 1000) as i128;
        time.ps = 5_000;
        clock.observe_at(&mut time);
        assert_eq!(clock.steps(), 1);
        assert!(time.off(&clock).abs() < 1000);
        assert!(clock.to_ns(0) > START_NS);
    }

    #[test]
    fn follows_a_counter_that_changes_its_rate() {
        let mut time = Simulated::new(3_000_000_000, 0);
        let mut clock = WallClock::of(&mut time, None);
        for round in 0..1000 {
            if round == 500 {
                // As a virtual machine that moves: the counter goes on, a tenth slower.
                time.ps = time.ps * 10 / 9;
                time.set_by_ns -= (time.ps / 10_000) as i128;
                time.hertz = 2_700_000_000;
            }
            time.pass_ns(20_000_000);
            clock.observe_at(&mut time);
        }
        time.pass_ns(1_000_000);
        assert!(time.off(&clock).abs() < 1000, "{}", time.off(&clock));
        assert_eq!(clock.steps(), 0);
    }

    #[test]
    fn refuses_wide_pairs_but_not_for_ever() {
        let mut time = Simulated::new(1_000_000_000, 0);
        let mut clock = WallClock::of(&mut time, None);
        clock.usual_width = 1;
        time.pass_ns(50_000_000);
        let taken = (0..20).position(|_| clock.observe_at(&mut time));
        assert_eq!(taken, Some(REFUSALS as usize));
    }

    #[test]
    fn agrees_with_this_machine() {
        let mut clock = WallClock::new();
        std::thread::sleep(core::time::Duration::from_millis(3));
        let stamp = ticks::ticks();
        let truth = Machine.system_ns();
        clock.observe();
        let off = i128::from(clock.to_ns(stamp)) - i128::from(truth);
        // Generous: the machine that tests run on may be busy.
        assert!(off.abs() < 50_000_000, "{off}");
    }
}
