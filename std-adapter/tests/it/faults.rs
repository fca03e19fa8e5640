//! Sinks that are full, closed or stalled: counts before and after, and how long a
//! call was held up.
#![allow(unsafe_code, reason = "limits the size of files")]

use core::time::Duration;
use std::io::{self, Read};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::{env, fs, thread};

use hydra_log::sink::{Console, File, Memory, Sink, WriteError};
use hydra_log::{Builder, Output, Overflow, SinkState};

use crate::common::{
    Failing, all_once, conserved, found, log, never_dropping, tell, until, until_is,
};
use crate::ord;

const RECORDS: u64 = 20_000;

/// Logs into a file whose disk fills up, and goes on when there is room.
fn fill(path: &Path, most: u64, make_room: impl FnOnce()) {
    let engine = Builder::new()
        .sink(File::open(path).unwrap())
        .spool_bytes(512 << 10)
        .max_ring_bytes(64 << 10)
        .deliveries(never_dropping())
        .on_error(|_error| {})
        .build()
        .unwrap();
    // Less than spool and rings hold: counts add up exactly while nobody logs.
    let before = log(&engine, 0..RECORDS / 2);
    until_is(&engine, 0, SinkState::Failing);
    let stats = conserved(&engine);
    tell("disk full", &engine, before);
    assert!(stats.sinks[0].errors >= 5 && stats.sinks[0].lost == 0, "{stats:?}");
    assert!(stats.sinks[0].written > 0 && stats.report().pending > 0, "{stats:?}");
    assert!(fs::metadata(path).unwrap().len() <= most);
    make_room();
    let longest = log(&engine, RECORDS / 2..RECORDS);
    engine.flush().unwrap();
    tell("room again", &engine, before.max(longest));
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].written, stats.report().lost), (RECORDS, 0));
    let health = engine.health();
    let sink = &health.sinks[0];
    assert_eq!((sink.state, sink.failures, sink.held_for), (SinkState::Working, 0, None));
    assert!(sink.resumed > 0);
    all_once(&fs::read_to_string(path).unwrap(), RECORDS);
}

/// A file system of so many bytes; `None` where this user may not have one.
#[cfg(target_os = "linux")]
struct SmallDisk(tempfile::TempDir);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn mount(bytes: u64) -> Option<Self> {
        let disk = Self(tempfile::tempdir().unwrap());
        disk.run(&["-t", "tmpfs", "-o", &format!("size={bytes}"), "hydra"]).then_some(disk)
    }

    fn resize(&self, bytes: u64) {
        assert!(self.run(&["-o", &format!("remount,size={bytes}")]));
    }

    fn run(&self, words: &[&str]) -> bool {
        let output = Command::new("mount").args(words).arg(self.0.path()).output();
        output.is_ok_and(|output| output.status.success())
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the engine has its file open for as long as the process lives.
        let _done = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_small_disk_that_is_full_is_waited_for_and_nothing_is_lost() {
    let Some(disk) = SmallDisk::mount(128 << 10) else {
        println!("skipped: no mount without rights");
        return;
    };
    fill(&disk.0.path().join("app.log"), 128 << 10, || disk.resize(64 << 20));
}

#[test]
fn a_file_that_may_not_grow_is_waited_for_and_nothing_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("app.log");
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "faults::as_child", "--ignored", "--nocapture", "--test-threads=1"])
        .env("HYDRA_TEST_FILE", &path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    all_once(&fs::read_to_string(path).unwrap(), RECORDS);
    println!("{said}");
}

#[test]
#[ignore = "run by another test, in a process of its own"]
fn as_child() {
    let Some(path) = env::var_os("HYDRA_TEST_FILE") else { return };
    limit(64 << 10);
    fill(Path::new(&path), 64 << 10, || limit(libc::RLIM_INFINITY));
}

/// No file of this process grows beyond so many bytes.
fn limit(bytes: libc::rlim_t) {
    // SAFETY: race: takes two numbers; a write that would go further fails instead of killing.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    let limit = libc::rlimit { rlim_cur: bytes, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: bounds: the limit outlives the call.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) }, 0);
}

#[test]
fn a_full_disk_delays_no_other_sink() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let memory = Memory::new();
    let engine = Builder::new()
        .sink(memory.clone())
        .sink(File::open("/dev/full").unwrap())
        .overflow(Overflow::Wait(Duration::from_secs(60)))
        .on_error(|_error| {})
        .build()
        .unwrap();
    let longest = log(&engine, 0..RECORDS);
    until_is(&engine, 1, SinkState::Failing);
    until("written", || memory.text().lines().count() as u64 == RECORDS);
    all_once(&memory.text(), RECORDS);
    tell("one of two disks full", &engine, longest);
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].written, stats.sinks[1].written), (RECORDS, 0));
    assert_eq!(stats.sinks[1].lost + stats.sinks[1].pending, RECORDS);
    assert!(engine.flush_within(Duration::from_millis(20)).is_err());
    engine.shutdown(Duration::from_millis(100));
}

#[test]
fn what_a_sink_does_not_take_in_time_goes_to_its_fallbacks() {
    let failing = Failing::default();
    let (closed, nobody) = io::pipe().unwrap();
    drop(closed);
    let last = Memory::recent(64 << 20);
    let output = Output::new(failing.clone())
        .give_up_after(Duration::from_millis(1))
        .fallback(Console::from_fd(nobody.into(), "closed"))
        .fallback(last.clone());
    let engine = Builder::new().sink(output).on_error(|_error| {}).build().unwrap();
    log(&engine, 0..10);
    engine.flush().unwrap();
    failing.fails.store(true, ord::switch());
    let longest = log(&engine, 10..RECORDS);
    engine.flush().unwrap();
    tell("sink failed", &engine, longest);
    assert_eq!(engine.health().sinks[0].state, SinkState::Broken);
    failing.fails.store(false, ord::switch());
    // It comes back by itself, at most a second later.
    let mut next = RECORDS;
    until("working", || {
        log(&engine, next..next + 1);
        engine.flush().unwrap();
        next += 1;
        engine.health().sinks[0].state == SinkState::Working
    });
    tell("sink back", &engine, Duration::ZERO);
    let own = String::from_utf8(failing.text.lock().unwrap().clone()).unwrap();
    let (own, other) = (found(&own).0, found(&last.text()).0);
    let times = |number| own.get(&number).unwrap_or(&0) + other.get(&number).unwrap_or(&0);
    assert!((0..next).all(|number| times(number) == 1));
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].written, stats.sinks[0].lost), (next, 0));
    assert_eq!(stats.sinks[0].diverted, other.len() as u64);
    assert!(other.contains_key(&10) && own.contains_key(&(next - 1)));
}

#[test]
fn what_is_kept_goes_to_a_fallback_when_the_engine_ends() {
    for workers in [0, 1] {
        let (failing, last) = (Failing::default(), Memory::new());
        failing.fails.store(true, ord::switch());
        let engine = Builder::new()
            .sink(Output::new(failing.clone()).fallback(last.clone()))
            .workers(workers)
            .on_error(|_error| {})
            .build()
            .unwrap();
        log(&engine, 0..100);
        assert!(engine.flush_within(Duration::from_millis(20)).is_err());
        assert!(last.lines().is_empty(), "a full disk is waited for");
        let report = engine.shutdown(Duration::from_secs(2));
        assert_eq!((report.written, report.lost, report.pending), (100, 0, 0));
        all_once(&last.text(), 100);
        conserved(&engine);
    }
}

/// Takes so many bytes, and more when there is room again; half a line is written, too.
#[derive(Clone, Default)]
struct Bounded(Arc<Mutex<(usize, Vec<u8>)>>);

impl Sink for Bounded {
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        let (room, text) = &mut *self.0.lock().unwrap();
        let written = lines.len().min(*room);
        *room -= written;
        text.extend_from_slice(&lines[..written]);
        if written == lines.len() {
            return Ok(());
        }
        Err(WriteError { written, source: io::ErrorKind::StorageFull.into() })
    }

    fn name(&self) -> String {
        "bounded".to_owned()
    }
}

#[test]
fn half_a_line_is_completed_or_ended() {
    let (bounded, last) = (Bounded::default(), Memory::new());
    bounded.0.lock().unwrap().0 = 1000;
    let engine = Builder::new().sink(bounded.clone()).on_error(|_error| {}).build().unwrap();
    log(&engine, 0..RECORDS);
    until_is(&engine, 0, SinkState::Failing);
    tell("full in the middle of a line", &engine, Duration::ZERO);
    assert_eq!(bounded.0.lock().unwrap().1.len(), 1000);
    bounded.0.lock().unwrap().0 = usize::MAX;
    engine.flush().unwrap();
    tell("room again", &engine, Duration::ZERO);
    all_once(&String::from_utf8(bounded.0.lock().unwrap().1.clone()).unwrap(), RECORDS);
    // Given up: the fallback has the whole line, and the sink's next line is one of its own.
    let bounded = Bounded::default();
    bounded.0.lock().unwrap().0 = 100;
    let output = Output::new(bounded.clone()).give_up_after(Duration::ZERO).fallback(last.clone());
    let engine = Builder::new().sink(output).on_error(|_error| {}).build().unwrap();
    log(&engine, 0..10);
    engine.flush().unwrap();
    bounded.0.lock().unwrap().0 = usize::MAX;
    until("working", || {
        log(&engine, 10..11);
        engine.flush().unwrap();
        engine.health().sinks[0].state == SinkState::Working
    });
    conserved(&engine);
    let own = String::from_utf8(bounded.0.lock().unwrap().1.clone()).unwrap();
    let torn = &own[..100];
    assert!(!torn.ends_with('\n') && own[100..].starts_with('\n'), "{own}");
    let whole = torn.matches('\n').count();
    assert!(found(torn).0.len() == whole && whole < 10, "{torn}");
    let kept = last.text();
    assert!((whole as u64..10).all(|number| found(&kept).0.get(&number) == Some(&1)), "{kept}");
}

#[test]
fn a_pipe_that_is_closed_breaks_soon_and_holds_nobody_up() {
    let (mut reader, writer) = io::pipe().unwrap();
    let kept = Memory::new();
    let output = Output::new(Console::from_fd(writer.into(), "pipe")).fallback(kept.clone());
    let engine = Builder::new().sink(output).on_error(|_error| {}).build().unwrap();
    log(&engine, 0..10);
    engine.flush().unwrap();
    tell("pipe open", &engine, Duration::ZERO);
    let mut text = vec![0; 4096];
    let length = reader.read(&mut text).unwrap();
    drop(reader);
    let longest = log(&engine, 10..RECORDS);
    engine.flush().unwrap();
    tell("pipe closed", &engine, longest);
    all_once(&(String::from_utf8_lossy(&text[..length]).into_owned() + &kept.text()), RECORDS);
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].written, stats.sinks[0].diverted), (RECORDS, RECORDS - 10));
}

#[test]
fn a_closed_pipe_without_a_fallback_loses_counted_what_nobody_reads() {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let console = Console::from_fd(writer.into(), "pipe");
    let engine = Builder::new().sink(console).on_error(|_error| {}).build().unwrap();
    let longest = log(&engine, 0..1000);
    engine.flush().unwrap();
    tell("pipe closed", &engine, longest);
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].written, stats.sinks[0].lost), (0, 1000));
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_that_nobody_reads_is_seen_and_spilled() {
    let (mut reader, writer) = io::pipe().unwrap();
    let engine = Builder::new()
        .sink(Console::from_fd(writer.into(), "pipe"))
        .deliveries(never_dropping())
        .on_error(|_error| {})
        .build()
        .unwrap();
    // More than the pipe holds, less than spool and rings do.
    let longest = log(&engine, 0..RECORDS / 2);
    until_is(&engine, 0, SinkState::Failing);
    tell("pipe stalled", &engine, longest);
    let health = engine.health();
    assert!(health.sinks[0].held_for.is_some() && health.oldest.is_some(), "{health:?}");
    let stats = conserved(&engine);
    assert_eq!((stats.report().lost, stats.emitted()), (0, RECORDS / 2));
    assert!(stats.report().pending > 0);
    let text = Arc::new(Mutex::new(Vec::new()));
    let copy = Arc::clone(&text);
    // The engine lives as long as the process, and with it the pipe: nobody joins this thread.
    let _reading = thread::spawn(move || {
        let mut some = [0; 4096];
        while let Ok(count @ 1..) = reader.read(&mut some) {
            copy.lock().unwrap().extend_from_slice(&some[..count]);
        }
    });
    let longest = log(&engine, RECORDS / 2..RECORDS);
    engine.flush().unwrap();
    tell("pipe read", &engine, longest);
    let stats = conserved(&engine);
    assert_eq!((stats.sinks[0].written, stats.report().lost), (RECORDS, 0));
    assert!(engine.health().sinks[0].resumed > 0);
    until("read", || text.lock().unwrap().len() as u64 == stats.sinks[0].bytes);
    all_once(&String::from_utf8(text.lock().unwrap().clone()).unwrap(), RECORDS);
}

/// A terminal: the end that shows, and the end that is written to.
#[cfg(target_os = "linux")]
fn terminal() -> (fs::File, std::os::fd::OwnedFd) {
    use std::os::fd::FromRawFd;
    let (mut shows, mut written) = (-1, -1);
    let (name, settings, size) =
        (core::ptr::null_mut(), core::ptr::null_mut(), core::ptr::null_mut());
    // SAFETY: bounds: both numbers outlive the call; no name, settings or size are asked for.
    let opened = unsafe { libc::openpty(&raw mut shows, &raw mut written, name, settings, size) };
    assert_eq!(opened, 0);
    // SAFETY: it was just opened, and is nobody else's.
    let shows = unsafe { fs::File::from_raw_fd(shows) };
    // SAFETY: as above.
    (shows, unsafe { std::os::fd::OwnedFd::from_raw_fd(written) })
}

/// Somebody presses Ctrl-S, and Ctrl-Q later; or the terminal's program shows nothing for a while.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_was_stopped_is_seen_and_spilled() {
    use std::os::fd::AsRawFd;
    for is_stopped in [true, false] {
        let (mut shows, written) = terminal();
        let flow = written.try_clone().unwrap();
        let flow = move |action| {
            // SAFETY: bounds: the descriptor is open.
            assert_eq!(unsafe { libc::tcflow(flow.as_raw_fd(), action) }, 0);
        };
        if is_stopped {
            flow(libc::TCOOFF);
        }
        let engine = Builder::new()
            .sink(Console::from_fd(written, "terminal"))
            .deliveries(never_dropping())
            .on_error(|_error| {})
            .build()
            .unwrap();
        // More than the terminal holds, less than spool and rings do.
        let longest = log(&engine, 0..RECORDS / 2);
        until_is(&engine, 0, SinkState::Failing);
        tell("terminal stopped", &engine, longest);
        let stats = conserved(&engine);
        assert_eq!((stats.report().lost, stats.emitted()), (0, RECORDS / 2));
        assert!(stats.report().pending > 0 && (!is_stopped || stats.sinks[0].bytes == 0));
        let health = engine.health();
        assert!(health.sinks[0].held_for.is_some() && health.oldest.is_some(), "{health:?}");
        if is_stopped {
            flow(libc::TCOON);
        }
        let text = Arc::new(Mutex::new(Vec::new()));
        let copy = Arc::clone(&text);
        let _reading = thread::spawn(move || {
            let mut some = [0; 4096];
            while let Ok(count @ 1..) = shows.read(&mut some) {
                copy.lock().unwrap().extend_from_slice(&some[..count]);
            }
        });
        let longest = log(&engine, RECORDS / 2..RECORDS);
        engine.flush().unwrap();
        tell("terminal goes on", &engine, longest);
        let stats = conserved(&engine);
        assert_eq!((stats.sinks[0].written, stats.report().lost), (RECORDS, 0));
        assert!(engine.health().sinks[0].resumed > 0);
        let shown = || String::from_utf8_lossy(&text.lock().unwrap()).into_owned();
        until("shown", || shown().lines().count() as u64 == RECORDS);
        all_once(&shown(), RECORDS);
    }
}

/// As a container has it, unless it asks for more.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
#[test]
fn a_small_memory_file_system_is_half_filled_at_most_and_nothing_is_lost() {
    use std::os::unix::fs::MetadataExt;
    const ROOM: u64 = 64 << 20;
    const THREADS: usize = 400;
    let Some(disk) = SmallDisk::mount(ROOM) else {
        println!("skipped: no mount without rights");
        return;
    };
    let (memory, rings) = (Memory::new(), disk.0.path().join("rings"));
    let builder = Builder::new().sink(memory.clone()).deliveries(never_dropping());
    let engine = builder.crash_proof(&rings).on_error(|_error| {}).build().unwrap();
    let all_there = std::sync::Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                // All rings are in use at the same time.
                engine.scope(|| hydra_log::info!("before"));
                all_there.wait();
                engine.scope(|| hydra_log::info!("behind"));
            });
        }
    });
    engine.flush().unwrap();
    let stats = conserved(&engine);
    let files = fs::read_dir(&rings).unwrap().filter_map(Result::ok);
    let used: u64 = files.map(|file| file.metadata().unwrap().blocks() * 512).sum();
    println!("{used} bytes for {THREADS} threads, refused {}", stats.not_crash_proof);
    assert!(used <= ROOM / 2 && used > ROOM / 4, "{used}");
    assert!(stats.crash_proof_bytes > 0 && stats.not_crash_proof > 0, "{stats:?}");
    assert_eq!((memory.lines().len(), stats.report().lost), (2 * THREADS, 0));
}
