//! Sinks and helpers that several tests need.

use core::sync::atomic::{AtomicBool, AtomicUsize};
use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;
use std::{io, thread};

use hydra_log::sink::{Sink, WriteError};
use hydra_log::{Deliveries, Delivery, Engine, Rule, SinkState, Stats, info};

use crate::ord;

/// A sink that stands still while its gate is shut, and keeps what it got.
#[derive(Clone, Default)]
pub struct Gated(Arc<State>);

#[derive(Default)]
struct State {
    shut: Mutex<bool>,
    opened: Condvar,
    text: Mutex<Vec<u8>>,
}

impl Gated {
    pub fn shut() -> Self {
        let gated = Self::default();
        *gated.0.shut.lock().unwrap() = true;
        gated
    }

    pub fn open(&self) {
        *self.0.shut.lock().unwrap() = false;
        self.0.opened.notify_all();
    }

    pub fn lines(&self) -> Vec<String> {
        let text = self.0.text.lock().unwrap();
        String::from_utf8(text.clone()).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Sink for Gated {
    fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let mut shut = self.0.shut.lock().unwrap();
        while *shut {
            shut = self.0.opened.wait(shut).unwrap();
        }
        self.0.text.lock().unwrap().extend_from_slice(bytes);
        Ok(())
    }

    fn name(&self) -> String {
        "gated".to_owned()
    }
}

/// A sink that fails, or panics, as long as it is told to.
#[derive(Clone, Default)]
pub struct Failing {
    pub fails: Arc<AtomicBool>,
    pub panics: Arc<AtomicBool>,
    pub calls: Arc<AtomicUsize>,
    pub text: Arc<Mutex<Vec<u8>>>,
}

impl Sink for Failing {
    fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.calls.fetch_add(1, ord::switch());
        assert!(!self.panics.load(ord::switch()), "told to panic");
        if self.fails.load(ord::switch()) {
            let source = io::Error::new(io::ErrorKind::StorageFull, "told to fail");
            return Err(WriteError { written: 0, source });
        }
        self.text.lock().unwrap().extend_from_slice(bytes);
        Ok(())
    }

    fn name(&self) -> String {
        "failing".to_owned()
    }
}

/// The engine's counts, checked against both laws.
pub fn conserved(engine: &Engine) -> Stats {
    let stats = engine.stats();
    for ring in &stats.rings {
        assert!(ring.is_conserved(), "{ring:?}");
    }
    for sink in &stats.sinks {
        assert!(sink.is_conserved(), "{sink:?}");
    }
    let drained: u64 = stats.rings.iter().map(|ring| ring.drained).sum();
    assert!(stats.sinks.iter().all(|sink| sink.offered == drained), "{stats:?}");
    stats
}

/// How often each record stands in a text, and whether they are in order.
pub fn found(text: &str) -> (HashMap<u64, usize>, bool) {
    let lines = text.lines().filter_map(|line| line.split_once("count ")?.1.parse::<u64>().ok());
    let numbers: Vec<u64> = lines.collect();
    let mut times = HashMap::new();
    numbers.iter().for_each(|number| *times.entry(*number).or_default() += 1);
    (times, numbers.is_sorted())
}

/// Every record stands there once, in order.
pub fn all_once(text: &str, records: u64) {
    let (times, in_order) = found(text);
    assert!((0..records).all(|number| times.get(&number) == Some(&1)), "{} of them", times.len());
    assert!(in_order);
}

/// How many records the text says were lost.
pub fn told(text: &str) -> u64 {
    let gap = |line: &str| {
        let (before, _) = line.split_once(" records lost")?;
        before.rsplit(' ').next()?.parse::<u64>().ok()
    };
    text.lines().filter_map(gap).sum()
}

/// Logs; returns the longest that a call took.
pub fn log(engine: &Engine, numbers: core::ops::Range<u64>) -> Duration {
    let mut longest = Duration::ZERO;
    engine.scope(|| {
        for count in numbers {
            let begun = Instant::now();
            info!("count {count}");
            longest = longest.max(begun.elapsed());
        }
    });
    longest
}

pub fn tell(what: &str, engine: &Engine, longest: Duration) {
    let (stats, health) = (conserved(engine), engine.health());
    let report = stats.report();
    assert_eq!(report.emitted, report.written + report.lost + report.pending, "{stats:?}");
    println!("{what}: {report}; longest call {longest:?}, in a step {:?}", health.longest_hold());
    for (sink, health) in stats.sinks.iter().zip(health.sinks) {
        println!(
            "    {}: written {}, diverted {}, lost {}, pending {}, {:?} for {:?}",
            sink.name,
            sink.written,
            sink.diverted,
            sink.lost,
            sink.pending,
            health.state,
            health.held_for
        );
    }
}

/// Waits, but not for ever; whether it came true.
pub fn eventually(mut holds: impl FnMut() -> bool) -> bool {
    (0..12_000).any(|_| {
        let is_true = holds();
        if !is_true {
            thread::sleep(Duration::from_millis(5));
        }
        is_true
    })
}

/// Waits, but not for ever.
pub fn until(what: &str, holds: impl FnMut() -> bool) {
    assert!(eventually(holds), "never {what}");
}

pub fn until_is(engine: &Engine, sink: usize, state: SinkState) {
    until("in that state", || engine.health().sinks[sink].state == state);
}

pub fn never_dropping() -> Deliveries {
    Deliveries::new().rule(Rule::new(Delivery::MustNotDrop))
}
