//! The table of `docs/guarantees.md`: each event, for each class, with each preset.

use core::time::Duration;
use std::thread;

use hydra_log::sink::{Memory, Sink, WriteError};
use hydra_log::{
    Builder, Deliveries, Delivery, Engine, LevelFilter, Output, Preset, Rule, SinkState, Stats,
    Step, info,
};

use crate::common::{Failing, Gated, eventually, found, log, told};
use crate::ord;

const CONFIRM: Duration = Duration::from_millis(20);

/// An engine whose records all have one class.
fn engine(preset: Preset, class: Delivery, output: impl Into<Output>) -> Engine {
    small(preset, class, output).build().unwrap()
}

/// With rings and a spool that are soon full; all else is the preset's.
fn small(preset: Preset, class: Delivery, output: impl Into<Output>) -> Builder {
    Builder::preset(preset)
        .level(LevelFilter::Info)
        .sink(output)
        .ring_bytes(4 << 10)
        .max_ring_bytes(4 << 10)
        .spool_bytes(512 << 10)
        .confirm_within(CONFIRM)
        .deliveries(Deliveries::new().rule(Rule::new(class)))
        .on_error(|_error| {})
}

/// Each class with each preset, several presets at a time: some wait.
fn each(check: impl Fn(Preset, Delivery) + Sync) {
    for class in Delivery::ALL {
        thread::scope(|scope| {
            for preset in Preset::ALL {
                let check = &check;
                scope.spawn(move || check(preset, class));
            }
        });
    }
}

fn text(sink: &Failing) -> String {
    String::from_utf8(sink.text.lock().unwrap().clone()).unwrap()
}

/// What holds at any time.
fn conserved(engine: &Engine) -> Stats {
    let stats = engine.stats();
    let report = stats.report();
    assert!(stats.is_conserved(), "{stats:?}");
    let parts = report.written + report.lost + report.pending + report.recorder;
    assert_eq!(report.emitted, parts, "{stats:?}");
    stats
}

#[test]
fn a_flush_has_written() {
    each(|preset, class| {
        let memory = Memory::new();
        let engine = engine(preset, class, memory.clone());
        log(&engine, 0..20);
        engine.flush().unwrap();
        let stats = conserved(&engine);
        let kept = if class == Delivery::FlightRecorder { 20 } else { 0 };
        assert_eq!((stats.sinks[0].written, stats.recorder.kept), (20 - kept, kept));
        assert_eq!(found(&memory.text()).0.len() as u64, 20 - kept, "{preset} {class}");
    });
}

#[test]
fn an_end_has_written() {
    each(|preset, class| {
        let memory = Memory::new();
        let engine = engine(preset, class, memory.clone());
        log(&engine, 0..20);
        let report = engine.shutdown(Duration::from_secs(30));
        let kept = if class == Delivery::FlightRecorder { 20 } else { 0 };
        assert_eq!((report.written, report.lost, report.recorder), (20 - kept, 0, kept));
        assert_eq!(found(&memory.text()).0.len() as u64, 20 - kept, "{preset} {class}");
    });
}

#[test]
fn a_sink_that_stands_still() {
    /// More than the spool holds and a worker has in hand.
    const RECORDS: u64 = 60_000;
    each(|preset, class| {
        let gated = Gated::shut();
        let engine = engine(preset, class, gated.clone());
        // Each call of this class waits as long as it is told to.
        let records = if class == Delivery::Guaranteed { 3 } else { RECORDS };
        // Without workers, whoever waits for a record or finds its ring full is in the sink.
        let is_in_sink = preset == Preset::BareMetal;
        let waits = class == Delivery::MustNotDrop;
        let (was_settled, has_returned) = thread::scope(|scope| {
            let logging = scope.spawn(|| log(&engine, 0..records));
            let is_held_up = || {
                let health = engine.health();
                let tried = |step| health.step(step).tried;
                let steps = tried(Step::Assist(CONFIRM)) + tried(Step::DirectWrite(CONFIRM));
                let is_writing = health.sinks[0].state == SinkState::Writing;
                is_writing && (is_in_sink || waits && steps > 4)
            };
            // Whatever becomes of it, the gate is opened: the scope waits for the thread.
            let settled = eventually(|| logging.is_finished() || is_held_up());
            let has_returned = logging.is_finished();
            gated.open();
            (settled, has_returned)
        });
        assert!(was_settled && !(waits && has_returned), "{preset} {class}: it waits for room");
        engine.flush().unwrap();
        let stats = conserved(&engine);
        let (report, health) = (stats.report(), engine.health());
        let lines = gated.lines().join("\n");
        let (times, in_order) = found(&lines);
        assert!(in_order && times.values().all(|times| *times == 1), "{preset} {class}");
        assert_eq!((report.emitted, report.pending), (records, 0), "{preset} {class}");
        match class {
            Delivery::MustNotDrop => assert_eq!(times.len() as u64, records, "{preset}"),
            Delivery::Guaranteed => {
                assert_eq!((times.len(), report.lost), (3, 0), "{preset}");
                assert!(preset == Preset::BareMetal || health.unconfirmed >= 1, "{preset}");
            }
            Delivery::FlightRecorder => {
                // A call whose ring is full drops it at once.
                let recorder = stats.recorder.kept + stats.recorder.overwritten;
                assert!(times.is_empty() && recorder > 0, "{preset}");
                assert_eq!(recorder + report.lost, records, "{preset}");
            }
            _ => {
                assert_eq!(times.len() as u64 + report.lost, records, "{preset}");
                assert_eq!(told(&lines), report.lost, "{preset}: the gaps say how many");
                assert!(report.lost > 0 || preset == Preset::BareMetal, "{preset}");
            }
        }
    });
}

#[test]
fn a_disk_that_is_full_for_a_while() {
    each(|preset, class| {
        let failing = Failing::default();
        failing.fails.store(true, ord::switch());
        let engine = engine(preset, class, failing.clone());
        log(&engine, 0..3);
        let is_kept = class == Delivery::FlightRecorder;
        if is_kept {
            engine.flush().unwrap();
        } else {
            assert!(engine.flush_within(CONFIRM).is_err(), "{preset} {class}");
        }
        assert_eq!(conserved(&engine).report().pending, if is_kept { 0 } else { 3 });
        failing.fails.store(false, ord::switch());
        engine.flush().unwrap();
        let (stats, health) = (conserved(&engine), engine.health());
        assert_eq!(stats.report().lost, 0, "{preset} {class}");
        assert_eq!(found(&text(&failing)).0.len(), if is_kept { 0 } else { 3 });
        let unconfirmed = if class == Delivery::Guaranteed { 3 } else { 0 };
        assert_eq!((health.confirmed, health.unconfirmed), (0, unconfirmed), "{preset} {class}");
    });
}

/// As a pipe whose reader is gone.
struct Closed;

impl Sink for Closed {
    fn write(&mut self, _lines: &[u8]) -> Result<(), WriteError> {
        Err(WriteError { written: 0, source: std::io::ErrorKind::BrokenPipe.into() })
    }

    fn name(&self) -> String {
        "closed".to_owned()
    }
}

#[test]
fn a_sink_that_is_gone() {
    each(|preset, class| {
        let is_kept = class == Delivery::FlightRecorder;
        let some = if is_kept { 0 } else { 10 };
        let last = Memory::new();
        let engine_with = |output: Output| {
            let engine = small(preset, class, output).confirm_within(Duration::from_secs(30));
            let engine = engine.build().unwrap();
            log(&engine, 0..10);
            engine.flush().unwrap();
            (conserved(&engine), engine.health())
        };
        let (stats, _) = engine_with(Output::new(Closed).fallback(last.clone()));
        assert_eq!((stats.sinks[0].diverted, stats.report().lost), (some, 0), "{preset} {class}");
        assert_eq!(found(&last.text()).0.len() as u64, some);
        let (stats, health) = engine_with(Output::new(Closed));
        assert_eq!((stats.sinks[0].written, stats.report().lost), (0, some), "{preset} {class}");
        assert_eq!(health.confirmed, 0, "{preset} {class}: it was not written");
    });
}

#[test]
fn a_sink_that_panics_over_one_record() {
    struct Fragile(Memory);
    impl Sink for Fragile {
        fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
            assert!(!lines.windows(8).any(|part| part == b"count 5\n"), "over count 5");
            self.0.write(lines)
        }
        fn name(&self) -> String {
            "fragile".to_owned()
        }
    }
    each(|preset, class| {
        let memory = Memory::new();
        let engine = engine(preset, class, Fragile(memory.clone()));
        log(&engine, 0..10);
        engine.flush().unwrap();
        engine.scope(|| info!("count 10"));
        engine.flush().unwrap();
        let stats = conserved(&engine);
        let is_kept = class == Delivery::FlightRecorder;
        let (written, lost) = if is_kept { (0, 0) } else { (10, 1) };
        assert_eq!((stats.sinks[0].written, stats.sinks[0].lost), (written, lost), "{preset}");
        assert_eq!(found(&memory.text()).0.len() as u64, written);
        assert_eq!(told(&memory.text()), lost, "{preset} {class}");
    });
}
