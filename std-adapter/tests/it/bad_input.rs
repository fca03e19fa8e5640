//! What bad input gets: a typed error that says what to do, or a counted outcome.

use core::time::Duration;
use std::time::Instant;

use hydra_log::sink::{File, Memory};
use hydra_log::{Builder, InitError, Output, Overflow, info};

use crate::common::{Gated, conserved};

#[test]
fn a_path_that_cannot_be_opened() {
    let error = File::open("/nonexistent/directory/app.log").unwrap_err();
    let text = error.to_string();
    assert!(text.contains("/nonexistent/directory/app.log"), "{text}");
    let error = File::open(std::env::temp_dir()).unwrap_err();
    assert!(error.to_string().contains("directory"), "{error}");
}

#[test]
fn a_malformed_filter() {
    for directives in ["my_app=loud", "a=b=c=d", "=info"] {
        let error = Builder::new().filter(directives).unwrap_err();
        assert!(matches!(error, InitError::Filter { .. }), "{error:?}");
        assert!(error.to_string().starts_with("filter: "), "{error}");
    }
}

#[test]
fn absurd_capacities() {
    for bytes in [0, 1, 100, 5000, usize::MAX, 1 << 40] {
        let error = Builder::new().sink(Memory::new()).ring_bytes(bytes).build().unwrap_err();
        let InitError::Capacity { setting, bytes: told, least, most } = error else {
            panic!("{error:?}")
        };
        assert_eq!((setting, told), ("ring_bytes", bytes));
        assert!(error_names_the_range(&InitError::Capacity { setting, bytes, least, most }));
        let error = Builder::new().sink(Memory::new()).spool_bytes(bytes).build().unwrap_err();
        assert!(matches!(error, InitError::Capacity { setting: "spool_bytes", .. }), "{error:?}");
    }
    let error = Builder::new().sink(Memory::new()).workers(1000).build().unwrap_err();
    assert!(matches!(error, InitError::TooMany { count: 1000, .. }), "{error:?}");
}

fn error_names_the_range(error: &InitError) -> bool {
    let InitError::Capacity { least, most, .. } = error else { return false };
    let text = error.to_string();
    text.contains(&least.to_string()) && text.contains(&most.to_string())
}

#[test]
fn a_record_larger_than_the_ring() {
    let memory = Memory::new();
    let engine = Builder::new()
        .sink(memory.clone())
        .ring_bytes(4 << 10)
        .max_ring_bytes(4 << 10)
        .build()
        .unwrap();
    let long = "x".repeat(10_000);
    engine.scope(|| {
        info!("before");
        info!("{}", long.as_str());
        info!("after");
    });
    engine.flush().unwrap();
    let stats = conserved(&engine);
    assert_eq!(stats.emitted(), 3);
    let lines = memory.lines();
    let whole = lines.iter().any(|line| line.contains(&long));
    let told = lines.iter().any(|line| line.contains("1 records lost"));
    assert!(whole || told, "{lines:?}");
    assert!(lines.last().unwrap().ends_with("after"), "{lines:?}");
}

#[test]
fn a_record_larger_than_any() {
    let memory = Memory::new();
    let engine = Builder::new().sink(memory.clone()).build().unwrap();
    let long = "é".repeat(100_000);
    engine.scope(|| info!("{} then {}", long.as_str(), 7));
    engine.flush().unwrap();
    let lines = memory.lines();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].len() > 60_000, "most of it is there: {}", lines[0].len());
    assert!(lines[0].contains("then 7") && lines[0].contains("cut"), "{}", lines[0].len());
    conserved(&engine);
}

#[test]
fn a_sink_that_sleeps_holds_nobody_up_for_ever() {
    let gated = Gated::shut();
    let engine = Builder::new()
        .sink(gated.clone())
        .overflow(Overflow::Wait(Duration::from_millis(5)))
        .max_ring_bytes(64 << 10)
        .build()
        .unwrap();
    engine.scope(|| info!("stuck"));
    let started = Instant::now();
    assert!(engine.flush_within(Duration::from_millis(100)).is_err());
    assert!(started.elapsed() < Duration::from_secs(5));
    let report = engine.shutdown(Duration::from_millis(100));
    assert!(started.elapsed() < Duration::from_secs(10));
    assert_eq!((report.emitted, report.written, report.pending), (1, 0, 1));
    gated.open();
}

#[test]
fn a_stuck_sink_delays_no_other() {
    let (gated, memory) = (Gated::shut(), Memory::new());
    let engine = Builder::new()
        .sink(gated.clone())
        .sink(memory.clone())
        .spool_bytes(512 << 10)
        .stall(Duration::from_millis(20))
        .on_error(|_| {})
        .build()
        .unwrap();
    const RECORDS: usize = 100_000;
    engine.scope(|| (0..RECORDS).for_each(|count| info!("count {count}")));
    let deadline = Instant::now() + Duration::from_secs(60);
    let settled =
        |stats: &hydra_log::Stats| stats.sinks[1].written + stats.lost().total() == RECORDS as u64;
    while !settled(&engine.stats()) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    let lines = memory.lines();
    let records = lines.iter().filter(|line| line.contains("count ")).count() as u64;
    let stats = conserved(&engine);
    assert_eq!(stats.sinks[1].written, records);
    assert_eq!(records + stats.lost().total(), RECORDS as u64);
    gated.open();
    engine.flush().unwrap();
    let stats = conserved(&engine);
    assert!(stats.sinks[0].lost > 0 && stats.sinks[1].lost == 0, "{stats:?}");
    assert!(gated.lines().iter().any(|line| line.contains("records lost")));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_counted() {
    use std::sync::{Arc, Mutex};
    let told = Arc::new(Mutex::new(Vec::new()));
    let hook = Arc::clone(&told);
    let engine = Builder::new()
        .sink(Output::new(File::open("/dev/full").unwrap()).give_up_after(Duration::ZERO))
        .on_error(move |error| hook.lock().unwrap().push(error.to_string()))
        .build()
        .unwrap();
    engine.scope(|| (0..10).for_each(|count| info!("count {count}")));
    engine.flush().unwrap();
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].written, stats.sinks[0].lost), (0, 10));
    let told = told.lock().unwrap().join("\n");
    assert!(told.contains("No space left") || told.contains("full"), "{told}");
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_told_and_counted() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let engine = Builder::new()
        .sink(hydra_log::sink::Console::from_fd(writer.into(), "pipe"))
        .on_error(|_| {})
        .build()
        .unwrap();
    engine.scope(|| info!("nobody reads this"));
    engine.flush().unwrap();
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].written, stats.sinks[0].lost), (0, 1));
}
