//! The wall clock against simulated ones.

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
        // What a straight line over a few percent of the delay makes of a changed rate.
        let bound = 1000 + 50 * behind_ms as i128;
        for round in 0..10_000 {
            if round % 500 == 0 {
                // The system slews its clock: another rate, without a jump.
                let change = if round % 1000 == 0 { -300 } else { 300 };
                time.set_by_ns -= time.ps as i128 * change / 1_000_000_000;
                time.ppm += change;
            }
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
            assert!(off.abs() < bound, "{off} ns off in round {round}, {behind_ms} ms behind");
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
