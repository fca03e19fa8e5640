//! The bare-metal preset, row by row of its table.

use core::fmt;
use core::time::Duration;
use std::sync::mpsc;
use std::thread;

use hydra_log::sink::{Memory, Sink, WriteError};
use hydra_log::{Builder, Engine, Overflow, Preset, error, info};

use crate::common::{Gated, conserved};

/// More records than a ring of 64 KiB holds.
const MORE_THAN_FITS: usize = 10_000;

/// More records than the shared ring holds behind a hole.
const BEHIND: usize = 3000;

fn bare(memory: &Memory) -> Engine {
    Builder::preset(Preset::BareMetal).sink(memory.clone()).build().unwrap()
}

#[test]
fn a_full_ring_is_written_out_by_the_call_itself() {
    let memory = Memory::new();
    let engine = bare(&memory);
    engine.scope(|| {
        for count in 0..MORE_THAN_FITS {
            info!("count {count}");
        }
    });
    let written = memory.lines().len();
    assert!(written > MORE_THAN_FITS / 2, "no worker, and yet only what is left in the ring waits");
    let stats = conserved(&engine);
    assert_eq!((stats.emitted(), stats.lost().total()), (MORE_THAN_FITS as u64, 0));
    assert!(stats.full > 0 && stats.grown == 0, "{stats:?}");
    engine.drain_once();
    let lines = memory.lines();
    assert_eq!(lines.len(), MORE_THAN_FITS);
    for (count, line) in lines.iter().enumerate() {
        assert!(line.ends_with(&format!(": count {count}")), "{line}");
    }
}

#[test]
fn rings_of_other_threads_are_drained_in_order_first() {
    let memory = Memory::new();
    let engine = bare(&memory);
    thread::scope(|scope| {
        scope.spawn(|| engine.scope(|| info!("from another thread"))).join().unwrap();
    });
    engine.scope(|| (0..MORE_THAN_FITS).for_each(|count| info!("count {count}")));
    let lines = memory.lines();
    assert!(lines[0].ends_with("from another thread"), "{}", lines[0]);
    assert!(lines[1].ends_with("count 0"), "{}", lines[1]);
    conserved(&engine);
}

#[test]
fn when_another_holds_the_drain_for_too_long_the_loss_is_counted() {
    let gated = Gated::shut();
    let engine = Builder::preset(Preset::BareMetal)
        .overflow(Overflow::DirectWrite(Duration::from_millis(20)))
        .sink(gated.clone())
        .build()
        .unwrap();
    thread::scope(|scope| {
        let stuck = scope.spawn(|| {
            engine.scope(|| info!("held at the gate"));
            engine.drain_once()
        });
        // Until the other thread stands in the sink, there is nothing to wait for.
        while engine.stats().sinks[0].pending == 0 || engine.stats().pending() > 0 {
            thread::yield_now();
        }
        let (done, wait) = mpsc::channel();
        let engine = &engine;
        scope.spawn(move || {
            engine.scope(|| (0..60_000).for_each(|count| info!("count {count}")));
            done.send(()).unwrap();
        });
        let ended = wait.recv_timeout(Duration::from_secs(60));
        let stats = conserved(engine);
        gated.open();
        ended.expect("a call waited for ever");
        assert!(stats.lost().total() > 0, "{stats:?}");
        stuck.join().unwrap();
    });
    engine.drain_once();
    let report = conserved(&engine).report();
    assert_eq!((report.emitted, report.pending), (60_001, 0));
    assert_eq!(report.emitted, report.written + report.lost);
    let gaps = gated.lines().iter().filter(|line| line.contains("records lost")).count();
    assert!(gaps > 0);
}

/// Logs while it is written to: an interrupt on top of the drain.
struct Chatty(Memory, usize);

impl Sink for Chatty {
    fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        for _ in 0..core::mem::take(&mut self.1) {
            error!("from inside the sink");
        }
        self.0.write(bytes)
    }

    fn name(&self) -> String {
        "chatty".to_owned()
    }
}

#[test]
fn on_top_of_the_drain_a_full_ring_is_a_counted_and_located_loss() {
    let memory = Memory::new();
    let chatty = Chatty(memory.clone(), MORE_THAN_FITS);
    let engine = Builder::preset(Preset::BareMetal).sink(chatty).build().unwrap();
    engine.scope(|| {
        info!("before");
        engine.drain_once();
        info!("after");
        engine.drain_once();
    });
    let stats = conserved(&engine);
    let lost = stats.lost().total();
    assert!(lost > 0);
    assert_eq!(stats.emitted(), MORE_THAN_FITS as u64 + 2);
    let lines = memory.lines();
    let gap = lines.iter().position(|line| line.contains(&format!("{lost} records lost")));
    let gap = gap.expect("the loss is told");
    assert!(lines[gap - 1].ends_with("from inside the sink"), "{}", lines[gap - 1]);
    assert!(lines[gap + 1..].iter().all(|line| !line.ends_with("inside the sink")));
}

/// Logs in the middle of another record, many times.
struct Nested(usize);

impl fmt::Display for Nested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (0..self.0).for_each(|count| info!("inside {count}"));
        f.write_str("outside")
    }
}

/// Logs a record that logs: the middle one is a hole in the shared ring while the inner ones come.
struct Hole(usize);

impl fmt::Display for Hole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        info!("middle {}", Nested(self.0));
        f.write_str("outermost")
    }
}

#[test]
fn behind_a_hole_a_record_is_written_directly_and_flagged() {
    let memory = Memory::new();
    let engine = bare(&memory);
    engine.scope(|| info!("{}", Hole(BEHIND)));
    engine.drain_once();
    let stats = conserved(&engine);
    assert_eq!((stats.emitted(), stats.lost().total()), (BEHIND as u64 + 2, 0));
    let lines = memory.lines();
    assert_eq!(lines.len(), BEHIND + 2);
    assert_eq!(lines.iter().filter(|line| line.contains("middle outside")).count(), 1);
    let direct: Vec<_> = lines.iter().filter(|line| line.ends_with("[late]")).collect();
    assert!(direct.len() > 100, "the shared ring was full: {} of them", direct.len());
    for count in 0..BEHIND {
        let ending = format!(": inside {count}");
        let found = lines.iter().filter(|line| line.trim_end_matches(" [late]").ends_with(&ending));
        assert_eq!(found.count(), 1, "{ending}");
    }
}

#[test]
fn nothing_runs_by_itself() {
    let memory = Memory::new();
    let engine = bare(&memory);
    engine.scope(|| info!("waits"));
    thread::sleep(Duration::from_millis(50));
    assert_eq!(memory.lines().len(), 0);
    assert_eq!(engine.drain_once(), 1);
    assert_eq!(memory.lines().len(), 1);
    conserved(&engine);
}
