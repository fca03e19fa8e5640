//! A process is asked through its socket: by its friends, by garbage, by the slow and by the many.
#![allow(unsafe_code, reason = "forks, and waits for the child")]

use core::time::Duration;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::id;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use hydra_log::control::{AskError, ask};
use hydra_log::sink::Memory;
use hydra_log::{Builder, Engine, Layer, LevelFilter, debug, info};

use crate::control::soon;

struct Asked {
    engine: Engine,
    memory: Memory,
    directory: PathBuf,
    _parent: tempfile::TempDir,
}

/// An engine that listens in a directory of its own.
fn listening(builder: Builder) -> Asked {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("control");
    let memory = Memory::new();
    let engine = builder.sink(memory.clone()).control(&directory).build().unwrap();
    Asked { engine, memory, directory, _parent: parent }
}

impl Asked {
    fn ask(&self, request: &str) -> Result<String, String> {
        let answer = ask(&self.directory, id(), request);
        answer.map(|lines| lines.join("\n")).map_err(|error| error.to_string())
    }

    fn socket(&self) -> PathBuf {
        self.directory.join(format!("{}.sock", id()))
    }

    fn connect(&self) -> UnixStream {
        let stream = UnixStream::connect(self.socket()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }
}

/// Tests that fork, and those that count who connects, one at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn levels_change_and_revert() {
    let asked = listening(Builder::new().level(LevelFilter::Info));
    let log = || {
        asked.engine.scope(|| debug!(target: "ctl::net", "x"));
        asked.engine.flush().unwrap();
        asked.memory.take().len()
    };
    assert_eq!(log(), 0);
    let said = asked.ask("level ctl::net=debug for 300ms as slow").unwrap();
    assert!(said.starts_with("ctl::net=debug for ") && said.ends_with("as slow (1 callsites)"));
    assert!(log() > 0);
    let levels = asked.ask("levels").unwrap();
    assert!(levels.starts_with("filter info\noverride ctl::net=debug for "), "{levels}");
    assert!(soon(|| asked.ask("levels").unwrap() == "filter info"));
    assert!(soon(|| log() == 0));
    asked.ask("level *=trace as all").unwrap();
    assert_eq!(asked.ask("remove some"), Err("no override `some`: in force are all".to_owned()));
    assert_eq!(asked.ask("remove all"), Ok("all has ended".to_owned()));
    asked.ask("level trace").unwrap();
    assert_eq!(asked.ask("reset"), Ok("1 overrides ended".to_owned()));
}

#[test]
fn layers_and_callsites_and_slips() {
    let api = Layer::new("API").level(LevelFilter::Warn).sink(Memory::new());
    let asked = listening(Builder::new().layer(api));
    let line = line!() + 1;
    asked.engine.scope(|| info!(layer: "API", target: "ctl::api", "a {{brace}}"));
    asked.ask("level layer:API=trace").unwrap();
    asked.ask(&format!("level callsite:it/ctl.rs:{line}=off")).unwrap();
    let levels = asked.ask("levels").unwrap();
    assert!(levels.contains("layer API warn\noverride layer:API=trace until removed"), "{levels}");
    assert!(levels.contains(&format!("it/ctl.rs:{line}=off until removed")), "{levels}");
    let sites = asked.ask("callsites ctl::api").unwrap();
    let place = format!(" off INFO ctl::api std-adapter/tests/it/ctl.rs:{line} ");
    assert!(sites.lines().count() == 1 && sites.contains(&place), "{sites}");
    let number = sites.split(' ').next().unwrap();
    asked.ask(&format!("level callsite:{number}=info")).unwrap();
    assert!(asked.ask("callsites ctl::api").unwrap().contains(" on INFO "));
    for (request, named) in [
        ("level layer:APO=trace", "did you mean the layer `API`?"),
        ("level ctl::apo=trace", "did you mean `ctl::api`?"),
    ] {
        let said = asked.ask(request).unwrap();
        assert!(said.contains(named), "{said}");
    }
    for (request, named) in [
        ("", "unknown command ``"),
        ("stat", "did you mean `stats`?"),
        ("stats all", "takes nothing behind it, not `all`"),
        ("level ctl=debgu", "did you mean `debug`?"),
        ("level ctl=debug for ever", "`ever` is no span of time"),
        ("level lyer:API=debug", "names nothing"),
        ("flush soon", "`soon` is no span of time"),
        ("remove x", "no override `x`"),
        ("reload", "nothing is known"),
        ("callsites a=b", "names nothing"),
    ] {
        let said = asked.ask(request).unwrap_err();
        assert!(said.contains(named), "{request}: {said}");
    }
}

#[test]
fn counts_health_flush_and_reload() {
    let asked = listening(Builder::new().reload_by(|engine| {
        engine.set_level(LevelFilter::Trace);
        Ok::<(), AskError>(())
    }));
    asked.engine.scope(|| info!("one"));
    assert_eq!(asked.ask("flush"), Ok("everything is written".to_owned()));
    let stats = asked.ask("stats").unwrap();
    assert!(stats.starts_with("emitted 1\nlost 0\n") && stats.contains(" written 1 "), "{stats}");
    let health = asked.ask("health").unwrap();
    assert!(health.starts_with("strategy Patient\n") && health.contains(" Working "), "{health}");
    assert_eq!(asked.ask("reload"), Ok("read again".to_owned()));
    assert_eq!(asked.ask("levels"), Ok("filter trace".to_owned()));
    assert_eq!(asked.ask("help").unwrap().lines().count(), 10);
}

#[test]
fn the_directory_and_the_socket_are_private() {
    let asked = listening(Builder::new());
    assert_eq!(fs::metadata(&asked.directory).unwrap().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(asked.socket()).unwrap().mode() & 0o777, 0o600);
    let socket = asked.socket();
    drop(asked.engine);
    assert!(!socket.exists(), "an engine that ends takes it away");
    fs::set_permissions(&asked.directory, fs::Permissions::from_mode(0o755)).unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    let hook = move |error: &hydra_log::Error| kept.lock().unwrap().push(error.to_string());
    let builder = Builder::new().sink(Memory::new()).control(&asked.directory).on_error(hook);
    let engine = builder.build().unwrap();
    assert!(told.lock().unwrap()[0].contains("chmod 700"), "{told:?}");
    assert!(!socket.exists());
    let error = ask(&asked.directory, id(), "stats").unwrap_err();
    assert!(matches!(error, AskError::System { .. }), "{error}");
    drop(engine);
}

#[test]
fn who_is_not_there_is_told_of_with_who_is() {
    let asked = listening(Builder::new());
    let error = ask(&asked.directory, 1, "stats").unwrap_err();
    assert!(matches!(&error, AskError::Nobody { process: 1, others, .. } if others == &[id()]));
    assert!(error.to_string().ends_with(&format!("but these do: {}", id())), "{error}");
    let nowhere = ask(Path::new("/nowhere/at/all"), id(), "stats").unwrap_err();
    assert!(nowhere.to_string().contains("Builder::control"), "{nowhere}");
}

#[test]
fn a_second_engine_of_a_process_is_told_that_the_place_is_taken() {
    let asked = listening(Builder::new());
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    let hook = move |error: &hydra_log::Error| kept.lock().unwrap().push(error.to_string());
    let builder = Builder::new().sink(Memory::new()).control(&asked.directory).on_error(hook);
    drop(builder.build().unwrap());
    assert!(told.lock().unwrap()[0].contains(".sock"), "{told:?}");
    assert!(asked.ask("help").is_ok(), "the first one still listens");
}

#[test]
fn garbage_is_answered_or_left_and_nobody_else_is_the_worse_for_it() {
    let _alone = alone();
    let asked = listening(Builder::new());
    let mut seed = 7_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        seed.to_be_bytes()[1]
    };
    for round in 0..200 {
        let mut stream = asked.connect();
        let mut bytes: Vec<u8> = (0..round * 20).map(|_| next()).collect();
        bytes.push(b'\n');
        // It may be left in the middle.
        let _sent = stream.write_all(&bytes);
        let _ended = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _read = stream.read_to_end(&mut answer);
        assert!(answer.len() < 1 << 20);
        assert!(!answer.starts_with(b"ok"), "{:?}", String::from_utf8_lossy(&answer));
    }
    let mut stream = asked.connect();
    let _sent = stream.write_all(&vec![b'a'; 1 << 20]);
    let mut answer = String::new();
    let _read = stream.read_to_string(&mut answer);
    assert!(answer.is_empty() || answer.contains("longer than 1024 bytes"), "{answer}");
    assert!(asked.ask("help").is_ok());
}

#[test]
fn half_lines_and_several_in_one_are_understood() {
    let asked = listening(Builder::new());
    let mut stream = asked.connect();
    for part in ["hel", "p\nlev", "els\nnothing\nreset\n"] {
        stream.write_all(part.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    let words: Vec<&str> =
        said.split("\n\n").map(|answer| &answer[..2.min(answer.len())]).collect();
    assert_eq!(words, ["ok", "ok", "er", "ok", ""], "{said}");
    // Half a line is no request, however it ends.
    let mut stream = asked.connect();
    stream.write_all(b"level trace").unwrap();
    drop(stream);
    assert!(asked.engine.overrides().is_empty());
}

#[test]
fn who_says_nothing_holds_nobody_up_and_is_left() {
    let _alone = alone();
    let asked = listening(Builder::new());
    let mut silent = asked.connect();
    silent.write_all(b"stat").unwrap();
    let begun = Instant::now();
    for _ in 0..20 {
        asked.ask("help").unwrap();
    }
    assert!(begun.elapsed() < Duration::from_secs(4), "nobody waited for the silent one");
    let mut rest = Vec::new();
    assert_eq!(silent.read_to_end(&mut rest).unwrap(), 0);
    assert!(begun.elapsed() > Duration::from_secs(4));
}

#[test]
fn a_thousand_connect_and_one_is_heard() {
    let _alone = alone();
    let asked = listening(Builder::new());
    let mut crowd = Vec::new();
    for _ in 0..1000 {
        // Some of them are left to make room; then their ends are closed here, too.
        crowd.push(UnixStream::connect(asked.socket()).unwrap());
        if crowd.len() > 200 {
            crowd.remove(0);
        }
    }
    assert!(asked.ask("stats").is_ok());
    drop(crowd);
    assert!(asked.ask("stats").is_ok());
}

#[test]
fn a_child_does_not_answer_for_its_parent() {
    let _alone = alone();
    let asked = listening(Builder::new());
    let socket = asked.socket();
    // SAFETY: race: the child only sleeps, and ends without running anything of this process's.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: a call of the system's, which a forked child may make.
        unsafe { libc::sleep(30) };
        // SAFETY: as above.
        unsafe { libc::_exit(0) };
    }
    assert!(child > 0);
    assert!(asked.ask("help").is_ok());
    // What is left when the parent dies: a name that nobody listens to.
    let hidden = socket.with_extension("kept");
    fs::hard_link(&socket, &hidden).unwrap();
    drop(asked.engine);
    let refused = soon(|| {
        UnixStream::connect(&hidden)
            .is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
    });
    // SAFETY: the number of this process's own child.
    unsafe { libc::kill(child, libc::SIGKILL) };
    let mut status = 0;
    // SAFETY: bounds: `status` outlives the call.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert!(refused, "the child holds no end of it");
}
