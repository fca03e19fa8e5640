//! Delivery classes: what returns when, what waits, what is kept until something goes wrong.

use core::time::Duration;
use std::thread;

use hydra_log::sink::Memory;
use hydra_log::{
    Builder, Chain, Deliveries, Delivery, Engine, LevelFilter, Overflow, Preset, Rule, Step,
    Strategy, debug, error, info, warn,
};

use crate::common::{Gated, conserved};

const KEPT: &str = "kept";

fn all(class: Delivery) -> Deliveries {
    Deliveries::new().rule(Rule::new(class))
}

fn small() -> Builder {
    Builder::new()
        .ring_bytes(4 << 10)
        .max_ring_bytes(4 << 10)
        .spool_bytes(512 << 10)
        .overflow(Overflow::Drop)
}

/// The numbers at the ends of lines with this word.
fn numbers(lines: &[String], word: &str) -> Vec<u64> {
    let lines = lines.iter().filter(|line| line.contains(word));
    let number = |line: &String| {
        // What left late says so at its end.
        let mut words = line.rsplit(' ');
        words.find_map(|word| word.parse().ok())
    };
    lines.filter_map(number).collect()
}

#[test]
fn what_must_not_drop_waits_and_the_rest_is_dropped() {
    const RECORDS: u64 = 20_000;
    let gated = Gated::shut();
    let deliveries = Deliveries::new().rule(Rule::new(Delivery::MustNotDrop).target(KEPT));
    let engine = small().sink(gated.clone()).deliveries(deliveries).build().unwrap();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..2)
            .map(|place| {
                let engine = &engine;
                scope.spawn(move || {
                    engine.scope(|| {
                        for count in 0..RECORDS {
                            info!(target: KEPT, "kept of {place} {count}");
                            info!(target: "other", "other {count}");
                        }
                    });
                })
            })
            .collect();
        // Until both are held up, and a while longer.
        while engine.health().step(Step::Assist(Duration::ZERO)).tried < 4 {
            thread::sleep(Duration::from_millis(5));
        }
        assert!(threads.iter().all(|thread| !thread.is_finished()));
        gated.open();
    });
    engine.flush().unwrap();
    let lines = gated.lines();
    let expected: Vec<u64> = (0..RECORDS).collect();
    for place in 0..2 {
        let found = numbers(&lines, &format!("kept of {place} "));
        assert!(found == expected, "{} of {RECORDS}", found.len());
    }
    let stats = conserved(&engine);
    let lost = stats.lost().total();
    assert_eq!(numbers(&lines, "other ").len() as u64 + lost, 2 * RECORDS);
    assert!(lost > 0);
    let health = engine.health();
    assert_eq!(health.step(Step::DropNewest).tried, lost);
    assert!(health.success_rate().unwrap() < 1.0);
    assert!(health.time_in.iter().filter(|time| !time.is_zero()).count() > 1, "{health:?}");
    println!("longest hold {:?}, in each strategy {:?}", health.longest_hold(), health.time_in);
}

/// Every call's record is written when the call returns.
fn confirms(engine: &Engine, memory: &Memory) {
    const THREADS: u64 = 4;
    const RECORDS: u64 = 50;
    thread::scope(|scope| {
        for place in 0..THREADS {
            scope.spawn(move || {
                engine.scope(|| {
                    for count in 0..RECORDS {
                        info!("confirmed of {place} {count}");
                        let lines = numbers(&memory.lines(), &format!("confirmed of {place} "));
                        assert_eq!(lines.last(), Some(&count), "it returned before");
                    }
                });
            });
        }
    });
    let stats = conserved(engine);
    assert_eq!((stats.emitted(), stats.sinks[0].written), (THREADS * RECORDS, THREADS * RECORDS));
    let health = engine.health();
    assert_eq!((health.confirmed, health.unconfirmed), (THREADS * RECORDS, 0));
}

#[test]
fn a_guaranteed_call_returns_when_its_record_is_written() {
    let memory = Memory::new();
    let deliveries = all(Delivery::Guaranteed);
    let engine = Builder::new().sink(memory.clone()).deliveries(deliveries).build().unwrap();
    confirms(&engine, &memory);
}

#[test]
fn without_a_worker_a_guaranteed_call_writes_itself() {
    let memory = Memory::new();
    let builder = Builder::preset(Preset::BareMetal).sink(memory.clone());
    let engine = builder.deliveries(all(Delivery::Guaranteed)).build().unwrap();
    confirms(&engine, &memory);
}

#[test]
fn a_guaranteed_call_gives_up_waiting_counted() {
    let gated = Gated::shut();
    let engine = Builder::new()
        .sink(gated.clone())
        .deliveries(all(Delivery::Guaranteed))
        .confirm_within(Duration::from_millis(20))
        .build()
        .unwrap();
    engine.scope(|| info!("nobody has it 1"));
    let health = engine.health();
    assert_eq!((health.confirmed, health.unconfirmed), (0, 1));
    gated.open();
    engine.flush().unwrap();
    assert_eq!(numbers(&gated.lines(), "nobody"), [1]);
    conserved(&engine);
}

#[test]
fn classes_change_at_run_time() {
    let memory = Memory::new();
    let engine = Builder::new().sink(memory.clone()).build().unwrap();
    let log = |count: u64| engine.scope(|| info!("count {count}"));
    log(0);
    engine.set_deliveries(all(Delivery::Guaranteed));
    log(1);
    assert_eq!(engine.health().confirmed, 1);
    assert_eq!(numbers(&memory.lines(), "count"), [0, 1]);
    engine.set_deliveries(all(Delivery::FlightRecorder));
    log(2);
    engine.flush().unwrap();
    assert_eq!(memory.lines().len(), 2);
    engine.set_deliveries(Deliveries::new());
    log(3);
    engine.flush().unwrap();
    assert_eq!(numbers(&memory.lines(), "count"), [0, 1, 3]);
    let stats = engine.stats();
    assert!(stats.is_conserved(), "{stats:?}");
    assert_eq!((stats.recorder.kept, stats.report().recorder), (1, 1));
}

fn recording(memory: &Memory) -> Engine {
    let rule = Rule::new(Delivery::FlightRecorder).from(LevelFilter::Debug);
    Builder::new()
        .level(LevelFilter::Debug)
        .sink(memory.clone())
        .deliveries(Deliveries::new().rule(rule))
        .build()
        .unwrap()
}

#[test]
fn the_flight_recorder_is_written_in_front_of_an_error() {
    let memory = Memory::new();
    let engine = recording(&memory);
    engine.scope(|| {
        for count in 0..100_u64 {
            debug!("detail {count}");
            if count % 10 == 0 {
                warn!("known {count}");
            }
        }
    });
    engine.flush().unwrap();
    assert_eq!(memory.lines().len(), 10, "only what is no detail");
    engine.scope(|| error!("what now 7"));
    engine.flush().unwrap();
    let lines = memory.lines();
    assert_eq!(numbers(&lines, "detail"), (0..100).collect::<Vec<u64>>());
    assert!(lines[110].ends_with("what now 7"), "{}", lines[110]);
    // What was written is not kept any more.
    engine.scope(|| error!("again 8"));
    engine.flush().unwrap();
    assert_eq!(memory.lines().len(), 112);
    let stats = conserved(&engine);
    assert_eq!((stats.recorder.kept, stats.recorder.written), (0, 100));
}

#[test]
fn the_flight_recorder_keeps_the_youngest() {
    const RECORDS: u64 = 20_000;
    let memory = Memory::new();
    let patient = Overflow::Wait(Duration::from_secs(60));
    let rule = Rule::new(Delivery::FlightRecorder);
    let engine = Builder::new()
        .sink(memory.clone())
        .chain(Delivery::FlightRecorder, patient)
        .deliveries(Deliveries::new().rule(rule))
        .build()
        .unwrap();
    engine.scope(|| (0..RECORDS).for_each(|count| info!("detail {count}")));
    engine.flush().unwrap();
    assert!(memory.lines().is_empty());
    let stats = engine.stats();
    assert!(stats.is_conserved(), "{stats:?}");
    let kept = stats.recorder.kept;
    assert_eq!(kept + stats.recorder.overwritten, RECORDS);
    assert!(kept > 1000 && kept < RECORDS, "{kept}");
    engine.write_recorder();
    engine.flush().unwrap();
    assert!(numbers(&memory.lines(), "detail") == (RECORDS - kept..RECORDS).collect::<Vec<_>>());
    let stats = engine.stats();
    assert!(stats.is_conserved(), "{stats:?}");
    let report = stats.report();
    let parts = report.written + report.lost + report.pending + report.recorder;
    assert_eq!((report.emitted, report.recorder), (parts, RECORDS - kept));
}

#[test]
fn more_is_kept_than_the_spool_has_room_for() {
    let gated = Gated::shut();
    let engine = Builder::new()
        .sink(gated.clone())
        .spool_bytes(256 << 10)
        .recorder_bytes(1 << 20)
        .chain(Delivery::FlightRecorder, Overflow::Wait(Duration::from_secs(60)))
        .deliveries(
            Deliveries::new().rule(Rule::new(Delivery::FlightRecorder).from(LevelFilter::Info)),
        )
        .build()
        .unwrap();
    engine.scope(|| (0..20_000_u64).for_each(|count| info!("detail {count}")));
    thread::scope(|scope| {
        scope.spawn(|| engine.scope(|| error!("what now 7")));
        thread::sleep(Duration::from_millis(20));
        gated.open();
    });
    engine.flush().unwrap();
    let lines = gated.lines();
    let stats = conserved(&engine);
    let found = numbers(&lines, "detail");
    assert_eq!(found.len() as u64, stats.recorder.written);
    assert!(found.is_sorted() && *found.last().unwrap() == 19_999);
    assert!(lines.last().unwrap().ends_with("what now 7"), "{:?}", lines.last());
}

#[test]
fn a_wait_in_vain_is_counted_and_timed() {
    let gated = Gated::shut();
    let moment = Duration::from_millis(1);
    // Nothing in it lends the drain a hand, so the wait is tried however far behind the drain is.
    let chain = Chain::new([Step::Wait(moment), Step::DropNewest]);
    let engine = Builder::new()
        .sink(gated.clone())
        .ring_bytes(4 << 10)
        .spool_bytes(256 << 10)
        .chain(Delivery::BestEffort, chain)
        .build()
        .unwrap();
    engine.scope(|| (0..20_000_u64).for_each(|count| info!("count {count}")));
    let health = engine.health();
    let (waits, drops) = (health.step(Step::Wait(moment)), health.step(Step::DropNewest));
    assert!(waits.tried > waits.helped && waits.longest >= moment, "{waits:?}");
    assert!(drops.tried > 0 && drops.tried == conserved(&engine).lost().total());
    gated.open();
}

#[test]
fn each_step_of_a_chain_is_counted() {
    let gated = Gated::shut();
    let moment = Duration::from_millis(1);
    let chain = Chain::new([
        Step::Wait(moment),
        Step::Spill,
        Step::Assist(moment),
        Step::DirectWrite(moment),
        Step::DropNewest,
    ]);
    let engine = Builder::new()
        .sink(gated.clone())
        .ring_bytes(4 << 10)
        .max_ring_bytes(8 << 10)
        .spool_bytes(256 << 10)
        .chain(Delivery::BestEffort, chain)
        .build()
        .unwrap();
    engine.scope(|| (0..20_000_u64).for_each(|count| info!("count {count}")));
    let health = engine.health();
    let step = |step| health.step(step);
    assert_eq!(step(Step::Spill).helped, 1);
    assert!(step(Step::Assist(moment)).tried >= step(Step::DirectWrite(moment)).tried);
    assert!(step(Step::DirectWrite(moment)).tried > 0);
    let lost = conserved(&engine).lost().total();
    assert_eq!(step(Step::DropNewest).tried, lost);
    assert!(lost > 0 && health.high_water_bytes > 3 << 10, "{health:?}");
    assert!(health.oldest.is_some());
    assert_ne!(health.strategy, Strategy::Patient);
    gated.open();
    engine.flush().unwrap();
    let health = engine.health();
    assert_eq!((health.depth_bytes, health.oldest), (0, None));
}
