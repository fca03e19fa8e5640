//! Many threads, one output: every line, once, oldest first.

use core::time::Duration;
use std::fs;
use std::sync::Barrier;
use std::thread;

use hydra_log::sink::{File, Memory};
use hydra_log::{Builder, Overflow, info};

use crate::common::conserved;

const THREADS: usize = 8;
const RECORDS: usize = 20_000;

#[test]
fn eight_threads_to_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("order.log");
    let engine = Builder::new().sink(File::open(&path).unwrap()).build().unwrap();
    log_from_many(&engine);
    engine.flush().unwrap();
    let stats = conserved(&engine);
    assert_eq!(stats.emitted(), (THREADS * RECORDS) as u64);
    assert_eq!(stats.lost().total(), 0);
    let text = fs::read_to_string(&path).unwrap();
    check_lines(&text);
}

#[test]
fn rendered_on_three_threads_it_is_the_same() {
    let memory = Memory::new();
    let engine = Builder::new().workers(3).sink(memory.clone()).build().unwrap();
    log_from_many(&engine);
    engine.flush().unwrap();
    conserved(&engine);
    check_lines(&memory.lines().join("\n"));
}

#[test]
fn a_ring_that_grows_keeps_the_order() {
    let memory = Memory::new();
    let builder = Builder::new().ring_bytes(4 << 10).max_ring_bytes(256 << 10);
    // A worker may get no processor for longer than a program would wait for it.
    let patient = Overflow::Wait(Duration::from_secs(60));
    let engine = builder.overflow(patient).sink(memory.clone()).build().unwrap();
    engine.scope(|| (0..50_000).for_each(|count| info!("count {count}")));
    engine.flush().unwrap();
    let stats = conserved(&engine);
    assert!(stats.grown > 0, "{stats:?}");
    assert_eq!((stats.emitted(), stats.lost().total(), stats.late), (50_000, 0, 0));
    let lines = memory.lines();
    assert_eq!(lines.len(), 50_000);
    for (count, line) in lines.iter().enumerate() {
        assert!(line.ends_with(&format!(": count {count}")), "{line}");
    }
}

fn log_from_many(engine: &hydra_log::Engine) {
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for number in 0..THREADS {
            let start = &start;
            scope.spawn(move || {
                engine.scope(|| {
                    start.wait();
                    for count in 0..RECORDS {
                        info!("thread {number} count {count}");
                    }
                });
            });
        }
    });
}

fn check_lines(text: &str) {
    let mut next = [0; THREADS];
    let mut last = "";
    let mut lines = 0;
    for line in text.lines() {
        let stamp = line.split_whitespace().next().unwrap();
        // Only a call that the system stopped for long comes late, and says so.
        let line = match line.strip_suffix(" [late]") {
            Some(line) => line,
            None => {
                assert!(stamp >= last, "{stamp} after {last}");
                last = stamp;
                line
            }
        };
        let words: Vec<&str> = line.split_whitespace().rev().take(4).collect();
        let [count, _, number, _] = words[..] else { panic!("{line}") };
        let number: usize = number.parse().unwrap();
        assert_eq!(next[number], count.parse::<usize>().unwrap(), "{line}");
        next[number] += 1;
        lines += 1;
    }
    assert_eq!(lines, THREADS * RECORDS);
}
