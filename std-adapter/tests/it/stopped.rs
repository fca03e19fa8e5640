//! Threads that are stopped in the middle of a call: their records come in order, or marked late.
#![allow(unsafe_code, reason = "sends signals to threads")]

use core::fmt;
use core::hint;
use core::sync::atomic::{AtomicBool, AtomicUsize};
use core::time::Duration;
use std::os::unix::thread::JoinHandleExt;
use std::sync::{Arc, Barrier, Mutex};
use std::time::Instant;
use std::{env, thread};

use hydra_log::format::{Buffer, Event, Format};
use hydra_log::sink::{Sink, WriteError};
use hydra_log::{Builder, Deliveries, Delivery, Engine, Order, Output, Rule, info};
use hydra_log_core::record::Flags;

use crate::common::conserved;
use crate::ord;

const THREADS: usize = 8;

/// An argument that takes a while, up to so many turns: the time between stamp and publishing.
struct Slow(u64, u64);

impl fmt::Display for Slow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (0..self.0 % self.1).for_each(|_| hint::spin_loop());
        write!(f, "{}", self.0)
    }
}

/// Looks at every record instead of writing it.
#[derive(Clone, Default)]
struct Looks(Arc<Mutex<Looked>>);

#[derive(Default)]
struct Looked {
    records: u64,
    newest: u64,
    marked: u64,
    inversions: u64,
}

impl Format for Looks {
    fn write(&self, event: &Event<'_>, out: &mut Buffer) {
        let mut looked = self.0.lock().unwrap();
        let is_marked = event.record.flags().contains(Flags::OUT_OF_ORDER);
        looked.records += 1;
        looked.marked += u64::from(is_marked);
        looked.inversions += u64::from(event.time_ns < looked.newest && !is_marked);
        looked.newest = looked.newest.max(event.time_ns);
        out.push_str("\n");
    }
}

struct Nowhere;

impl Sink for Nowhere {
    fn write(&mut self, _lines: &[u8]) -> Result<(), WriteError> {
        Ok(())
    }

    fn name(&self) -> String {
        "nowhere".to_owned()
    }
}

/// How long calls took: buckets of an eighth of a power of two, in nanoseconds.
struct Latencies(Vec<u64>);

impl Latencies {
    fn new() -> Self {
        Self(vec![0; 64 * 8])
    }

    fn add(&mut self, time: Duration) {
        let ns = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).max(8);
        let power = ns.ilog2();
        let eighth = (ns >> (power - 3)) & 7;
        self.0[power as usize * 8 + eighth as usize] += 1;
    }

    fn merge(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(sum, count)| *sum += count);
    }

    /// The least time that so many of a million calls did not exceed, in nanoseconds.
    fn at(&self, of_a_million: u64) -> u64 {
        let all: u64 = self.0.iter().sum();
        let wanted = (u128::from(all) * u128::from(of_a_million)).div_ceil(1_000_000);
        let mut seen = 0_u128;
        let place = self.0.iter().position(|count| {
            seen += u128::from(*count);
            seen >= wanted
        });
        let place = place.unwrap_or(0) as u64;
        let (power, eighth) = (place / 8, place % 8);
        (9 + eighth) << power >> 3
    }
}

#[test]
fn latencies_are_read_off_their_buckets() {
    let mut latencies = Latencies::new();
    (0..999).for_each(|_| latencies.add(Duration::from_nanos(100)));
    latencies.add(Duration::from_micros(50));
    let (middle, high, most) =
        (latencies.at(500_000), latencies.at(999_000), latencies.at(1_000_000));
    assert!((100..=112).contains(&middle) && high == middle, "{middle} {high}");
    assert!((50_000..=57_344).contains(&most), "{most}");
}

static STOPS: AtomicUsize = AtomicUsize::new(0);

extern "C" fn stop(_signal: libc::c_int) {
    let count = STOPS.fetch_add(1, ord::handled());
    let nap = libc::timespec { tv_sec: 0, tv_nsec: 1000 * (count as i64 * 7919 % 2000) };
    // SAFETY: bounds: the time outlives the call.
    unsafe { libc::nanosleep(&raw const nap, core::ptr::null_mut()) };
}

fn run(order: Order) {
    let records = env::var("HYDRA_TEST_STOPPED").ok().and_then(|text| text.parse().ok());
    // Asked for, calls are timed; by and large the clock is what that costs.
    let is_long = records.is_some();
    // Where nearly all the time is spent stopped, a hundred million records take hours.
    let (turns, pause) = if is_long { (20, 100) } else { (200, 50) };
    let each: u64 = records.unwrap_or(80_000) / THREADS as u64;
    let looks = Looks::default();
    let engine = Builder::new()
        .order(order)
        .sink(Output::new(Nowhere).format(looks.clone()))
        .deliveries(Deliveries::new().rule(Rule::new(Delivery::MustNotDrop)))
        .build()
        .unwrap();
    // SAFETY: race: the handler sleeps and counts.
    unsafe { libc::signal(libc::SIGUSR1, stop as *const () as libc::sighandler_t) };
    let engine: &'static _ = Box::leak(Box::new(engine));
    let (start, done) = (Arc::new(Barrier::new(THREADS + 1)), Arc::new(AtomicBool::new(false)));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (start, done) = (Arc::clone(&start), Arc::clone(&done));
            thread::spawn(move || {
                start.wait();
                let mut latencies = Latencies::new();
                engine.scope(|| {
                    for count in 0..each {
                        let begun = is_long.then(Instant::now);
                        info!("count {}", Slow(count, turns));
                        begun.into_iter().for_each(|begun| latencies.add(begun.elapsed()));
                    }
                });
                // Stays until nobody sends it a signal any more.
                while !done.load(ord::switch()) {
                    thread::sleep(Duration::from_millis(1));
                }
                latencies
            })
        })
        .collect();
    start.wait();
    let mut turn = 0_usize;
    while looks.0.lock().unwrap().records < each * THREADS as u64 {
        let thread = threads[turn * 5 % THREADS].as_pthread_t();
        // SAFETY: the thread is alive until `done`.
        unsafe { libc::pthread_kill(thread, libc::SIGUSR1) };
        turn += 1;
        thread::sleep(Duration::from_micros(pause));
        if turn.is_multiple_of(1000) {
            let _others_are_slow = engine.flush_within(Duration::from_millis(50));
        }
    }
    done.store(true, ord::switch());
    let mut latencies = Latencies::new();
    threads.into_iter().for_each(|thread| latencies.merge(&thread.join().unwrap()));
    engine.flush().unwrap();
    let stats = conserved(engine);
    let looked = looks.0.lock().unwrap();
    println!(
        "{order:?}: {} records, {} stops, {} inversions, {} marked late",
        looked.records,
        STOPS.load(ord::handled()),
        looked.inversions,
        looked.marked,
    );
    if is_long {
        let [half, high, higher, most] =
            [500_000, 990_000, 999_000, 1_000_000].map(|of| latencies.at(of));
        println!(
            "{order:?}: a call took {half} ns (half of them), {high} (99 %), {higher} (99.9 %), \
             {most} at the most, its stops and a slow argument included"
        );
    }
    assert_eq!((stats.emitted(), stats.lost().total()), (each * THREADS as u64, 0));
    assert_eq!((looked.inversions, looked.marked), (0, stats.late));
    assert!(turn > 10, "nobody was stopped");
}

#[test]
fn a_stopped_thread_is_waited_for() {
    run(Order::Grace);
}

#[test]
fn a_stopped_thread_is_waited_for_where_order_is_proven() {
    run(Order::Proven);
}

/// How many threads log at a time.
const WAVE: u64 = 50;

/// So many threads log their last words, some at a time, and end.
fn wave(engine: &Engine, threads: u64, between: impl Fn(&Engine)) {
    for _ in 0..threads / WAVE {
        thread::scope(|scope| {
            let last = || engine.scope(|| (0..3).for_each(|count| info!("last {count}")));
            let threads: Vec<_> = (0..WAVE).map(|_| scope.spawn(last)).collect();
            // The end of the scope does not wait for their destructors, where rings are left.
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        });
        between(engine);
    }
}

#[test]
fn ten_thousand_threads_come_and_go() {
    const STORM: u64 = 10_000;
    let looks = Looks::default();
    let engine = Builder::new()
        .sink(Output::new(Nowhere).format(looks.clone()))
        .deliveries(Deliveries::new().rule(Rule::new(Delivery::MustNotDrop)))
        .build()
        .unwrap();
    // Threads end before the drain has seen what they logged, or had a turn at all: how many rings
    // that takes is up to the system's scheduler.
    wave(&engine, STORM / 2, |_engine| {});
    engine.flush().unwrap();
    let rings = conserved(&engine).rings.len() as u64;
    assert!(rings <= STORM / 2, "{rings}");
    // From now on the drain has seen everything before the next threads come: not one ring more.
    wave(&engine, STORM / 2, |engine| engine.flush().unwrap());
    let stats = conserved(&engine);
    assert_eq!((stats.emitted(), stats.lost().total()), (3 * STORM, 0));
    assert_eq!(looks.0.lock().unwrap().records, 3 * STORM);
    let at_the_end = stats.rings.len() as u64;
    assert!(at_the_end <= rings.max(WAVE + 1), "{at_the_end} rings, {rings} before");
}
