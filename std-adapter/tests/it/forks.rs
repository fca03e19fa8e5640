//! Forked children: nothing twice, nothing stuck, and what they log is written.
#![allow(unsafe_code, reason = "forks, waits, and runs other programs")]

use core::sync::atomic::{AtomicBool, AtomicUsize};
use core::time::Duration;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Output};
use std::sync::Arc;
use std::time::Instant;
use std::{env, fs, thread};

use hydra_log::sink::{File, Sink, WriteError};
use hydra_log::{Builder, Guard, Overflow, info};

use crate::common::Gated;
use crate::ord;

const FORKS: usize = 1_000;
const THREADS: usize = 3;
/// Records of a child that logs.
const CHILD_RECORDS: usize = 3;
/// Shorter than the bound that an exit has for its flush.
const LONGEST: Duration = Duration::from_secs(4);

/// What a child does, in turn.
const ENDS: [&str; 5] = ["_exit", "exit", "log, exit", "log, flush, _exit", "exec"];

fn child(what: &str, place: &Path) -> Output {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "forks::as_child", "--ignored", "--nocapture", "--test-threads=1"])
        .env("HYDRA_TEST_CHILD", what)
        .env("HYDRA_TEST_PLACE", place)
        .output()
        .unwrap()
}

/// Where no disk stands still.
fn place() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// Runs `what` and returns the log's lines.
fn lines_of(what: &str) -> (Output, Vec<String>) {
    let place = place();
    let output = child(what, place.path());
    assert!(output.status.success(), "{output:?}");
    let text = fs::read_to_string(place.path().join("app.log")).unwrap();
    (output, text.lines().map(str::to_owned).collect())
}

/// How many records there are by `word number`; each has to be next for its number.
fn counts(lines: &[String], word: &str) -> HashMap<usize, usize> {
    let mut next = HashMap::new();
    for line in lines {
        let Some((_, tail)) = line.split_once(word) else { continue };
        let mut numbers = tail.split(' ').map(|number| number.parse::<usize>().unwrap());
        let (of, count) = (numbers.next().unwrap(), numbers.next().unwrap());
        let expected = next.entry(of).or_insert(0);
        assert_eq!(count, *expected, "twice, missing, or out of order: {line}");
        *expected += 1;
    }
    next
}

fn check_storm(what: &str) {
    let (output, lines) = lines_of(what);
    let told = String::from_utf8_lossy(&output.stdout);
    let told = told.lines().find_map(|line| line.strip_prefix("returned ")).unwrap();
    println!("{what}: {FORKS} forks, {told}");
    let returned: Vec<usize> =
        told.split(' ').take(THREADS).map(|number| number.parse().unwrap()).collect();
    let threads = counts(&lines, "thread ");
    for (thread, returned) in returned.iter().enumerate() {
        assert_eq!(threads[&thread], *returned, "records of thread {thread}");
    }
    let children = counts(&lines, "child ");
    let logging = (0..FORKS).filter(|fork| ENDS[fork % ENDS.len()].starts_with("log")).count();
    // A disk that stood still for longer than a fork waits: counted, and told of.
    let torn = String::from_utf8_lossy(&output.stderr);
    let torn = torn.matches("3 records lost: this process was forked in the middle").count();
    println!("{} children wrote, {torn} told that they could not", children.len());
    assert_eq!(children.len() + torn, logging);
    assert!(children.values().all(|count| *count == CHILD_RECORDS), "{children:?}");
    assert!(torn < logging / 10, "{torn}");
}

#[test]
fn a_thousand_forks_while_threads_log() {
    check_storm("storm");
}

#[test]
fn a_thousand_forks_of_a_crash_proof_process() {
    check_storm("crash-proof storm");
}

#[test]
fn what_a_child_had_to_write_when_it_was_killed_is_recovered() {
    let place = tempfile::tempdir().unwrap();
    let output = child("killed child", place.path());
    assert!(output.status.success(), "{output:?}");
    let left = fs::read_dir(place.path().join("rings")).unwrap().count();
    assert_eq!(left, 1, "the child's file; the parent's is done with");
    drop(builder(place.path(), true).sink(log(place.path())).build().unwrap());
    let text = fs::read_to_string(place.path().join("app.log")).unwrap();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    assert_eq!(counts(&lines, "child "), HashMap::from([(7, 1000)]));
    assert_eq!(counts(&lines, "thread "), HashMap::from([(0, 10)]));
}

#[test]
fn a_sink_that_stands_still_holds_no_fork_up() {
    let (output, lines) = lines_of("stuck");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("child ended 0") && told.contains("failed true"), "{told}");
    assert_eq!(counts(&lines, "child "), HashMap::from([(0, CHILD_RECORDS)]));
}

#[test]
fn a_child_of_a_child_logs_too() {
    let (_, lines) = lines_of("generations");
    let expected = (0..4).map(|generation| (generation, CHILD_RECORDS)).collect();
    assert_eq!(counts(&lines, "child "), expected);
}

// What the children do.

fn builder(place: &Path, is_crash_proof: bool) -> Builder {
    let builder = Builder::new().overflow(Overflow::Wait(Duration::from_secs(60)));
    if is_crash_proof { builder.crash_proof(place.join("rings")) } else { builder }
}

fn log(place: &Path) -> File {
    File::open(place.join("app.log")).unwrap()
}

#[test]
#[ignore = "run by the other tests, in a process of its own"]
fn as_child() {
    let Ok(what) = env::var("HYDRA_TEST_CHILD") else { return };
    let place = PathBuf::from(env::var_os("HYDRA_TEST_PLACE").unwrap());
    let is_crash_proof = matches!(what.as_str(), "crash-proof storm" | "killed child");
    let builder = builder(&place, is_crash_proof);
    match what.as_str() {
        "storm" | "crash-proof storm" => storm(&builder.sink(log(&place)).try_init().unwrap()),
        "killed child" => killed_child(builder.sink(log(&place)).try_init().unwrap()),
        "stuck" => stuck(builder.sink(log(&place))),
        "generations" => generations(&builder.sink(log(&place)).try_init().unwrap()),
        other => panic!("no child does {other}"),
    }
}

/// Forks; `in_child` must not return.
fn fork(in_child: impl FnOnce()) -> libc::pid_t {
    // SAFETY: the child does what is tested: it logs, and ends.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        in_child();
        // SAFETY: takes a number.
        unsafe { libc::_exit(9) };
    }
    assert!(pid > 0);
    pid
}

fn wait(pid: libc::pid_t) -> i32 {
    let mut status = 0;
    // SAFETY: bounds: `status` outlives the call.
    assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
    status
}

fn storm(guard: &Guard) {
    let done = Arc::new(AtomicBool::new(false));
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            let done = Arc::clone(&done);
            thread::spawn(move || {
                let mut count = 0_usize;
                while !done.load(ord::switch()) {
                    info!("thread {thread} {count}");
                    count += 1;
                    // Some thousand a second: the log has to be read again.
                    if count.is_multiple_of(8) {
                        thread::sleep(Duration::from_millis(1));
                    }
                }
                count
            })
        })
        .collect();
    let mut longest_fork = Duration::ZERO;
    let (mut longest_quiet, mut longest_life) = (longest_fork, longest_fork);
    for number in 0..FORKS {
        let begun = Instant::now();
        let pid = fork(|| end(guard, number));
        longest_fork = longest_fork.max(begun.elapsed());
        assert_eq!(wait(pid), 0, "child {number}: {}", ENDS[number % ENDS.len()]);
        longest_life = longest_life.max(begun.elapsed());
        if !ENDS[number % ENDS.len()].starts_with("log") {
            longest_quiet = longest_quiet.max(begun.elapsed());
        }
    }
    done.store(true, ord::switch());
    let returned: Vec<usize> = threads.into_iter().map(|it| it.join().unwrap()).collect();
    guard.flush().unwrap();
    let stats = guard.stats();
    assert!(stats.is_conserved(), "{stats:?}");
    assert_eq!(stats.emitted(), returned.iter().sum::<usize>() as u64);
    assert_eq!((stats.sinks[0].written, stats.lost().total()), (stats.emitted(), 0));
    let words: Vec<String> = returned.iter().map(usize::to_string).collect();
    println!(
        "\nreturned {} longest fork {} us, longest quiet child {} ms, longest child {} ms",
        words.join(" "),
        longest_fork.as_micros(),
        longest_quiet.as_millis(),
        longest_life.as_millis()
    );
    assert!(longest_quiet < LONGEST, "a child hung: {longest_quiet:?}");
}

/// What the child with this number does.
fn end(guard: &Guard, number: usize) {
    let log = || (0..CHILD_RECORDS).for_each(|count| info!("child {number} {count}"));
    match ENDS[number % ENDS.len()] {
        "exit" => process::exit(0),
        "log, exit" => {
            log();
            process::exit(0);
        }
        "log, flush, _exit" => {
            log();
            guard.flush().unwrap();
            let stats = guard.stats();
            let is_fresh = stats.emitted() == CHILD_RECORDS as u64 && stats.is_conserved();
            // SAFETY: takes a number.
            unsafe { libc::_exit(if is_fresh { 0 } else { 8 }) };
        }
        "exec" => {
            let arguments = [c"true".as_ptr(), core::ptr::null()];
            // SAFETY: bounds: a text, and a list that ends in null.
            unsafe { libc::execv(c"/bin/true".as_ptr(), arguments.as_ptr()) };
        }
        // SAFETY: takes a number.
        _ => unsafe { libc::_exit(0) },
    }
}

fn killed_child(guard: Guard) {
    (0..10).for_each(|count| info!("thread 0 {count}"));
    let pid = fork(|| {
        (0..1000).for_each(|count| info!("child 7 {count}"));
        // SAFETY: takes a number.
        unsafe { libc::raise(libc::SIGKILL) };
    });
    assert_eq!(wait(pid), libc::SIGKILL);
    assert_eq!(guard.shutdown(Duration::from_secs(10)).pending, 0);
}

/// A sink that cannot be left while its gate is shut, and fails in the child.
struct Stuck(Gated, Arc<AtomicUsize>);

impl Sink for Stuck {
    fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.1.fetch_add(1, ord::switch());
        self.0.write(bytes)
    }

    fn name(&self) -> String {
        "stuck".to_owned()
    }
}

fn stuck(builder: Builder) {
    let (gate, entered) = (Gated::shut(), Arc::new(AtomicUsize::new(0)));
    let failed = Arc::new(AtomicBool::new(false));
    let hook = Arc::clone(&failed);
    let guard = builder
        .sink(Stuck(gate.clone(), Arc::clone(&entered)))
        .on_error(move |error| hook.store(error.to_string().contains("forked"), ord::switch()))
        .try_init()
        .unwrap();
    info!("somebody is inside");
    while entered.load(ord::switch()) == 0 {
        thread::sleep(Duration::from_millis(1));
    }
    let pid = fork(|| {
        (0..CHILD_RECORDS).for_each(|count| info!("child 0 {count}"));
        let flushed = guard.flush().is_ok();
        println!("failed {}", failed.load(ord::switch()));
        process::exit(i32::from(!flushed));
    });
    println!("\nchild ended {}", wait(pid));
    gate.open();
    assert_eq!(guard.shutdown(Duration::from_secs(10)).pending, 0);
}

fn generations(guard: &Guard) {
    fn descend(guard: &Guard, generation: usize) {
        (0..CHILD_RECORDS).for_each(|count| info!("child {generation} {count}"));
        guard.flush().unwrap();
        if generation < 3 {
            let pid = fork(|| {
                descend(guard, generation + 1);
                process::exit(0);
            });
            assert_eq!(wait(pid), 0);
        }
    }
    descend(guard, 0);
}
