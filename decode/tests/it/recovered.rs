//! What a process had still to write when it died comes into the same log, once, and marked.

use core::time::Duration;
use std::path::Path;
use std::process::Command;
use std::{env, fs, process, thread};

use hydra_log::sink::File;
use hydra_log::{Builder, Engine, Overflow, info, warn};
use hydra_log_core::record::ValueRef;
use hydra_log_decode::{Found, Reader};

const THREADS: u64 = 3;
const RECORDS: u64 = 5000;

fn engine(place: &Path) -> Engine {
    Builder::new()
        .overflow(Overflow::Wait(Duration::from_secs(60)))
        .crash_proof(place.join("rings"))
        .sink(File::binary(place.join("app.hlog")).unwrap())
        .build()
        .unwrap()
}

#[test]
fn a_dead_process_s_records_are_in_the_log_once() {
    let place = tempfile::tempdir().unwrap();
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "recovered::as_child", "--ignored", "--nocapture", "--test-threads=1"])
        .env("HYDRA_TEST_PLACE", place.path())
        .output()
        .unwrap();
    assert!(!child.status.success(), "it was to die");
    let engine = engine(place.path());
    let recovered = engine.stats().recovered;
    engine.scope(|| warn!("the next process"));
    drop(engine);

    let log = fs::read(place.path().join("app.hlog")).unwrap();
    let mut reader = Reader::new(&log[..]);
    let (mut next, mut marked, mut others) = ([0; THREADS as usize], 0, 0);
    while let Some(found) = reader.next() {
        let event = match found {
            Found::Event(event) => event,
            // The block that the child had begun was completed.
            Found::Problem(problem) => panic!("{problem}"),
        };
        let mut values = event.record.values();
        let (Some(Ok(ValueRef::U64(thread))), Some(Ok(ValueRef::U64(count)))) =
            (values.next(), values.next())
        else {
            others += 1;
            continue;
        };
        assert_eq!(event.site().unwrap().template, "thread {0} {1}");
        let expected = &mut next[thread as usize];
        assert_eq!(count, *expected, "thread {thread}");
        *expected += 1;
        marked += u64::from(event.session.recovered);
    }
    assert_eq!((next, others), ([RECORDS; THREADS as usize], 1));
    assert!(marked > 0 && marked == recovered, "{marked} of {recovered}");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn as_child() {
    let Some(place) = env::var_os("HYDRA_TEST_PLACE") else { return };
    let engine = engine(Path::new(&place));
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let engine = &engine;
            scope.spawn(move || {
                engine.scope(|| (0..RECORDS).for_each(|count| info!("thread {thread} {count}")));
            });
        }
    });
    process::abort();
}
