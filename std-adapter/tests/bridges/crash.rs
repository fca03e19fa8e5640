//! Records of other loggers outlive the process as ours do, names included.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use hydra_log::bridge;
use hydra_log::crash::Recovery;
use hydra_log::sink::File;
use hydra_log::{Builder, Engine};

const PLACE: &str = "HYDRA_TEST_BRIDGE_PLACE";

fn engine(place: &Path) -> Engine {
    // Without a worker nothing leaves the ring, and is only found by the next start.
    let builder = Builder::new().workers(0).crash_proof(place.join("rings"));
    builder.sink(File::open(place.join("app.log")).unwrap()).build().unwrap()
}

#[test]
#[ignore = "the child of the test below"]
fn as_child() {
    let Ok(place) = env::var(PLACE) else { return };
    let engine = engine(Path::new(&place));
    bridge::log::install().unwrap();
    engine.scope(|| {
        log::info!(target: "dead", user = 7; "hello {}", "world");
        std::process::abort();
    });
}

#[test]
fn a_dead_programs_records_have_their_names() {
    let place = tempfile::tempdir().unwrap();
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "crash::as_child", "--ignored", "--nocapture", "--test-threads=1"])
        .env(PLACE, place.path())
        .output()
        .unwrap();
    assert!(!child.status.success());
    let found = Recovery::new(place.path().join("rings"))
        .output(File::open(place.path().join("app.log")).unwrap())
        .run()
        .unwrap();
    assert_eq!(found.iter().map(|process| process.records).sum::<u64>(), 1);
    let text = fs::read_to_string(place.path().join("app.log")).unwrap();
    assert!(text.contains(" INFO dead: hello world user=7 [recovered]"), "{text}");
}
