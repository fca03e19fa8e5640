//! What an engine writes is what was logged: sites, types, threads, sessions.

use std::fs;
use std::path::Path;

use hydra_log::sink::{File, Memory};
use hydra_log::{Builder, Engine, LevelFilter, Output, Record, debug, info, warn};
use hydra_log_core::record::ValueRef;
use hydra_log_core::render::Types;
use hydra_log_decode::{Blocks, Found, Reader};

use crate::support::read;

#[derive(Debug, Record)]
struct Point {
    x: i32,
    y: i32,
}

fn engine(output: Output) -> Engine {
    Builder::new().level(LevelFilter::Trace).sink(output).build().unwrap()
}

/// Every event as a short text.
fn shown(log: &[u8]) -> Vec<String> {
    let mut reader = Reader::new(log);
    let mut lines = Vec::new();
    while let Some(found) = reader.next() {
        let Found::Event(event) = found else { panic!("{found:?}") };
        let site = event.site().unwrap();
        let thread = event.thread().and_then(|thread| thread.name.clone()).unwrap_or_default();
        let values: Vec<String> =
            event.record.values().map(|value| format!("{:?}", value.unwrap())).collect();
        lines.push(format!("{} {thread} {} {}", site.level, site.template, values.join(" ")));
    }
    lines
}

#[test]
fn sites_threads_and_types_are_known() {
    let memory = Memory::new();
    let engine = engine(Output::new(memory.clone()).binary());
    let log = |count: u64| {
        engine.scope(|| {
            info!("count {count}");
            warn!("text", name = "é", point = Point { x: 1, y: -2 });
        });
    };
    log(1);
    std::thread::scope(|scope| {
        let other = std::thread::Builder::new().name("other".to_owned());
        other.spawn_scoped(scope, || log(2)).unwrap();
    });
    engine.flush().unwrap();
    // A later batch knows the sites already.
    log(3);
    drop(engine);
    let bytes = memory.take();
    let lines = shown(&bytes);
    assert_eq!(lines.len(), 6);
    assert!(lines[0].starts_with("INFO ") && lines[0].ends_with("count {0} U64(1)"), "{lines:?}");
    assert!(lines[2].starts_with("INFO other count"), "{lines:?}");
    assert!(lines[3].starts_with("WARN other text Str(\"é\") Struct"), "{lines:?}");
    let mut reader = Reader::new(&bytes[..]);
    let named = loop {
        let Some(Found::Event(event)) = reader.next() else { panic!("no struct") };
        if let Some(Ok(ValueRef::Struct(point))) = event.record.get(1) {
            break event.session.type_site(point.site()).unwrap().name.to_owned();
        }
    };
    assert_eq!(named, "Point");
}

#[test]
fn a_restart_appends_a_session() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("app.hlog");
    for run in 0..3_u32 {
        let engine = engine(File::binary(&path).unwrap());
        engine.scope(|| info!("run {run}"));
        drop(engine);
        if run == 1 {
            // As if the process had died in the middle of a write.
            let torn = fs::read(&path).unwrap();
            fs::write(&path, &torn[..torn.len() - 20]).unwrap();
        }
    }
    let log = fs::read(&path).unwrap();
    let (stamps, problems) = read(&log);
    assert_eq!((stamps.len(), problems.len()), (2, 1), "{problems:?}");
    assert!(problems[0].to_string().contains("the process ended while it wrote"), "{problems:?}");
}

/// Logs until the file stands at its path again.
fn log_until_there(engine: &Engine, path: &Path) {
    for round in 0..400 {
        engine.scope(|| info!("round {round}"));
        engine.flush().unwrap();
        if path.exists() {
            return;
        }
        std::thread::sleep(core::time::Duration::from_millis(50));
    }
    panic!("never opened again");
}

#[test]
fn a_moved_file_and_the_next_one_are_read_alone() {
    let directory = tempfile::tempdir().unwrap();
    let (path, moved) = (directory.path().join("app.hlog"), directory.path().join("app.hlog.1"));
    let engine = engine(File::binary(&path).unwrap());
    engine.scope(|| info!("before"));
    engine.flush().unwrap();
    fs::rename(&path, &moved).unwrap();
    log_until_there(&engine, &path);
    engine.scope(|| info!("after"));
    let written = engine.shutdown(core::time::Duration::from_secs(30)).written;
    let (old, new) = (shown(&fs::read(&moved).unwrap()), shown(&fs::read(&path).unwrap()));
    assert!(old[0].contains("before") && new[new.len() - 1].contains("after"));
    assert_eq!((old.len() + new.len()) as u64, written);
}

#[test]
fn levels_are_kept_apart_and_the_counts_add_up() {
    let memory = Memory::new();
    let output = Output::new(memory.clone()).binary().level(LevelFilter::Warn);
    // Without a sink that takes them, there would be no debug records at all.
    let engine = Builder::new().level(LevelFilter::Trace).sink(output).sink(Memory::new());
    let engine = engine.build().unwrap();
    engine.scope(|| {
        for n in 0..10_000_u32 {
            debug!("passed over {n}");
            warn!("kept {n}");
        }
    });
    engine.flush().unwrap();
    let stats = engine.stats();
    let sink = &stats.sinks[0];
    assert!(sink.is_conserved(), "{sink:?}");
    assert_eq!((sink.written, sink.skipped, sink.lost), (10_000, 10_000, 0));
    drop(engine);
    let bytes = memory.take();
    assert_eq!(read(&bytes).0.len(), 10_000);
    let mut blocks = Blocks::new(&bytes[..]);
    let mut last = None;
    while let Some(block) = blocks.next() {
        last = block.unwrap().head.kind();
    }
    assert_eq!(last, Some(hydra_log_core::block::Kind::End));
}
