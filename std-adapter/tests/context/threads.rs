//! Contexts of threads: nested, inherited, many of them, and none.

use std::thread;

use hydra_log::context::with_context;
use hydra_log::{Builder, Context, Output, info, sink::Memory, testing, warn};

use crate::futures::engine;

#[test]
fn inner_fields_hide_outer_ones_and_calls_hide_both() {
    let records = testing::capture(|| {
        let _outer = Context::new().with("a", 1).with("b", "x").enter();
        with_context(Context::new().with("b", 2.5).with("c", true), || {
            info!("inside");
            info!("own", b = "mine", z = 0);
        });
        info!("behind {}", 1);
    });
    let lines: Vec<&str> =
        records.iter().map(|record| record.line.split_once(": ").unwrap().1).collect();
    assert_eq!(lines, ["inside a=1 b=2.5 c=true", "own b=mine z=0 a=1 c=true", "behind 1 a=1 b=x"]);
}

#[test]
fn every_number_of_arguments_has_the_fields_behind_it() {
    let context = Context::new().with("n", 7_u64).with("text", "two words");
    let records = testing::capture(|| {
        let _entered = context.enter();
        let long = "y".repeat(5000);
        info!("zero");
        info!("one", a = 1);
        info!("four {} {}", "x", 2.5, c = true, d = 'e');
        info!("five", a = 1, b = 2, c = 3, d = 4, e = 5);
        info!("six", a = 1, b = 2, c = 3, d = 4, e = 5, f = 6);
        info!("text", a = %"shown", b = ?Some(1), c = long.as_str());
    });
    assert_eq!(records.len(), 6);
    for record in &records {
        assert_eq!((record.field("n"), record.field("text")), (Some("7"), Some("two words")));
    }
    assert_eq!(records[4].field("f"), Some("6"));
    assert_eq!(records[5].field("c").unwrap().len(), 5000);
}

#[test]
fn threads_have_their_own_and_inherit_what_is_wrapped() {
    let (engine, memory) = engine();
    let _request = Context::new().with("request_id", 7).enter();
    thread::scope(|scope| {
        let alone = || engine.scope(|| info!("alone"));
        scope.spawn(alone).join().unwrap();
        let wrapped = || engine.scope(|| info!("wrapped"));
        scope.spawn(Context::current().wrap(wrapped)).join().unwrap();
    });
    engine.flush().unwrap();
    let lines = memory.lines();
    assert!(!lines[0].contains("request_id") && lines[1].contains("\"request_id\":7"), "{lines:?}");
}

#[test]
fn many_contexts_on_many_threads_keep_apart_and_take_no_more_memory() {
    const THREADS: u64 = 4;
    const ROUNDS: u64 = 5_000;
    let (engine, memory) = engine();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let engine = &engine;
            scope.spawn(move || {
                engine.scope(|| {
                    for round in 0..ROUNDS {
                        let context = Context::new().with("id", thread * ROUNDS + round);
                        // Names that are made up on the way, too.
                        let context = context.with(&format!("name{}", round % 100), round);
                        with_context(context, || info!("in", expected = thread * ROUNDS + round));
                    }
                });
            });
        }
    });
    engine.flush().unwrap();
    let lines = memory.lines();
    assert_eq!(lines.len() as u64, THREADS * ROUNDS);
    for line in lines {
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let fields = &line["fields"];
        assert_eq!(fields["expected"], fields["id"]);
        let round = fields["id"].as_u64().unwrap() % ROUNDS;
        assert_eq!(fields[&format!("name{}", round % 100)], round);
    }
    let stats = engine.stats();
    assert_eq!((stats.emitted(), stats.lost().total()), (THREADS * ROUNDS, 0));
}

#[test]
fn guards_may_be_dropped_while_panicking_and_levels_hold() {
    let memory = Memory::new();
    let output = Output::new(memory.clone());
    let engine = Builder::new().level(hydra_log::LevelFilter::Warn).sink(output).build().unwrap();
    engine.scope(|| {
        let panicked = std::panic::catch_unwind(|| {
            let _entered = Context::new().with("k", 1).enter();
            info!("off");
            warn!("on");
            panic!("for the test");
        });
        assert!(panicked.is_err());
        warn!("after");
    });
    engine.flush().unwrap();
    let lines = memory.lines();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].ends_with(": on k=1") && lines[1].ends_with(": after"), "{lines:?}");
}
