//! A killed process's records keep what their context added, in text and in JSON.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use hydra_log::crash::Recovery;
use hydra_log::format::Json;
use hydra_log::sink::{File, Memory};
use hydra_log::{Builder, Context, Engine, Output, info};

const PLACE: &str = "HYDRA_TEST_CONTEXT_PLACE";

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
    engine.scope(|| {
        for count in 0..100 {
            let _entered = Context::new().with("request_id", count).enter();
            info!(target: "dead", "count {count}");
        }
        std::process::abort();
    });
}

#[test]
fn what_is_recovered_has_its_context() {
    let place = tempfile::tempdir().unwrap();
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "crash::as_child", "--ignored", "--nocapture", "--test-threads=1"])
        .env(PLACE, place.path())
        .output()
        .unwrap();
    assert!(!child.status.success());
    let rings = place.path().join("rings");
    let memory = Memory::new();
    let output = Output::new(memory.clone()).format(Json::new());
    Recovery::new(&rings).output(output).keep(true).run().unwrap();
    let lines = memory.lines();
    assert_eq!(lines.len(), 100);
    for (count, line) in lines.iter().enumerate() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            (&line["fields"]["request_id"], &line["recovered"]),
            (&count.into(), &true.into())
        );
    }
    let file = File::open(place.path().join("app.log")).unwrap();
    Recovery::new(&rings).output(file).run().unwrap();
    let text = fs::read_to_string(place.path().join("app.log")).unwrap();
    assert!(text.ends_with("dead: count 99 request_id=99 [recovered]\n"), "{text}");
}
