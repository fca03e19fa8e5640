//! Levels that change for a while, on every thread, and what is read again.
#![allow(unsafe_code, reason = "sends a signal")]

use core::time::Duration;
use std::fs;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use hydra_log::control::{Override, OverrideError, Scope};
use hydra_log::sink::Memory;
use hydra_log::{Builder, Engine, Error, Layer, LevelFilter, Output, debug, info, trace};

/// An engine without threads, and what it wrote since it was last asked.
fn engine(builder: Builder) -> (Engine, impl Fn(&Engine) -> Vec<String>) {
    let memory = Memory::new();
    let engine = builder.sink(memory.clone()).workers(0).build().unwrap();
    let lines = move |engine: &Engine| {
        engine.flush().unwrap();
        let text = String::from_utf8(memory.take()).unwrap();
        text.lines().map(|line| line.rsplit(' ').next().unwrap_or_default().to_owned()).collect()
    };
    (engine, lines)
}

/// Waits until something is so, for 10 s.
pub fn soon(mut is_so: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(10);
    while !is_so() {
        if Instant::now() > end {
            return false;
        }
        thread::sleep(Duration::from_millis(2));
    }
    true
}

#[test]
fn a_target_for_a_while_on_every_thread() {
    let (engine, lines) = engine(Builder::new().level(LevelFilter::Info));
    let log = || {
        engine.scope(|| debug!(target: "live::net::tls", "a"));
        thread::scope(|scope| {
            scope.spawn(|| engine.scope(|| debug!(target: "live::net", "b")));
        });
        engine.scope(|| debug!(target: "live::network", "c"));
        lines(&engine)
    };
    assert!(log().is_empty());
    let change = Override::target("live::net", LevelFilter::Debug);
    engine.put_override(change.lasting(Duration::from_millis(400))).unwrap();
    let list = engine.overrides();
    assert_eq!((list[0].name.as_str(), list[0].callsites), ("live::net", 2));
    assert!(list[0].left.unwrap() <= Duration::from_millis(400));
    assert_eq!(log(), ["a", "b"]);
    assert!(soon(|| engine.overrides().is_empty()));
    assert!(soon(|| log().is_empty()), "the gates follow");
}

#[test]
fn several_nest_and_one_leaves_without_the_others() {
    let (engine, lines) = engine(Builder::new().level(LevelFilter::Info));
    let log = || {
        engine.scope(|| {
            trace!(target: "nest::a", "trace");
            debug!(target: "nest::a", "debug");
            info!(target: "nest", "info");
        });
        lines(&engine)
    };
    let put = |text: &str, name: &str| {
        engine.put_override(text.parse::<Override>().unwrap().named(name)).unwrap();
    };
    put("nest::a=debug", "one");
    put("nest::a=trace", "two");
    put("off", "quiet");
    assert_eq!(log(), ["trace", "debug"]);
    assert!(engine.remove_override("two") && !engine.remove_override("two"));
    assert_eq!(log(), ["debug"]);
    assert!(engine.remove_override("quiet"));
    assert_eq!(log(), ["debug", "info"]);
    assert_eq!((engine.reset_overrides(), engine.reset_overrides()), (1, 0));
    assert_eq!(log(), ["info"]);
}

#[test]
fn layers_and_lines_have_levels_of_their_own() {
    let api = Memory::new();
    let layer = Layer::new("API").target("live::api").level(LevelFilter::Error).sink(api.clone());
    let (engine, lines) = engine(Builder::new().layer(layer).level(LevelFilter::Info));
    let here = line!() + 3;
    let log = || {
        engine.scope(|| {
            debug!("here");
            debug!("there");
            debug!(layer: "API", "named");
            debug!(target: "live::api::v2", "routed");
        });
        (lines(&engine), String::from_utf8(api.take()).unwrap().lines().count())
    };
    assert_eq!(log(), (vec![], 0));
    engine.put_override(Override::layer("API", LevelFilter::Debug)).unwrap();
    assert_eq!(log(), (vec![], 2));
    engine.put_override(Override::callsite("it/control.rs", here, LevelFilter::Trace)).unwrap();
    assert_eq!(log(), (vec!["here".to_owned()], 2));
    engine.put_override(Override::target("live::api", LevelFilter::Off)).unwrap();
    assert_eq!(log(), (vec!["here".to_owned()], 1), "a target is closer than a layer");
    engine.reset_overrides();
    assert_eq!(log(), (vec![], 0));
}

#[test]
fn an_outputs_own_level_holds() {
    let memory = Memory::new();
    let output = Output::new(memory.clone()).level(LevelFilter::Warn);
    let engine = Builder::new().sink(output).workers(0).build().unwrap();
    engine.put_override(Override::everything(LevelFilter::Trace)).unwrap();
    engine.scope(|| info!("x"));
    engine.flush().unwrap();
    assert!(memory.lines().is_empty());
}

#[test]
fn slips_change_nothing() {
    let (engine, _) = engine(Builder::new());
    let odd = Override::new(Scope::Layer("a\nb".to_owned()), LevelFilter::Off);
    assert!(matches!(engine.put_override(odd), Err(OverrideError::Scope { .. })));
    let odd = Override::everything(LevelFilter::Off).named("");
    assert!(matches!(engine.put_override(odd), Err(OverrideError::Name { .. })));
    assert!(engine.overrides().is_empty());
}

#[test]
fn a_filters_file_is_read_again_and_a_wrong_one_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("filter");
    fs::write(&path, "info").unwrap();
    let (engine, lines) = engine(Builder::new().filter_file(&path).unwrap());
    let log = || {
        engine.scope(|| debug!(target: "live::file", "x"));
        lines(&engine).len()
    };
    assert_eq!(log(), 0);
    fs::write(&path, "info\nlive::file=debug  # for now\n").unwrap();
    engine.reload().unwrap();
    assert_eq!(log(), 1);
    fs::write(&path, "info\nlive::file=loud").unwrap();
    let error = engine.reload().unwrap_err().to_string();
    assert!(error.contains("`loud`") && error.contains("filter"), "{error}");
    assert_eq!(log(), 1);
    assert!(Builder::new().filter_file(&path).is_err());
}

#[test]
fn what_the_program_reads_again_may_fail_and_panic() {
    let wrong = Builder::new()
        .reload_by(|_| Err::<(), _>("no such file"))
        .reload_by(|engine| {
            engine.set_level(LevelFilter::Trace);
            Ok::<(), Error>(())
        })
        .reload_by(|_| -> Result<(), Error> { panic!("in a hook") });
    let (engine, lines) = engine(wrong);
    let error = engine.reload().unwrap_err();
    assert_eq!(error.reasons.len(), 2);
    assert_eq!(error.reasons[0], "no such file");
    engine.scope(|| trace!("x"));
    assert_eq!(lines(&engine), ["x"], "the one that worked did");
}

#[cfg(unix)]
#[test]
fn a_hangup_reads_everything_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("filter");
    fs::write(&path, "info").unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    let builder = Builder::new()
        .on_error(move |error| kept.lock().unwrap().push(error.to_string()))
        .filter_file(&path)
        .unwrap()
        .reload_on_hangup();
    let (engine, lines) = engine(builder);
    let log = || {
        engine.scope(|| debug!(target: "live::hangup", "x"));
        lines(&engine).len()
    };
    // What a program gets from its administrator.
    // SAFETY: race: there is a handler, so the signal does not end the process.
    let hang_up = || unsafe { libc::raise(libc::SIGHUP) };
    assert_eq!(log(), 0);
    fs::write(&path, "debug").unwrap();
    hang_up();
    assert!(soon(|| log() == 1));
    fs::write(&path, "debug,live=loud").unwrap();
    hang_up();
    assert!(soon(|| !told.lock().unwrap().is_empty()));
    assert!(told.lock().unwrap()[0].contains("loud"), "{told:?}");
    assert_eq!(log(), 1);
}
