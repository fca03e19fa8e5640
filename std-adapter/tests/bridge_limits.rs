//! More callsites than there are places for: recorded all the same, with target and text.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test binary of its own")]

use hydra_log::sink::Memory;
use hydra_log::{Builder, bridge};

#[test]
fn callsites_beyond_the_last_place_lose_nothing() {
    const CALLS: u32 = 5000;
    let memory = Memory::new();
    let engine = Builder::new().sink(memory.clone()).build().unwrap();
    bridge::log::install().unwrap();
    engine.scope(|| {
        for line in 1..=CALLS {
            let mut record = log::Record::builder();
            record.level(log::Level::Info).target("many");
            record.file_static(Some("many.rs")).line(Some(line));
            log::logger().log(&record.args(format_args!("call {line}")).build());
        }
    });
    engine.flush().unwrap();
    let lines = memory.lines();
    assert_eq!(lines.len(), CALLS as usize);
    for (line, number) in lines.iter().zip(1..) {
        assert!(line.contains(&format!("call {number}")) && line.contains("many"), "{line}");
    }
    let bare = lines.iter().filter(|line| line.contains("hydra::bridge")).count();
    assert_eq!(bare, CALLS as usize - hydra_log_core::site::MOST_ADDED);
}
