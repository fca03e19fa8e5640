//! Calls that return when their record is on the disk.

use core::time::Duration;
use std::io;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use hydra_log::sink::{File, Sink, WriteError};
use hydra_log::{Builder, Deliveries, Delivery, Durability, Engine, Output, Rule, info};

use crate::common::{conserved, until};

/// A disk that is put to work by hand.
#[derive(Clone, Default)]
struct Disk(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    written: Vec<u8>,
    /// How many bytes are on the disk.
    synced: usize,
    syncs: u64,
    stands_still: bool,
    fails: bool,
}

impl Disk {
    fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        let result = work(&mut self.0.0.lock().unwrap());
        self.0.1.notify_all();
        result
    }

    fn holds(&self, word: &str) -> bool {
        self.with(|state| {
            String::from_utf8_lossy(&state.written[..state.synced]).contains(&format!("{word}\n"))
        })
    }
}

impl Sink for Disk {
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        self.with(|state| state.written.extend_from_slice(lines));
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let (state, changed) = &*self.0;
        let mut state = changed.wait_while(state.lock().unwrap(), |it| it.stands_still).unwrap();
        if state.fails {
            return Err(io::Error::other("told to fail"));
        }
        state.synced = state.written.len();
        state.syncs += 1;
        Ok(())
    }

    fn name(&self) -> String {
        "disk".to_owned()
    }
}

fn engine(disk: &Disk, when: Durability) -> Engine {
    let rule = Rule::new(Delivery::Guaranteed).target("orders");
    Builder::new()
        .sink(Output::new(disk.clone()).durable(when))
        .deliveries(Deliveries::new().rule(rule))
        .on_error(|_error| {})
        .build()
        .unwrap()
}

#[test]
fn a_guaranteed_call_returns_when_its_record_is_on_the_disk() {
    let disk = Disk::default();
    let engine = engine(&disk, Durability::Guaranteed);
    thread::scope(|scope| {
        for place in 0..4 {
            let (disk, engine) = (&disk, &engine);
            scope.spawn(move || {
                engine.scope(|| {
                    for count in 0..50 {
                        info!(target: "orders", "order {place}-{count}");
                        assert!(disk.holds(&format!("order {place}-{count}")), "returned before");
                    }
                });
            });
        }
    });
    let stats = conserved(&engine);
    assert_eq!((engine.health().confirmed, engine.health().unconfirmed), (200, 0));
    assert_eq!(stats.sinks[0].syncs, disk.with(|state| state.syncs));
    // What nobody waits for is not put there.
    engine.scope(|| info!("something else"));
    engine.flush().unwrap();
    assert!(!disk.holds("something else"));
    assert_eq!(conserved(&engine).sinks[0].syncs, stats.sinks[0].syncs);
}

#[test]
fn one_sync_serves_all_that_wait() {
    let disk = Disk::default();
    let engine = engine(&disk, Durability::Guaranteed);
    disk.with(|state| state.stands_still = true);
    thread::scope(|scope| {
        let call = |place: u64| engine.scope(|| info!(target: "orders", "order {place}"));
        scope.spawn(move || call(0));
        until("written", || disk.with(|state| !state.written.is_empty()));
        (1..8).for_each(|place| drop(scope.spawn(move || call(place))));
        until("emitted", || engine.stats().emitted() == 8);
        disk.with(|state| state.stands_still = false);
    });
    assert_eq!((engine.health().confirmed, engine.health().unconfirmed), (8, 0));
    let syncs = conserved(&engine).sinks[0].syncs;
    println!("8 calls, {syncs} syncs");
    assert!((2..=3).contains(&syncs), "{syncs} syncs for 8 calls");
}

#[test]
fn a_call_whose_record_the_disk_refused_is_unconfirmed() {
    let disk = Disk::default();
    let engine = engine(&disk, Durability::Guaranteed);
    disk.with(|state| state.fails = true);
    engine.scope(|| info!(target: "orders", "order 1"));
    assert_eq!((engine.health().confirmed, engine.health().unconfirmed), (0, 1));
    assert_eq!(conserved(&engine).sinks[0].errors, 1);
    disk.with(|state| state.fails = false);
    engine.scope(|| info!(target: "orders", "order 2"));
    assert_eq!((engine.health().confirmed, engine.health().unconfirmed), (1, 1));
}

#[test]
fn every_batch_may_be_put_on_the_disk() {
    let disk = Disk::default();
    let engine = engine(&disk, Durability::All);
    engine.scope(|| info!("something else"));
    engine.flush().unwrap();
    assert!(disk.holds("something else"));
    // And on a real one.
    let directory = tempfile::tempdir().unwrap();
    let file = File::open(directory.path().join("app.log")).unwrap();
    let output = Output::new(file).durable(Durability::All);
    let engine = Builder::new().sink(output).build().unwrap();
    engine.scope(|| info!("something else"));
    engine.flush_within(Duration::from_secs(30)).unwrap();
    assert_eq!(conserved(&engine).sinks[0].syncs, 1);
}
