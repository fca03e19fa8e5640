//! Sinks and levels as the builder puts them together.

use core::cell::Cell;
use core::future::Future;
use core::task::{Context, Poll, Waker};
use std::pin::pin;
use std::{fs, thread};

use hydra_log::format::{ColourMode, Csv, Json, Theme};
use hydra_log::sink::{File, Memory};
use hydra_log::{Builder, LevelFilter, Output, debug, error, info, log_enabled};

use crate::common::conserved;

#[test]
fn text_and_json_side_by_side() {
    let (text, json) = (Memory::new(), Memory::new());
    let engine = Builder::new()
        .sink(text.clone())
        .sink(Output::new(json.clone()).format(Json::new()))
        .build()
        .unwrap();
    engine.scope(|| info!(target: "shop", user.id = 7, "sold {} of {item:?}", 3, item = "tea"));
    engine.flush().unwrap();
    let line = &text.lines()[0];
    assert!(line.contains(" INFO shop: sold 3 of \"tea\""), "{line}");
    let value: serde_json::Value = serde_json::from_str(&json.lines()[0]).unwrap();
    assert_eq!(value["level"], "INFO");
    assert_eq!(value["target"], "shop");
    assert_eq!(value["fields"]["message"], "sold 3 of \"tea\"");
    assert_eq!(value["fields"]["user.id"], 7);
    conserved(&engine);
}

#[test]
fn levels_change_at_once() {
    let memory = Memory::new();
    let engine = Builder::new().level(LevelFilter::Error).sink(memory.clone()).build().unwrap();
    engine.scope(|| {
        info!("off");
        engine.set_level(LevelFilter::Debug);
        debug!("on");
        engine.set_level(LevelFilter::Off);
        error!("off again");
    });
    engine.flush().unwrap();
    assert_eq!(memory.lines().len(), 1);
    assert_eq!(conserved(&engine).emitted(), 1);
}

#[test]
fn what_is_off_is_not_evaluated() {
    let memory = Memory::new();
    let engine = Builder::new().level(LevelFilter::Error).sink(memory.clone()).build().unwrap();
    let evaluated = Cell::new(false);
    engine.scope(|| {
        debug!("{}", evaluated.replace(true));
        assert!(!evaluated.get());
        error!("{}", evaluated.replace(true));
        assert!(evaluated.get());
        assert!(log_enabled!(hydra_log::Level::Error));
    });
}

#[test]
fn a_flush_is_a_future_that_needs_no_runtime() {
    let memory = Memory::new();
    let engine = Builder::new().sink(memory.clone()).build().unwrap();
    engine.scope(|| info!("awaited"));
    let mut flushing = pin!(engine.flush_async());
    let mut context = Context::from_waker(Waker::noop());
    while flushing.as_mut().poll(&mut context) == Poll::Pending {
        thread::yield_now();
    }
    assert_eq!(memory.lines().len(), 1);
}

#[test]
fn a_moved_file_is_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("app.log");
    let moved = directory.path().join("app.log.1");
    let engine = Builder::new().sink(File::open(&path).unwrap()).build().unwrap();
    engine.scope(|| info!("old"));
    engine.flush().unwrap();
    fs::rename(&path, &moved).unwrap();
    let mut rounds = 0;
    while !path.exists() {
        engine.scope(|| info!("new"));
        engine.flush().unwrap();
        thread::sleep(core::time::Duration::from_millis(50));
        rounds += 1;
        assert!(rounds < 400, "never opened again");
    }
    engine.scope(|| info!("last"));
    engine.flush().unwrap();
    let lines = |path| fs::read_to_string(path).unwrap().lines().count() as u64;
    assert_eq!(lines(&path) + lines(&moved), conserved(&engine).emitted());
}

#[test]
fn a_dropped_engine_has_written_everything() {
    let memory = Memory::new();
    let engine = Builder::new().sink(memory.clone()).build().unwrap();
    engine.scope(|| (0..1000).for_each(|count| info!("count {count}")));
    drop(engine);
    assert_eq!(memory.lines().len(), 1000);
}

#[test]
fn a_file_has_one_header_line_however_often_it_is_opened() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("app.csv");
    for round in 0..3 {
        let output = Output::new(File::open(&path).unwrap()).format(Csv::new());
        let engine = Builder::new().sink(output).build().unwrap();
        engine.scope(|| info!("round {round}"));
        engine.flush().unwrap();
        engine.scope(|| info!("and another"));
    }
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let messages: Vec<_> = rows.iter().map(|row| row[4].to_owned()).collect();
    let expected: Vec<_> =
        (0..3).flat_map(|round| [format!("round {round}"), "and another".to_owned()]).collect();
    assert_eq!(messages, expected);
}

#[test]
fn a_destination_says_whether_it_has_colours() {
    let lines = |mode| {
        let memory = Memory::new();
        let output = Output::new(memory.clone()).theme(Theme::MONO).colour(mode);
        let engine = Builder::new().sink(output).build().unwrap();
        engine.scope(|| hydra_log::error!("x"));
        drop(engine);
        memory.lines()[0].contains("\x1b[7mERROR\x1b[0m")
    };
    assert!(lines(ColourMode::Always));
    assert!(!lines(ColourMode::Never) && !lines(ColourMode::Auto));
}
