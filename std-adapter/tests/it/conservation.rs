//! `emitted = written + lost + pending`, whatever happens.

use core::time::Duration;
use std::sync::{Arc, Mutex};

use hydra_log::sink::Memory;
use hydra_log::{Builder, Level, Output, Overflow, error, info, warn};

use crate::common::{Failing, Gated, conserved};
use crate::ord;

#[test]
fn holds_while_a_sink_stands_still() {
    let gated = Gated::shut();
    let engine = Builder::new()
        .sink(gated.clone())
        .ring_bytes(4 << 10)
        .max_ring_bytes(4 << 10)
        .spool_bytes(512 << 10)
        .overflow(Overflow::Drop)
        .build()
        .unwrap();
    engine.scope(|| {
        for count in 0..100_000_u64 {
            info!("count {count}");
        }
        warn!("one warning");
    });
    let stats = conserved(&engine);
    assert_eq!(stats.emitted(), 100_001);
    assert!(stats.lost().total() > 0, "{stats:?}");
    let report = stats.report();
    assert_eq!(report.emitted, report.written + report.lost + report.pending);
    assert!(report.pending > 0);
    gated.open();
    engine.flush().unwrap();
    let stats = conserved(&engine);
    let report = stats.report();
    assert_eq!(report.pending, 0);
    assert_eq!(report.emitted, report.written + report.lost);
    check_gaps(&gated.lines(), stats.lost().total(), report.written);
}

/// Gap lines say how many are missing, exactly where they are missing.
fn check_gaps(lines: &[String], lost: u64, written: u64) {
    let (mut told, mut records, mut expected) = (0, 0, 0);
    for line in lines {
        if let Some(gap) = line.split(" records lost").next().filter(|gap| gap.len() < line.len()) {
            let count: u64 = gap.split_whitespace().last().unwrap().parse().unwrap();
            told += count;
            expected += count;
        } else {
            records += 1;
            if let Some((_, count)) = line.split_once("count ") {
                assert_eq!(count.parse::<u64>().unwrap(), expected, "{line}");
            }
            expected += 1;
        }
    }
    assert_eq!(told, lost);
    assert_eq!(records, written);
}

#[test]
fn holds_when_a_sink_fails_and_recovers() {
    let failing = Failing::default();
    let told = Arc::new(Mutex::new(Vec::new()));
    let hook = Arc::clone(&told);
    let engine = Builder::new()
        .sink(Output::new(failing.clone()).give_up_after(Duration::ZERO))
        .on_error(move |error| hook.lock().unwrap().push(error.to_string()))
        .build()
        .unwrap();
    engine.scope(|| info!("first"));
    engine.flush().unwrap();
    failing.fails.store(true, ord::switch());
    engine.scope(|| (0..10).for_each(|count| info!("lost {count}")));
    engine.flush().unwrap();
    failing.fails.store(false, ord::switch());
    engine.scope(|| info!("after"));
    engine.scope(|| info!("and more"));
    engine.flush().unwrap();
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].written, stats.sinks[0].lost), (3, 10), "{stats:?}");
    assert!(told.lock().unwrap().iter().any(|text| text.contains("told to fail")));
    let text = String::from_utf8(failing.text.lock().unwrap().clone()).unwrap();
    assert!(text.contains("10 records lost"), "{text}");
}

#[test]
fn nothing_is_lost_while_a_disk_is_full() {
    let failing = Failing::default();
    let engine = Builder::new().sink(failing.clone()).on_error(|_error| {}).build().unwrap();
    engine.scope(|| info!("first"));
    engine.flush().unwrap();
    failing.fails.store(true, ord::switch());
    engine.scope(|| (0..10).for_each(|count| info!("kept {count}")));
    assert_eq!(engine.flush_within(Duration::from_millis(50)).unwrap_err().pending, 10);
    assert_eq!(conserved(&engine).report().pending, 10);
    failing.fails.store(false, ord::switch());
    engine.flush().unwrap();
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].written, stats.sinks[0].lost), (11, 0), "{stats:?}");
    let text = String::from_utf8(failing.text.lock().unwrap().clone()).unwrap();
    assert_eq!((text.lines().count(), text.contains("records lost")), (11, false), "{text}");
}

#[test]
fn holds_when_a_sink_panics() {
    let failing = Failing::default();
    failing.panics.store(true, ord::switch());
    let told = Arc::new(Mutex::new(Vec::new()));
    let hook = Arc::clone(&told);
    let engine = Builder::new()
        .sink(failing.clone())
        .on_error(move |error| hook.lock().unwrap().push(error.to_string()))
        .build()
        .unwrap();
    engine.scope(|| error!("into the void"));
    engine.flush().unwrap();
    failing.panics.store(false, ord::switch());
    engine.scope(|| info!("alive"));
    engine.flush().unwrap();
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].written, stats.sinks[0].lost), (1, 1));
    assert!(told.lock().unwrap().iter().any(|text| text.contains("panicked")));
}

#[test]
fn counts_by_level() {
    let engine = Builder::new()
        .sink(Memory::new())
        .workers(0)
        .ring_bytes(16 << 10)
        .max_ring_bytes(16 << 10)
        .overflow(Overflow::Drop)
        .build()
        .unwrap();
    engine.scope(|| {
        for _ in 0..1000 {
            info!("fills the ring");
        }
        for _ in 0..7 {
            warn!("has room of its own");
            info!("has none");
        }
    });
    let lost = conserved(&engine).lost();
    assert!(lost.of(Level::Info) > 7);
    assert_eq!((lost.of(Level::Warn), lost.of(Level::Error)), (0, 0));
    engine.scope(|| (0..1000).for_each(|_| warn!("even that room has an end")));
    assert!(conserved(&engine).lost().of(Level::Warn) > 0);
}

#[test]
fn a_sink_with_a_level_of_its_own_passes_records_over() {
    let (all, severe) = (Memory::new(), Memory::new());
    let engine = Builder::new()
        .sink(all.clone())
        .sink(Output::new(severe.clone()).level(hydra_log::LevelFilter::Warn))
        .build()
        .unwrap();
    engine.scope(|| {
        info!("for one");
        error!("for both");
    });
    engine.flush_within(Duration::from_secs(10)).unwrap();
    conserved(&engine);
    assert_eq!((all.lines().len(), severe.lines().len()), (2, 1));
}
