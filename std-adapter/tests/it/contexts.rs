//! Calls from odd places: inside a `Display`, a panic, a destructor, a signal handler.

use core::cell::RefCell;
use core::fmt;
use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::thread;

use hydra_log::sink::Memory;
use hydra_log::{Builder, info};

use crate::common::conserved;

struct Logs;

impl fmt::Display for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        info!("inner");
        let allocated = format!("{:>4}", "x");
        f.write_str(&allocated)
    }
}

struct Panics;

impl fmt::Display for Panics {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("in the middle of a record")
    }
}

#[test]
fn a_display_may_log_and_allocate() {
    let memory = Memory::new();
    let engine = Builder::new().sink(memory.clone()).build().unwrap();
    engine.scope(|| (0..100).for_each(|count| info!("outer {count}{}", Logs)));
    engine.flush().unwrap();
    let stats = conserved(&engine);
    assert_eq!((stats.emitted(), stats.lost().total()), (200, 0));
    let lines = memory.lines();
    assert_eq!(lines.iter().filter(|line| line.ends_with(": inner")).count(), 100);
    assert!(lines.iter().any(|line| line.ends_with("outer 99   x")), "{lines:?}");
}

#[test]
fn a_display_may_panic() {
    let memory = Memory::new();
    let engine = Builder::new().sink(memory.clone()).build().unwrap();
    engine.scope(|| {
        info!("before");
        let panicked = catch_unwind(AssertUnwindSafe(|| info!("never {}", Panics)));
        assert!(panicked.is_err());
        info!("after");
    });
    engine.flush().unwrap();
    let stats = conserved(&engine);
    assert_eq!(stats.emitted(), 2);
    let lines = memory.lines();
    assert!(lines[0].ends_with("before") && lines[1].ends_with("after"), "{lines:?}");
}

/// Logs when its thread ends.
struct Last;

impl Drop for Last {
    fn drop(&mut self) {
        info!("from a destructor");
    }
}

thread_local! {
    static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
}

/// Child processes have a global engine; here only what needs none is tested, so the destructor's
/// record must go nowhere without harm.
#[test]
fn a_destructor_without_an_engine_is_harmless() {
    thread::spawn(|| LAST.set(Some(Last))).join().unwrap();
}

#[test]
fn rings_of_ended_threads_are_used_again() {
    let memory = Memory::new();
    let engine = Builder::new().sink(memory.clone()).build().unwrap();
    for round in 0..200 {
        thread::scope(|scope| {
            scope.spawn(|| engine.scope(|| info!("round {round}")));
        });
        engine.flush().unwrap();
    }
    let stats = conserved(&engine);
    assert_eq!(memory.lines().len(), 200);
    assert!(stats.rings.len() < 20, "{} rings", stats.rings.len());
}

#[test]
fn ten_thousand_threads_lose_nothing() {
    let memory = Memory::new();
    let engine = Builder::new().sink(memory.clone()).build().unwrap();
    for _ in 0..100 {
        thread::scope(|scope| {
            for number in 0..100 {
                let engine = &engine;
                scope.spawn(move || engine.scope(|| info!("number {number}")));
            }
        });
    }
    engine.flush().unwrap();
    let stats = conserved(&engine);
    assert_eq!((stats.emitted(), stats.lost().total()), (10_000, 0));
    assert_eq!(memory.lines().len(), 10_000);
}

#[test]
fn several_engines_keep_apart() {
    let (one, two) = (Memory::new(), Memory::new());
    let first = Builder::new().sink(one.clone()).build().unwrap();
    let second =
        Builder::new().level(hydra_log::LevelFilter::Error).sink(two.clone()).build().unwrap();
    first.scope(|| {
        info!("one");
        second.scope(|| {
            info!("not for two");
            hydra_log::error!("two");
        });
        info!("one again");
    });
    first.flush().unwrap();
    second.flush().unwrap();
    assert_eq!((one.lines().len(), two.lines().len()), (2, 1));
    conserved(&first);
    assert_eq!(conserved(&second).emitted(), 1);
}
