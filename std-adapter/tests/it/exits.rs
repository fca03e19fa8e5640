//! The process's own engine, in child processes: every exit, odd contexts, bad environments.

use core::cell::RefCell;
use core::time::Duration;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;
use std::{env, fs, panic, process, thread};

use hydra_log::sink::File;
use hydra_log::{Builder, Deliveries, Delivery, Guard, InitError, Overflow, Rule, info};

const RECORDS: usize = 10_000;

/// Runs this test binary again as a child that does `what`; returns its log's lines.
fn child(what: &str) -> (Output, Vec<String>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("child.log");
    let output = command(what, &path).output().unwrap();
    let text = fs::read_to_string(&path).unwrap_or_default();
    (output, text.lines().map(str::to_owned).collect())
}

fn command(what: &str, path: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "exits::as_child", "--ignored", "--nocapture", "--test-threads=1"])
        .env("HYDRA_TEST_CHILD", what)
        .env("HYDRA_TEST_FILE", path)
        .env_remove("HYDRA_LOG")
        .env_remove("RUST_LOG");
    command
}

fn check(lines: &[String]) {
    let records = lines.iter().filter(|line| line.contains("count ")).count();
    assert_eq!(records, RECORDS, "{:?}", lines.last());
}

#[test]
fn process_exit_loses_nothing() {
    let (output, lines) = child("exit");
    assert_eq!(output.status.code(), Some(3));
    check(&lines);
}

#[test]
fn a_forgotten_guard_loses_nothing() {
    check(&child("forget").1);
}

#[test]
fn a_dropped_guard_loses_nothing() {
    check(&child("drop").1);
}

#[test]
fn a_panic_flushes_before_an_abort() {
    check(&child("panic then abort").1);
}

#[test]
fn a_panic_writes_the_flight_recorder() {
    let (_, lines) = child("panic with a recorder");
    check(&lines);
    assert_eq!(lines.iter().filter(|line| line.contains("detail ")).count(), 100);
}

#[test]
fn a_destructor_of_a_thread_local_may_log() {
    let (_, lines) = child("destructor");
    assert!(lines.iter().any(|line| line.ends_with("from a destructor")), "{lines:?}");
}

#[test]
fn a_thousand_threads_may_log_from_destructors() {
    let (output, lines) = child("destructors");
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("2000 lost 0 conserved true"), "{told}");
    // What goes past a full ring comes late, and says so.
    let texts = lines.iter().map(|line| line.trim_end_matches(" [late]"));
    assert_eq!(texts.filter(|text| text.ends_with("from a destructor")).count(), 2000);
}

#[test]
fn a_second_init_is_refused_and_harmless() {
    let (output, lines) = child("twice");
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(told.matches("installed already").count(), 2, "{told}");
    let (last, before) = lines.split_last().unwrap();
    assert!(last.ends_with("count as before"), "{last}");
    check(before);
}

#[test]
fn a_library_that_knows_only_the_core_logs_too() {
    let (_, lines) = child("core");
    assert!(lines.iter().any(|line| line.ends_with("from a library 7")), "{lines:?}");
}

#[cfg(unix)]
#[test]
fn a_signal_handler_may_log_at_any_instant() {
    let (output, lines) = child("signal");
    assert!(output.status.success(), "{output:?}");
    let handled = lines.iter().filter(|line| line.ends_with("from a handler")).count();
    assert!(handled > 0, "no signal came");
    check(&lines);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains(&format!("handled {handled} conserved true")), "{told}");
}

#[test]
fn an_unknown_level_in_the_environment_is_named() {
    let path = PathBuf::from("unused");
    let mut command = command("init", &path);
    let output = command.env("RUST_LOG", "my_app=inof").output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("inof") && told.contains("info"), "{told}");
    assert!(told.contains("from init"), "a slip switched everything off: {told}");
}

#[test]
fn an_unknown_target_in_the_environment_is_named() {
    let path = PathBuf::from("unused");
    let mut command = command("init", &path);
    let output = command.env("RUST_LOG", "it::exit=debug,it=info,zzz=off").output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let warnings: Vec<_> = told.lines().filter(|line| line.starts_with("hydra: ")).collect();
    let expected = [
        "hydra: filter: nothing logs to `it::exit`, did you mean `it::exits`?",
        "hydra: filter: nothing logs to `zzz`",
    ];
    assert_eq!(warnings, expected, "{told}");
    assert!(told.contains("from init"), "the rest of the filter counts: {told}");
}

#[test]
fn an_unknown_preset_in_the_environment_is_named() {
    let path = PathBuf::from("unused");
    let mut command = command("init", &path);
    let output = command.env("HYDRA_LOG_PRESET", "warp").output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("warp") && told.contains("production"), "{told}");
    assert!(told.contains("from init"), "a slip switched everything off: {told}");
}

#[test]
fn without_a_terminal_init_writes_json_lines() {
    let path = PathBuf::from("unused");
    let output = command("init", &path).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let line = told.lines().find(|line| line.contains("from init")).expect(&told);
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(value["level"], "INFO");
}

// What the children do.

#[test]
#[ignore = "run by the other tests, in a process of its own"]
fn as_child() {
    let Ok(what) = env::var("HYDRA_TEST_CHILD") else { return };
    if what == "init" {
        let guard = hydra_log::init();
        info!("from init");
        return drop(guard);
    }
    let path = env::var_os("HYDRA_TEST_FILE").unwrap();
    // A disk may stand still for longer than a program would wait for it.
    let patient = Overflow::Wait(Duration::from_secs(60));
    let builder = Builder::new().overflow(patient).spool_bytes(8 << 20);
    let guard = builder.sink(File::open(path).unwrap()).try_init().unwrap();
    (0..RECORDS).for_each(|count| info!("count {count}"));
    match what.as_str() {
        "exit" => process::exit(3),
        "forget" => core::mem::forget(guard),
        "drop" => drop(guard),
        "panic with a recorder" => {
            let engine = guard.engine().unwrap();
            // What waits in a ring has the class of the moment when it is drained.
            engine.flush().unwrap();
            engine.set_deliveries(Deliveries::new().rule(Rule::new(Delivery::FlightRecorder)));
            (0..100).for_each(|count| info!("detail {count}"));
            let _caught = panic::catch_unwind(|| panic!("on purpose"));
            process::abort();
        }
        "panic then abort" => {
            let _caught = panic::catch_unwind(|| panic!("on purpose"));
            process::abort();
        }
        "destructor" => {
            core::mem::forget(guard);
            thread::spawn(|| LAST.set(Some(Last))).join().unwrap();
        }
        "destructors" => destructors(&guard),
        "twice" => twice(guard),
        "core" => hydra_log_core::info!("from a library {}", 7),
        #[cfg(unix)]
        "signal" => signal::storm(guard),
        other => panic!("no child does {other}"),
    }
}

fn twice(guard: Guard) {
    let second = Builder::new().try_init();
    assert!(matches!(second, Err(InitError::AlreadyInstalled)));
    let third = hydra_log::init();
    assert!(third.engine().is_none());
    assert!(third.flush().is_ok() && third.flush_async().is_none());
    assert_eq!((third.stats().emitted(), third.shutdown(Duration::ZERO).emitted), (0, 0));
    info!("count as before");
    assert_eq!(guard.stats().emitted(), RECORDS as u64 + 1);
    drop((hydra_log::init(), guard));
}

/// Destructors run one behind the other: one of these before the thread's rings are closed, one
/// behind.
fn destructors(guard: &Guard) {
    const THREADS: usize = 1_000;
    let before = guard.stats().emitted();
    for _ in 0..THREADS / 50 {
        thread::scope(|scope| {
            for _ in 0..50 {
                scope.spawn(|| {
                    LAST.set(Some(Last));
                    info!("a record");
                    BEHIND.set(Some(Last));
                });
            }
        });
    }
    // A scope ends with its threads' closures, not with their destructors.
    let until = Instant::now() + Duration::from_secs(60);
    let emitted = || guard.stats().emitted() - before;
    while emitted() < 3 * THREADS as u64 && Instant::now() < until {
        thread::sleep(Duration::from_millis(5));
    }
    guard.flush().unwrap();
    let stats = guard.stats();
    let (count, lost) = (emitted() - THREADS as u64, stats.lost().total());
    println!("\n{count} lost {lost} conserved {}", stats.is_conserved());
}

struct Last;

impl Drop for Last {
    fn drop(&mut self) {
        info!("from a destructor");
    }
}

thread_local! {
    static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
    static BEHIND: RefCell<Option<Last>> = const { RefCell::new(None) };
}

#[cfg(unix)]
mod signal {
    #![allow(unsafe_code, reason = "installs a handler and a timer")]

    use core::sync::atomic::AtomicUsize;
    use core::time::Duration;
    use std::time::Instant;

    use hydra_log::{Guard, info};

    use crate::ord;

    static HANDLED: AtomicUsize = AtomicUsize::new(0);

    extern "C" fn handler(_signal: libc::c_int) {
        info!("from a handler");
        HANDLED.fetch_add(1, ord::handled());
    }

    /// Interrupts a thread that logs, until enough calls were hit.
    pub(super) fn storm(guard: Guard) {
        let every = libc::timeval { tv_sec: 0, tv_usec: 200 };
        let timer = libc::itimerval { it_interval: every, it_value: every };
        // SAFETY: the handler only logs and counts.
        unsafe { libc::signal(libc::SIGALRM, handler as *const () as libc::sighandler_t) };
        // SAFETY: the timer outlives the call.
        unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, core::ptr::null_mut()) };
        let until = Instant::now() + Duration::from_secs(2);
        let mut logged = 0_u64;
        while Instant::now() < until {
            info!("busy {logged}");
            logged += 1;
            if logged.is_multiple_of(64) {
                std::thread::sleep(Duration::from_micros(20));
            }
        }
        let never = libc::timeval { tv_sec: 0, tv_usec: 0 };
        let timer = libc::itimerval { it_interval: never, it_value: never };
        // SAFETY: the timer outlives the call.
        unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, core::ptr::null_mut()) };
        guard.flush().unwrap();
        let stats = guard.stats();
        let handled = HANDLED.load(ord::handled());
        let conserved = stats.is_conserved() && stats.lost().total() == 0;
        println!("handled {handled} conserved {conserved}");
    }
}
