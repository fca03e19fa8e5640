//! Sinks that hang or panic: whom they hold up, and what is lost.

use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use std::{env, thread};

use hydra_log::format::{Buffer, Event, Format, Text};
use hydra_log::sink::{Memory, Sink, WriteError};
use hydra_log::{
    Builder, Deliveries, Delivery, Error, Output, Overflow, Rule, SinkState, Step, info,
};

use crate::common::{Gated, all_once, conserved, eventually, found, log, tell, told, until};

const RECORDS: u64 = 20_000;

/// The sink hangs until everybody else is done; with `HYDRA_TEST_HANG_S`, for so many seconds.
#[test]
fn a_sink_that_hangs_delays_no_other_sink() {
    let (gated, memory) = (Gated::shut(), Memory::new());
    let engine = Builder::new()
        .sink(gated.clone())
        .sink(memory.clone())
        .overflow(Overflow::Wait(Duration::from_secs(60)))
        .on_error(|_error| {})
        .build()
        .unwrap();
    let seconds = env::var("HYDRA_TEST_HANG_S").ok().and_then(|text| text.parse().ok());
    let hangs = Duration::from_secs(seconds.unwrap_or(0));
    let (begun, mut next, mut longest) = (Instant::now(), 0, Duration::ZERO);
    while next < 3 * RECORDS || begun.elapsed() < hangs {
        longest = longest.max(log(&engine, next..next + 1000));
        next += 1000;
        if begun.elapsed() < hangs {
            thread::sleep(Duration::from_millis(1));
        }
    }
    until("written", || memory.text().lines().count() as u64 == next);
    tell("sink hangs", &engine, longest);
    let health = engine.health();
    assert_eq!(health.sinks[0].state, SinkState::Writing);
    assert!(health.sinks[0].held_for.is_some_and(|time| time >= hangs), "{health:?}");
    gated.open();
    engine.flush().unwrap();
    tell("sink back", &engine, Duration::ZERO);
    log(&engine, next..next + 1);
    engine.flush().unwrap();
    let stats = conserved(&engine);
    all_once(&memory.text(), next + 1);
    assert_eq!((stats.sinks[1].written, stats.lost().total()), (next + 1, 0));
    assert_eq!(stats.sinks[0].written + stats.sinks[0].lost, next + 1);
    assert!(stats.sinks[0].lost > 0, "more than the spool holds");
    assert_eq!(told(&gated.lines().join("\n")), stats.sinks[0].lost, "the gaps say how many");
}

#[test]
fn a_sink_that_hangs_is_waited_for_once() {
    const STALL: Duration = Duration::from_secs(2);
    let (gated, memory) = (Gated::shut(), Memory::new());
    let pushes = Arc::new(Mutex::new(0_u32));
    let seen = Arc::clone(&pushes);
    let engine = Builder::new()
        .sink(gated.clone())
        .sink(memory.clone())
        .spool_bytes(512 << 10)
        .stall(STALL)
        .overflow(Overflow::Wait(Duration::from_secs(60)))
        .on_error(move |error| {
            *seen.lock().unwrap() += u32::from(matches!(error, Error::Stalled { .. }));
        })
        .build()
        .unwrap();
    let mut longest = Duration::ZERO;
    for next in (0..10 * RECORDS).step_by(1000) {
        longest = longest.max(log(&engine, next..next + 1000));
        // So that no call waits for the other sink.
        until("written", || engine.stats().sinks[1].written == next + 1000);
    }
    tell("sink hangs", &engine, longest);
    let (pushes, held_up) = (*pushes.lock().unwrap(), engine.health().step(wait()).time);
    assert!(pushes >= 10, "{pushes} times pushed on");
    // Not once for each time.
    assert!(held_up < STALL * pushes / 2, "held up for {held_up:?} by {pushes} pushes");
    gated.open();
    engine.flush().unwrap();
    tell("sink back", &engine, Duration::ZERO);
    all_once(&memory.text(), 10 * RECORDS);
}

fn wait() -> Step {
    Step::Assist(Duration::ZERO)
}

#[test]
fn what_must_not_drop_is_lost_by_no_sink_that_hangs() {
    let (gated, memory) = (Gated::shut(), Memory::new());
    let deliveries = Deliveries::new().rule(Rule::new(Delivery::MustNotDrop).target("kept"));
    let engine = Builder::new()
        .sink(gated.clone())
        .sink(memory.clone())
        .ring_bytes(4 << 10)
        .max_ring_bytes(4 << 10)
        .spool_bytes(512 << 10)
        .stall(Duration::from_millis(1))
        .overflow(Overflow::Drop)
        .deliveries(deliveries)
        .on_error(|_error| {})
        .build()
        .unwrap();
    thread::scope(|scope| {
        let logging = scope.spawn(|| {
            engine.scope(|| {
                for count in 0..RECORDS {
                    info!(target: "kept", "count {count}");
                    info!(target: "other", "other {count}");
                }
            });
        });
        // Whatever becomes of it, the gate is opened: the scope waits for the thread.
        let is_held_up = eventually(|| engine.health().step(wait()).tried > 4);
        let has_returned = logging.is_finished();
        gated.open();
        assert!(is_held_up && !has_returned);
    });
    engine.flush().unwrap();
    tell("sink back", &engine, Duration::ZERO);
    all_once(&memory.text(), RECORDS);
    all_once(&gated.lines().join("\n"), RECORDS);
    assert!(conserved(&engine).report().lost > 0, "others may be dropped");
}

/// Panics over some lines before it takes anything.
#[derive(Clone, Default)]
struct Fragile(Arc<Mutex<Vec<u8>>>);

impl Sink for Fragile {
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        assert!(!lines.windows(6).any(|part| part == b"t 500\n"), "over count 500");
        self.0.lock().unwrap().extend_from_slice(lines);
        Ok(())
    }

    fn name(&self) -> String {
        "fragile".to_owned()
    }
}

/// Panics over one record.
struct Brittle(Text);

impl Format for Brittle {
    fn write(&self, event: &Event<'_>, out: &mut Buffer) {
        let start = out.as_bytes().len();
        self.0.write(event, out);
        assert!(!out.as_bytes()[start..].ends_with(b"count 500\n"), "over count 500");
    }
}

#[test]
fn a_panic_loses_one_record() {
    let (fragile, memory, last) = (Fragile::default(), Memory::new(), Memory::new());
    let engine = Builder::new()
        .sink(fragile.clone())
        .sink(Output::new(memory.clone()).format(Brittle(Text::new())))
        .sink(Output::new(Fragile::default()).fallback(last.clone()))
        .overflow(Overflow::Wait(Duration::from_secs(60)))
        .on_error(|_error| {})
        .build()
        .unwrap();
    let longest = log(&engine, 0..1000);
    engine.flush().unwrap();
    log(&engine, 1000..1010);
    engine.flush().unwrap();
    tell("panics", &engine, longest);
    let stats = conserved(&engine);
    let texts = [String::from_utf8(fragile.0.lock().unwrap().clone()).unwrap(), memory.text()];
    for (sink, text) in stats.sinks.iter().zip(texts) {
        assert_eq!((sink.written, sink.lost), (1009, 1), "{sink:?}");
        let (times, in_order) = found(&text);
        assert!(in_order && (0..1010).all(|number| times.contains_key(&number) == (number != 500)));
        assert!(times.values().all(|times| *times == 1));
        assert_eq!(told(&text), 1, "{text}");
    }
    assert_eq!((stats.sinks[2].written, stats.sinks[2].diverted), (1010, 1));
    assert_eq!(found(&last.text()).0, HashMap::from([(500, 1)]));
}
