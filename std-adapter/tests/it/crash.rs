//! Crash-proof rings: a child is killed, and the next start has every record, once, in order.
#![allow(unsafe_code, reason = "a child kills itself, and forks")]

use core::time::Duration;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::{env, fs, io, thread};

use hydra_log::crash::Recovery;
use hydra_log::format::{Json, Text};
use hydra_log::sink::{File, Memory, Place as SinkPlace, Rotating, Rotation, Sink, WriteError};
use hydra_log::{Builder, Deliveries, Delivery, Engine, LevelFilter, Overflow, Rule, error, info};

use crate::common::Gated;

const THREADS: usize = 3;
const RECORDS: usize = 5_000;

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn rings(&self) -> PathBuf {
        self.0.path().join("rings")
    }

    fn log(&self) -> PathBuf {
        self.0.path().join("app.log")
    }

    fn lines(&self) -> Vec<String> {
        fs::read_to_string(self.log()).unwrap().lines().map(str::to_owned).collect()
    }

    fn left(&self) -> usize {
        fs::read_dir(self.rings()).unwrap().count()
    }

    /// Runs this test binary again as a child that does `what`.
    fn child(&self, what: &str) -> Output {
        Command::new(env::current_exe().unwrap())
            .args(["--exact", "crash::as_child", "--ignored", "--nocapture", "--test-threads=1"])
            .env("HYDRA_TEST_CHILD", what)
            .env("HYDRA_TEST_PLACE", self.0.path())
            .output()
            .unwrap()
    }

    fn engine(&self) -> Engine {
        engine(self.0.path())
    }
}

fn builder(place: &Path) -> Builder {
    let patient = Overflow::Wait(Duration::from_secs(60));
    Builder::new().overflow(patient).crash_proof(place.join("rings"))
}

fn engine(place: &Path) -> Engine {
    builder(place).sink(File::open(place.join("app.log")).unwrap()).build().unwrap()
}

fn rotating(place: &Path) -> Engine {
    let sink = Rotating::open(place.join("app.log"), Rotation::new().bytes(32 << 10)).unwrap();
    builder(place).sink(sink).build().unwrap()
}

/// Every record of every thread once, in order.
fn check(lines: &[String]) {
    let mut next: HashMap<usize, usize> = HashMap::new();
    for line in lines {
        let Some((_, tail)) = line.split_once("thread ") else { continue };
        let mut numbers = tail.split(' ').map(|word| word.parse::<usize>());
        let (thread, count) = (numbers.next().unwrap().unwrap(), numbers.next().unwrap().unwrap());
        let expected = next.entry(thread).or_insert(0);
        assert_eq!(count, *expected, "thread {thread}: {line}");
        *expected += 1;
    }
    assert_eq!(next.len(), THREADS);
    assert!(next.values().all(|count| *count == RECORDS), "{next:?}");
}

#[test]
fn killed_at_full_speed_nothing_is_lost_or_doubled() {
    let place = Place::new();
    place.child("kill");
    assert_eq!(place.left(), 1);
    let before = place.lines().len();
    assert!(before < THREADS * RECORDS, "the child had nothing left to write");
    let engine = place.engine();
    let lines = place.lines();
    check(&lines);
    let marked = lines.iter().filter(|line| line.ends_with(" [recovered]")).count();
    let stats = engine.stats();
    assert_eq!(stats.recovered, marked as u64);
    assert!(stats.crash_proof_bytes > 0 && stats.not_crash_proof == 0, "{stats:?}");
    let report = engine.shutdown(Duration::from_secs(10));
    assert_eq!((report.pending, place.left()), (0, 0));
}

/// What a child does with the preset, which names its directory by itself.
fn production(place: &Path, how: &str) {
    let builder = Builder::preset("production").sink(File::open(place.join("app.log")).unwrap());
    let builder = if how == ", plain" { builder.plain_memory() } else { builder };
    let guard = builder.try_init().unwrap();
    println!("crash-proof {}", guard.stats().crash_proof_bytes > 0);
    info!("the last word");
    if how == ", killed" {
        kill();
    }
}

#[test]
fn the_preset_production_outlives_the_process() {
    let place = Place::new();
    let told = |how: &str| String::from_utf8(place.child(how).stdout).unwrap();
    assert!(told("production, killed").contains("crash-proof true"));
    assert!(told("production").contains("crash-proof true"));
    let words = place.lines().into_iter().filter(|line| line.contains("the last word"));
    assert_eq!(words.count(), 2, "{:?}", place.lines());
    assert!(told("production, plain").contains("crash-proof false"));
    let directory = hydra_log::crash::default_directory().unwrap();
    fs::remove_dir_all(directory).unwrap();
}

#[test]
fn killed_while_files_make_way_nothing_is_lost_or_doubled() {
    for _ in 0..2 {
        let place = Place::new();
        place.child("rotate");
        drop(rotating(place.0.path()));
        let number = |path: &Path| {
            let name = path.file_name()?.to_str()?.strip_prefix("app.log")?.to_owned();
            if name.is_empty() { Some(usize::MAX) } else { name.get(1..)?.parse().ok() }
        };
        let files = fs::read_dir(place.0.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = files.filter_map(|path| Some((number(&path)?, path))).collect();
        files.sort();
        assert!(files.len() > 3, "{files:?}");
        let text: String =
            files.iter().map(|(_, path)| fs::read_to_string(path).unwrap()).collect();
        // Nobody knows how far the child came: no hole, nothing twice, all in order.
        let mut next = [0; THREADS];
        for line in text.lines() {
            let (_, tail) = line.split_once("thread ").unwrap();
            let mut numbers = tail.split(' ').map_while(|word| word.parse::<usize>().ok());
            let expected = &mut next[numbers.next().unwrap()];
            assert_eq!(numbers.next(), Some(*expected), "{line}");
            *expected += 1;
        }
        assert!(next.iter().all(|count| *count > 0), "{next:?}");
    }
}

#[test]
fn what_is_recovered_by_hand_is_not_recovered_again() {
    let place = Place::new();
    place.child("kill");
    let looked = Memory::new();
    let found = Recovery::new(place.rings()).output(looked.clone()).keep(true).run().unwrap();
    assert_eq!((found.len(), place.left()), (1, 1));
    assert!(found[0].error.is_none() && found[0].damage.is_none(), "{found:?}");
    assert!(
        looked
            .lines()
            .iter()
            .all(|line| line.ends_with(" [recovered]\n") || line.ends_with(" [recovered]"))
    );
    // Another name for the same file.
    let other = place.0.path().join("rings/../app.log");
    let found = Recovery::new(place.rings()).output(File::open(other).unwrap()).run().unwrap();
    assert!(found[0].records > 0 && found[0].records <= looked.lines().len() as u64);
    check(&place.lines());
    assert_eq!(place.left(), 0);
    assert!(Recovery::new(place.rings()).output(Memory::new()).run().unwrap().is_empty());
}

#[test]
fn json_says_recovered_and_threads_have_their_names() {
    let place = Place::new();
    place.child("name");
    let memory = Memory::new();
    let json = hydra_log::Output::new(memory.clone()).format(Json::new().threads(true));
    Recovery::new(place.rings()).output(json).run().unwrap();
    let line = memory.lines().into_iter().find(|line| line.contains("named")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&value["recovered"], &value["threadName"]), (&true.into(), &"worker-7".into()));
    assert_eq!(value["fields"]["place"]["x"], 3);
}

#[test]
fn the_flight_recorder_is_recovered() {
    let place = Place::new();
    place.child("record");
    let before = place.lines().len();
    assert_eq!(before, 101, "the details in front of the error, and it");
    drop(place.engine());
    let lines = place.lines();
    let details = lines.iter().filter_map(|line| line.split_once("detail ")?.1.split_once(' '));
    let numbers: Vec<usize> = details.map(|(number, _)| number.parse().unwrap()).collect();
    assert!(numbers == (0..=RECORDS).collect::<Vec<_>>(), "{} of {RECORDS}", numbers.len());
    assert!(lines[before..].iter().all(|line| line.ends_with("[recovered]")), "{}", lines[before]);
}

#[test]
fn a_living_process_is_left_alone() {
    let place = Place::new();
    let gate = Gated::shut();
    let alive = builder(place.0.path()).sink(gate.clone()).build().unwrap();
    alive.scope(|| info!("mine"));
    let memory = Memory::new();
    // The lock belongs to the open file, so one process can try to take it twice.
    assert!(Recovery::new(place.rings()).output(memory.clone()).run().unwrap().is_empty());
    assert_eq!((place.left(), memory.lines().len()), (1, 0));
    gate.open();
    alive.flush().unwrap();
    assert_eq!(gate.lines().len(), 1);
}

#[test]
fn what_is_no_crash_file_is_told_of_once_and_put_aside() {
    let place = Place::new();
    drop(place.engine());
    let garbage = place.rings().join("1-a.hydra");
    fs::write(&garbage, vec![7; 100_000]).unwrap();
    let found = Recovery::new(place.rings()).output(Memory::new()).run().unwrap();
    assert!(found[0].error.as_ref().unwrap().to_string().contains("not a crash file"));
    assert!(!garbage.exists() && place.rings().join("1-a.hydra-rejected").exists());
}

#[test]
fn without_room_or_rights_the_engine_runs_and_says_so() {
    let place = Place::new();
    fs::create_dir(place.rings()).unwrap();
    let mut rights = fs::metadata(place.rings()).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut rights, 0o777);
    fs::set_permissions(place.rings(), rights).unwrap();
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let hook = std::sync::Arc::clone(&told);
    let memory = Memory::new();
    let engine = builder(place.0.path())
        .on_error(move |error| hook.lock().unwrap().push(error.to_string()))
        .sink(memory.clone())
        .build()
        .unwrap();
    engine.scope(|| info!("all the same"));
    engine.flush().unwrap();
    assert_eq!((memory.lines().len(), engine.stats().not_crash_proof), (1, 1));
    assert!(told.lock().unwrap()[0].contains("open to others"), "{told:?}");
}

#[test]
fn a_second_sink_has_its_own_rest() {
    let place = Place::new();
    place.child("two");
    let (log, other) = (place.log(), place.0.path().join("other.log"));
    let engine = builder(place.0.path())
        .sink(File::open(&log).unwrap())
        .sink(hydra_log::Output::new(File::open(&other).unwrap()).format(Text::new()))
        .build()
        .unwrap();
    check(&place.lines());
    let text = fs::read_to_string(other).unwrap();
    check(&text.lines().map(str::to_owned).collect::<Vec<_>>());
    drop(engine);
}

#[test]
fn a_recovery_that_dies_in_a_write_is_gone_on_with() {
    let place = Place::new();
    // It had never written anything, so its file has no room for what its sink is about to write.
    place.child("stuck");
    assert_eq!(place.lines().len(), 0);
    for deaths in 1..=3 {
        place.child("dies");
        assert!(place.lines().len() > 100 * deaths, "each wrote something");
        assert_eq!(place.left(), 1, "there is something left");
    }
    drop(place.engine());
    check(&place.lines());
    assert_eq!(place.left(), 0);
}

#[test]
fn who_dies_in_its_first_write_for_want_of_memory_has_noted_it() {
    let place = Place::new();
    place.child("starved");
    let cut = place.lines().len();
    assert!(cut > 10 && cut < THREADS * RECORDS, "it died in the middle: {cut} lines");
    drop(place.engine());
    check(&place.lines());
}

#[test]
fn a_line_that_death_cut_in_a_pipe_is_written_again_on_a_line_of_its_own() {
    let place = Place::new();
    place.child("stuck");
    place.child("dies in a pipe");
    let before = fs::read_to_string(place.log()).unwrap();
    drop(place.engine());
    let after = fs::read_to_string(place.log()).unwrap();
    let recovered = after.strip_prefix(&before).unwrap();
    let end = before.lines().last().unwrap_or_default();
    assert!(!before.ends_with('\n'), "it died between two lines: {end}");
    assert!(recovered.starts_with('\n'), "two lines in one: {end}{recovered:.200}");
    assert!(recovered.lines().skip(1).all(|line| line.ends_with(" [recovered]")));
    let whole = before.lines().filter(|line| line.ends_with(" [recovered]")).count();
    let again = recovered.lines().filter(|line| line.ends_with(" [recovered]")).count();
    assert!(whole + again >= THREADS * RECORDS, "{whole} and {again}");
}

#[test]
fn a_forked_child_leaves_its_parents_records_alone() {
    let place = Place::new();
    place.child("fork");
    drop(place.engine());
    let lines = place.lines();
    check(&lines);
    let of_child = lines.iter().filter(|line| line.contains("from the child")).count();
    assert_eq!(of_child, 100, "it had a file of its own");
    assert_eq!(place.left(), 0);
}

#[derive(Clone, Copy, Debug, hydra_log::Record)]
struct Spot {
    x: i32,
}

#[test]
#[ignore = "run by the other tests, in a process of its own"]
fn as_child() {
    let Ok(what) = env::var("HYDRA_TEST_CHILD") else { return };
    let place = PathBuf::from(env::var_os("HYDRA_TEST_PLACE").unwrap());
    if let Some(how) = what.strip_prefix("production") {
        return production(&place, how);
    }
    let engine = match what.as_str() {
        "two" => builder(&place)
            .sink(File::open(place.join("app.log")).unwrap())
            .sink(File::open(place.join("other.log")).unwrap())
            .build()
            .unwrap(),
        "stuck" => builder(&place).sink(Stuck(log(&place))).build().unwrap(),
        "starved" => builder(&place).sink(Starved(log(&place))).build().unwrap(),
        "dies" | "dies in a pipe" => {
            let is_pipe = what == "dies in a pipe";
            let sink = Dying { file: log(&place), is_pipe, writes: 0 };
            builder(&place).sink(sink).build().unwrap()
        }
        "record" => {
            let rule = Rule::new(Delivery::FlightRecorder).from(LevelFilter::Info);
            let chain = Overflow::Wait(Duration::from_secs(60));
            builder(&place)
                .sink(File::open(place.join("app.log")).unwrap())
                .deliveries(Deliveries::new().rule(rule))
                .chain(Delivery::FlightRecorder, chain)
                .recorder_bytes(1 << 20)
                .build()
                .unwrap()
        }
        other => other_engine(other, &place),
    };
    if what == "record" {
        engine.scope(|| {
            (0..100).for_each(|count| info!("detail {count} of many"));
            // A part of it is written; the rest is not.
            error!("something {}", 0);
            (100..RECORDS).for_each(|count| info!("detail {count} of many"));
        });
        engine.flush().unwrap();
        engine.scope(|| info!("detail {RECORDS} of many"));
        kill();
    }
    if what == "name" {
        let named = thread::Builder::new().name("worker-7".to_owned());
        let gate = Gated::shut();
        let engine = builder(&place).sink(gate).build().unwrap();
        let log = || engine.scope(|| info!("named", place = Spot { x: 3 }));
        thread::scope(|scope| named.spawn_scoped(scope, log).unwrap().join()).unwrap();
        kill();
    }
    if what == "fork" {
        engine.scope(fork);
    }
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let engine = &engine;
            scope.spawn(move || {
                engine.scope(|| {
                    for count in 0..RECORDS {
                        info!("thread {thread} {count} of many");
                    }
                });
            });
        }
    });
    if what == "starved" {
        starve();
        LOGGED.set(()).unwrap();
        thread::sleep(Duration::from_secs(600));
    }
    kill();
}

/// Leaves the process the memory that it has, and no more.
fn starve() {
    let most = libc::rlimit { rlim_cur: 1 << 20, rlim_max: 1 << 20 };
    // SAFETY: bounds: the limit outlives the call.
    unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const most) };
}

/// Set when everything is logged, and no memory is left.
static LOGGED: OnceLock<()> = OnceLock::new();

/// Dies in the middle of its first write, which comes when no memory is left.
struct Starved(File);

impl Sink for Starved {
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        self.0.write(&lines[..lines.len() / 2]).unwrap();
        kill();
    }

    fn name(&self) -> String {
        self.0.name()
    }

    fn place(&mut self) -> io::Result<Option<SinkPlace>> {
        LOGGED.wait();
        self.0.place()
    }
}

fn log(place: &Path) -> File {
    File::open(place.join("app.log")).unwrap()
}

/// A file that is not even looked at before the process dies.
struct Stuck(File);

impl Sink for Stuck {
    fn write(&mut self, _lines: &[u8]) -> Result<(), WriteError> {
        unreachable!("its place is asked for before")
    }

    fn name(&self) -> String {
        self.0.name()
    }

    fn place(&mut self) -> io::Result<Option<SinkPlace>> {
        thread::sleep(Duration::from_secs(600));
        self.0.place()
    }
}

/// Dies in the middle of its third write.
struct Dying {
    file: File,
    /// Whether it has no place.
    is_pipe: bool,
    writes: usize,
}

impl Sink for Dying {
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        self.writes += 1;
        if self.writes == 3 {
            let half = lines.len() / 2;
            let half = half + usize::from(lines[half - 1] == b'\n');
            self.file.write(&lines[..half]).unwrap();
            kill();
        }
        self.file.write(lines)
    }

    fn name(&self) -> String {
        self.file.name()
    }

    fn place(&mut self) -> io::Result<Option<SinkPlace>> {
        if self.is_pipe { Ok(None) } else { self.file.place() }
    }
}

fn other_engine(what: &str, place: &Path) -> Engine {
    if what == "rotate" {
        rotate(place);
    }
    engine(place)
}

/// Logs, until it is killed while files make way, batch by batch.
fn rotate(place: &Path) {
    let engine = rotating(place);
    let fourth = place.join("app.log.4");
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let log = move || {
                for count in 0..usize::MAX {
                    info!("thread {thread} {count} of many");
                }
            };
            let engine = &engine;
            scope.spawn(move || engine.scope(log));
        }
        while !fourth.exists() {
            thread::yield_now();
        }
        kill()
    });
}

/// Forks; the child logs where its parent had a ring, and ends without a flush.
fn fork() {
    info!("from the parent");
    // SAFETY: the child does what is tested: it logs, and ends.
    let child = unsafe { libc::fork() };
    if child == 0 {
        (0..100).for_each(|count| info!("from the child {count}"));
        // SAFETY: takes a number.
        unsafe { libc::_exit(0) };
    }
    let mut status = 0;
    // SAFETY: bounds: `status` outlives the call.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert_eq!(status, 0, "the child ended well");
}

fn kill() -> ! {
    // SAFETY: takes a number.
    unsafe { libc::raise(libc::SIGKILL) };
    unreachable!("killed")
}
