//! Signals: storms of handlers that log, and signals that end or kill the process.
#![allow(unsafe_code, reason = "installs handlers, sends signals")]

use core::sync::atomic::{AtomicBool, AtomicUsize};
use core::time::Duration;
use std::os::unix::process::ExitStatusExt;
use std::os::unix::thread::JoinHandleExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Instant;
use std::{env, fs, thread};

use hydra_log::sink::File;
use hydra_log::{Builder, Deliveries, Delivery, Guard, Overflow, Rule, info, signals};

use crate::ord;

const THREADS: usize = 4;
/// Signals that are sent to the threads of a storm.
const SIGNALS: usize = 20_000;
const RECORDS: usize = 10_000;
/// What a crash's second is enough for, also on a machine that has other things to do.
const CRASH_RECORDS: usize = 500;

/// What a child does, and its log's lines.
fn child(what: &str) -> (Output, Vec<String>) {
    let place = tempfile::tempdir().unwrap();
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "signals::as_child", "--ignored", "--nocapture", "--test-threads=1"])
        .env("HYDRA_TEST_CHILD", what)
        .env("HYDRA_TEST_PLACE", place.path())
        .output()
        .unwrap();
    let text = fs::read_to_string(place.path().join("app.log")).unwrap_or_default();
    (output, text.lines().map(str::to_owned).collect())
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn counted(lines: &[String]) -> usize {
    lines.iter().filter(|line| line.contains("count ")).count()
}

#[test]
fn a_storm_of_handlers_that_log_loses_nothing_silently() {
    let (output, lines) = child("storm");
    assert!(output.status.success(), "{output:?}");
    let told = told(&output);
    let told = told.lines().find_map(|line| line.strip_prefix("storm ")).unwrap();
    println!("storm: {told}");
    let numbers: Vec<usize> = told.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [handled, logged, lost] = numbers[..] else { panic!("{told}") };
    let from_handlers = lines.iter().filter(|line| line.contains("from a handler")).count();
    assert_eq!(from_handlers + counted(&lines) + lost, handled + logged);
    assert!(handled > 1000, "few signals came: {handled}");
}

#[test]
fn a_termination_flushes_and_ends_by_its_signal() {
    for (what, signal) in [("SIGTERM", libc::SIGTERM), ("SIGINT", libc::SIGINT)] {
        let (output, lines) = child(what);
        assert_eq!(output.status.signal(), Some(signal), "{output:?}");
        assert_eq!(counted(&lines), RECORDS, "{what}");
    }
}

#[test]
fn a_termination_calls_the_handler_that_was_there() {
    let (output, lines) = child("SIGTERM, handled");
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    assert_eq!(counted(&lines), RECORDS);
    assert_eq!(told(&output).matches("handler before").count(), 2, "twice: {output:?}");
}

#[test]
fn who_asks_twice_to_end_is_heard_at_once() {
    let (output, _) = child("SIGTERM, stuck");
    assert_eq!(output.status.signal(), Some(libc::SIGTERM), "{output:?}");
}

#[test]
fn an_ignored_signal_stays_ignored() {
    let (output, lines) = child("SIGINT, ignored");
    assert!(output.status.success() && counted(&lines) == RECORDS, "{output:?}");
}

#[test]
fn a_crash_is_logged_and_what_was_logged_is_written() {
    for (what, signal) in
        [("SIGSEGV", libc::SIGSEGV), ("SIGBUS", libc::SIGBUS), ("SIGABRT", libc::SIGABRT)]
    {
        let (plain, _) = child(&format!("{what}, no handler"));
        let (output, lines) = child(what);
        assert_eq!(output.status.signal(), Some(signal), "{output:?}");
        assert_eq!(output.status.core_dumped(), plain.status.core_dumped(), "{what}");
        assert_eq!(counted(&lines), CRASH_RECORDS, "{what}: {:?}", lines.last());
        let killed: Vec<_> = lines.iter().filter(|line| line.contains("is being killed")).collect();
        assert_eq!(killed.len(), 1, "{what}: {killed:?}");
        assert!(killed[0].contains(&format!("signal={signal}")), "{killed:?}");
    }
}

#[test]
fn a_crash_calls_the_handler_that_was_there() {
    let (output, lines) = child("SIGSEGV, handled");
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    let is_called = told(&output).contains("handler before");
    assert_eq!((counted(&lines), is_called), (CRASH_RECORDS, true));
}

#[test]
fn a_crash_ends_where_no_worker_can_write() {
    let begun = Instant::now();
    let (output, _) = child("SIGSEGV, stuck");
    assert_eq!(output.status.signal(), Some(libc::SIGSEGV), "{output:?}");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[test]
fn an_overflow_of_the_stack_is_a_crash_as_well() {
    let (output, lines) = child("overflow");
    // The standard library tells of it, and aborts.
    assert!(output.status.signal().is_some(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("overflowed its stack"), "{output:?}");
    assert_eq!(counted(&lines), CRASH_RECORDS);
}

// What the children do.

#[test]
#[ignore = "run by the other tests, in a process of its own"]
fn as_child() {
    let Ok(what) = env::var("HYDRA_TEST_CHILD") else { return };
    let place = PathBuf::from(env::var_os("HYDRA_TEST_PLACE").unwrap());
    if what == "storm" {
        return storm(&guard(&place, false));
    }
    let (name, more) = what.split_once(", ").unwrap_or((&what, ""));
    let signal = match name {
        "SIGTERM" => libc::SIGTERM,
        "SIGINT" => libc::SIGINT,
        "SIGBUS" => libc::SIGBUS,
        "SIGABRT" => libc::SIGABRT,
        "SIGSEGV" | "overflow" => libc::SIGSEGV,
        other => panic!("no child does {other}"),
    };
    match more {
        "handled" => handle(signal, on_signal),
        "ignored" => ignore(signal),
        _ => {}
    }
    let guard = guard(&place, more == "stuck");
    match signal {
        libc::SIGTERM | libc::SIGINT => signals::flush_on_termination().unwrap(),
        _ if more == "no handler" => {}
        _ => signals::flush_on_crash().unwrap(),
    }
    let is_crash = !matches!(signal, libc::SIGTERM | libc::SIGINT);
    let records = if is_crash { CRASH_RECORDS } else { RECORDS };
    (0..records).for_each(|count| info!("count {count}"));
    match name {
        "overflow" => assert_ne!(overflow(1), 0),
        "SIGABRT" => std::process::abort(),
        "SIGSEGV" if more.is_empty() || more == "no handler" => {
            let nowhere = core::hint::black_box(core::ptr::without_provenance_mut::<u64>(8));
            // SAFETY: none: this is the crash.
            unsafe { nowhere.write_volatile(1) };
        }
        "SIGBUS" if more.is_empty() || more == "no handler" => bus_error(&place),
        _ => raise(signal),
    }
    if more == "ignored" {
        return drop(guard);
    }
    // The engine's thread ends the process, or lets a handler do it.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(20));
        if more == "stuck" || HANDLED.load(ord::handled()) == 1 {
            raise(signal);
        }
    }
}

fn guard(place: &Path, is_stuck: bool) -> Guard {
    let patient = Overflow::Wait(Duration::from_secs(60));
    let builder = Builder::new().overflow(patient).spool_bytes(8 << 20);
    let builder = builder.sink(File::open(place.join("app.log")).unwrap());
    let builder = if is_stuck { builder.sink(crate::common::Gated::shut()) } else { builder };
    builder.try_init().unwrap()
}

fn raise(signal: i32) {
    let this = libc::pid_t::try_from(std::process::id()).unwrap();
    // SAFETY: takes numbers.
    unsafe { libc::kill(this, signal) };
}

fn handle(signal: i32, handler: extern "C" fn(libc::c_int)) {
    // SAFETY: the handler does what a handler may.
    unsafe { libc::signal(signal, handler as *const () as libc::sighandler_t) };
}

fn ignore(signal: i32) {
    // SAFETY: there is nothing to call.
    unsafe { libc::signal(signal, libc::SIG_IGN) };
}

static HANDLED: AtomicUsize = AtomicUsize::new(0);

/// The program's own handler: a termination lets it live once; a crash does not.
extern "C" fn on_signal(signal: libc::c_int) {
    let text = b"\nhandler before\n";
    // SAFETY: bounds: a text of that length.
    unsafe { libc::write(1, text.as_ptr().cast(), text.len()) };
    if HANDLED.fetch_add(1, ord::handled()) == 1 || signal == libc::SIGSEGV {
        // SAFETY: takes a number.
        unsafe { libc::_exit(7) };
    }
}

/// Reads a page behind the end of its file.
fn bus_error(place: &Path) {
    use std::os::fd::AsRawFd;
    let mut options = fs::OpenOptions::new();
    let file = options.read(true).write(true).create_new(true).open(place.join("empty")).unwrap();
    let (any, read) = (core::ptr::null_mut(), libc::PROT_READ);
    // SAFETY: bounds: a new mapping.
    let page = unsafe { libc::mmap(any, 4096, read, libc::MAP_PRIVATE, file.as_raw_fd(), 0) };
    assert_ne!(page, libc::MAP_FAILED);
    // SAFETY: none: this is the crash.
    let byte = unsafe { page.cast::<u8>().read_volatile() };
    unreachable!("there is no byte {byte}");
}

#[expect(unconditional_recursion, reason = "this is the crash")]
fn overflow(depth: u64) -> u64 {
    let waste = core::hint::black_box([depth; 512]);
    overflow(depth + 1) + waste[0]
}

extern "C" fn logs(_signal: libc::c_int) {
    info!("from a handler");
    HANDLED.fetch_add(1, ord::handled());
}

/// Threads that log are interrupted by handlers that log.
fn storm(guard: &Guard) {
    let engine = guard.engine().unwrap();
    engine.set_deliveries(Deliveries::new().rule(Rule::new(Delivery::MustNotDrop)));
    handle(libc::SIGUSR1, logs);
    let done = Arc::new(AtomicBool::new(false));
    let logged = Arc::new(AtomicUsize::new(0));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (done, logged) = (Arc::clone(&done), Arc::clone(&logged));
            thread::spawn(move || {
                while !done.load(ord::switch()) {
                    info!("count {}", logged.fetch_add(1, ord::handled()));
                    // The lines are read again.
                    if logged.load(ord::handled()).is_multiple_of(64) {
                        thread::sleep(Duration::from_micros(100));
                    }
                }
            })
        })
        .collect();
    for count in 0..SIGNALS {
        let thread = threads[count % THREADS].as_pthread_t();
        // SAFETY: the thread is alive until `done`.
        unsafe { libc::pthread_kill(thread, libc::SIGUSR1) };
        if count.is_multiple_of(THREADS) {
            thread::yield_now();
        }
    }
    done.store(true, ord::switch());
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    guard.flush().unwrap();
    let stats = guard.stats();
    assert!(stats.is_conserved(), "{stats:?}");
    let (handled, logged) = (HANDLED.load(ord::handled()), logged.load(ord::handled()));
    let lost = stats.lost().total();
    assert_eq!(stats.emitted(), (handled + logged) as u64, "before and after");
    println!("\nstorm {handled} handled, {logged} logged, {lost} lost");
}
