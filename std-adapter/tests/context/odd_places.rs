//! Contexts where a call has no usual way to its ring: nested calls, full rings, huge records,
//! other loggers, records that are confirmed.

use core::fmt;

use hydra_log::sink::Memory;
use hydra_log::{Builder, Context, Deliveries, Delivery, Output, Rule, error, info};

struct Logs;

impl fmt::Display for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        info!("inner");
        Context::new().with("deep", true).scope(|| info!("deeper"));
        f.write_str("shown")
    }
}

#[test]
fn a_display_that_logs_and_enters_others() {
    let memory = Memory::new();
    let engine = Builder::new().sink(memory.clone()).build().unwrap();
    engine.scope(|| {
        let _entered = Context::new().with("k", 1).enter();
        (0..500).for_each(|count| info!("outer {count} {}", Logs));
    });
    engine.flush().unwrap();
    let lines = memory.lines();
    let ends = |end: &str| lines.iter().filter(|line| line.ends_with(end)).count();
    assert_eq!((ends(": inner k=1"), ends(": deeper k=1 deep=true")), (500, 500));
    assert_eq!(ends(" shown k=1"), 500);
    assert_eq!(engine.stats().lost().total(), 0);
}

#[test]
fn a_panic_in_the_middle_of_a_record_gives_its_room_back() {
    struct Panics;
    impl fmt::Display for Panics {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("in the middle of a record")
        }
    }
    struct Both;
    impl fmt::Display for Both {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            // In the shared ring, if it has room: then this panics.
            let _panicked = std::panic::catch_unwind(|| info!("never {}", Panics));
            f.write_str("both")
        }
    }
    let memory = Memory::new();
    let engine = Builder::new().sink(memory.clone()).build().unwrap();
    engine.scope(|| {
        let _entered = Context::new().with("k", 1).enter();
        for _ in 0..300 {
            let panicked = std::panic::catch_unwind(|| info!("never {}", Panics));
            assert!(panicked.is_err());
            info!("{}", Both);
        }
    });
    engine.flush().unwrap();
    let lines = memory.lines();
    // Beside them stand notices of what the shared ring had no room for.
    assert_eq!(lines.iter().filter(|line| line.ends_with(": both k=1")).count(), 300);
    assert!(lines.iter().all(|line| !line.contains("never")));
}

#[test]
fn rings_that_are_full_grow_with_contexts_in_them() {
    let memory = Memory::new();
    let builder = Builder::new().workers(0).ring_bytes(4 << 10).max_ring_bytes(1 << 20);
    let engine = builder.sink(memory.clone()).build().unwrap();
    engine.scope(|| {
        for count in 0..2_000_u64 {
            let _entered = Context::new().with("id", count).enter();
            info!("count {count}");
        }
    });
    engine.drain_once();
    engine.flush().unwrap();
    let lines = memory.lines();
    assert_eq!(lines.len(), 2_000);
    for (count, line) in lines.iter().enumerate() {
        assert!(line.ends_with(&format!("count {count} id={count}")), "{line}");
    }
    assert!(engine.stats().grown > 0, "no ring was full: this test saw nothing");
}

#[test]
fn the_longest_record_is_cut_and_keeps_its_context() {
    let memory = Memory::new();
    let engine = Builder::new().sink(memory.clone()).build().unwrap();
    let text = "x".repeat(200_000);
    engine.scope(|| {
        let _entered = Context::new().with("k", 1).enter();
        info!("long", text = text.as_str());
    });
    engine.flush().unwrap();
    let lines = memory.lines();
    assert!(lines[0].ends_with("x k=1 [cut]"), "{}", &lines[0][lines[0].len() - 40..]);
    assert!(lines[0].len() > 60_000);
}

#[test]
fn confirmed_records_and_those_of_other_loggers_have_their_context() {
    let memory = Memory::new();
    let rules = Deliveries::new().rule(Rule::new(Delivery::Guaranteed).target("sure"));
    let engine =
        Builder::new().deliveries(rules).sink(Output::new(memory.clone())).build().unwrap();
    hydra_log::bridge::log::install().unwrap();
    let subscriber = hydra_log::bridge::tracing::Subscriber::new();
    let dispatch = tracing::Dispatch::new(subscriber);
    engine.scope(|| {
        let _entered = Context::new().with("k", 1).enter();
        error!(target: "sure", "written when it returns", n = 1);
        assert!(memory.lines()[0].ends_with("n=1 k=1"), "{:?}", memory.lines());
        log::info!(user = 7; "by log");
        log::info!("hello {}", 5);
        tracing::dispatcher::with_default(&dispatch, || tracing::info!(user = 8, "by tracing"));
        hydra_log_core::info!("by a library's macro");
    });
    engine.flush().unwrap();
    let lines = memory.lines();
    let ends = ["k=1", "by log user=7 k=1", "hello 5 k=1", "by tracing user=8 k=1", "macro k=1"];
    assert_eq!(lines.len(), ends.len());
    for (line, end) in lines.iter().zip(ends) {
        assert!(line.ends_with(end), "{line}");
    }
}
