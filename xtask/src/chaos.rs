//! `cargo xtask chaos`: a program that logs is killed again and again; nothing may be missing.

use core::fmt;
use core::time::Duration;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

mod peer;

use self::peer::{Kind, Reader};
use crate::progress::Progress;
use crate::term::say;
use crate::tool::{Tool, root};
use crate::{Command, Failure, Outcome};

pub(crate) const COMMAND: Command = Command {
    name: "chaos",
    summary: "kill a program that logs at full speed; every record must be there, once",
    help: "\
cargo xtask chaos [--kills N] [--seed N]

Starts a program whose threads log numbered records into crash-proof rings at full speed, and kills
it at a random instant: in turn by SIGKILL, a segmentation fault, abort, process::exit, a panic that
aborts, and want of memory. A page outside the engine says which calls had returned. Then starts it
again (every fourth time killing that as well), and reads the log: each record whose call returned
stands there once, in its thread's order. Two lives of three have a second sink, a pipe or a socket:
there each such record arrived at least once, and is marked the second time. Says on the way how far
it is, and at the end a line for each way to die: kills, how many found records that were not
written, how many came in the middle of a write, records lost and doubled, and records that the pipe
or the socket got twice, marked. Stops at the first kill after which a record is missing, doubled or
out of order, and names what it left. Fails too if fewer than 90 % of the kills found something to
recover, or if fewer than 10 % came in the middle of a write. Needs Linux.

Options:
  --kills N    how many times [50]
  --seed N     where the random instants begin [the time]

Examples:
  cargo xtask chaos
  cargo xtask chaos --kills 2000
",
    run,
};

const WAYS: [&str; 6] = ["kill", "segv", "abort", "exit", "panic", "oom"];
const THREADS: usize = 3;
/// As the victim places its words.
const STRIDE: usize = 64;
/// A victim that has not begun or ended by then hangs.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest life.
const LIFE_US: u64 = 20_000;

#[derive(Debug, PartialEq, Eq)]
struct Options {
    kills: u64,
    seed: Option<u64>,
}

/// What the kills of one way came to.
#[derive(Clone, Copy, Default)]
struct Sum {
    kills: u64,
    unwritten: u64,
    writing: u64,
    records: u64,
    recovered: u64,
    lost: u64,
    doubled: u64,
    disordered: u64,
    /// In a pipe or a socket, where the second one is marked.
    marked: u64,
}

impl Sum {
    /// Whether each record is there once, in order.
    fn whole(&self) -> Result<(), String> {
        let Self { lost, doubled, disordered, .. } = self;
        if lost + doubled + disordered == 0 {
            return Ok(());
        }
        Err(format!("{lost} records lost, {doubled} doubled, {disordered} out of order"))
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { unwritten, writing, records, lost, doubled, .. } = self;
        write!(
            f,
            "{unwritten} found unwritten records, {writing} came in a write, {records} records, \
             {lost} lost, {doubled} doubled"
        )
    }
}

fn run(arguments: &[String]) -> Outcome {
    let Options { kills, seed } = options(arguments)?;
    if !cfg!(target_os = "linux") {
        crate::term::skipped("crash-proof rings need Linux: nothing is killed");
        return Ok(());
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seed = seed.unwrap_or_else(|| u64::try_from(since.as_micros()).unwrap_or(1)).max(1);
    say(&format!("seed {seed}"));
    let build = "build --quiet --release -p hydra-log --example victim";
    Tool::cargo(build).run().map_err(Failure::Check)?;
    let mut sums = [Sum::default(); WAYS.len()];
    let mut scratch = Scratch::new().map_err(|error| Failure::Check(error.to_string()))?;
    let killed = kill_all(kills, &scratch, &mut Dice(seed), &mut sums);
    table(&sums);
    if let Err(reason) = killed {
        scratch.is_kept = true;
        let left = scratch.path.join("place");
        let text = format!("{reason}; what it left is in {}; seed {seed}", left.display());
        return Err(Failure::Check(text));
    }
    check(&all(&sums)).map_err(Failure::Check)
}

/// Kills as often, unless something is wrong before.
fn kill_all(
    kills: u64,
    scratch: &Scratch,
    dice: &mut Dice,
    sums: &mut [Sum; WAYS.len()],
) -> Result<(), String> {
    let mut progress = Progress::new(kills);
    for round in 0..kills {
        let way = usize::try_from(round).unwrap_or(0) % WAYS.len();
        let (Some(sum), Some(how)) = (sums.get_mut(way), WAYS.get(way)) else { continue };
        let kind = Kind::of(round, WAYS.len() as u64);
        let life = Life { how, kind, is_killed_twice: round % 4 == 3 };
        let outcome = one(scratch, life, dice, sum).and_then(|()| sum.whole());
        if let Err(reason) = outcome {
            progress.end();
            let beside = kind.word();
            return Err(format!("kill {round} ({how}, second sink: {beside}): {reason}"));
        }
        progress.at(round + 1, &all(sums).to_string());
    }
    progress.end();
    Ok(())
}

fn options(arguments: &[String]) -> Result<Options, Failure> {
    let mut options = Options { kills: 50, seed: None };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let number = words.next().and_then(|value| value.parse().ok());
        match (word.as_str(), number) {
            ("--kills", Some(number)) => options.kills = number,
            ("--seed", Some(number)) => options.seed = Some(number),
            ("--kills" | "--seed", None) => {
                return Err(Failure::Usage(format!("{word} needs a number")));
            }
            _ => {
                let text = format!("unknown argument {word}: use --kills or --seed");
                return Err(Failure::Usage(text));
            }
        }
    }
    Ok(options)
}

/// How a victim lives and dies.
#[derive(Clone, Copy)]
struct Life {
    how: &'static str,
    kind: Kind,
    /// Whether the next start is killed, too.
    is_killed_twice: bool,
}

/// One life, one death, and what comes after.
fn one(scratch: &Scratch, life: Life, dice: &mut Dice, sum: &mut Sum) -> Result<(), String> {
    let Life { how, kind, is_killed_twice } = life;
    let place = scratch.path.join("place");
    let _none_before = fs::remove_dir_all(&place);
    fs::create_dir_all(&place).map_err(|error| error.to_string())?;
    let reader = Reader::start(kind, &place).map_err(|error| error.to_string())?;
    let (word, life) = (kind.word(), dice.below(LIFE_US));
    let (home, threads, after) = (text(&place), THREADS.to_string(), life.to_string());
    let mut victim = start(&["run", &home, word, how, &threads, &after])?;
    if how == "kill" {
        let begun = Instant::now();
        while witness(&place).iter().all(|count| *count == 0) {
            if begun.elapsed() > PATIENCE {
                return Err("it logs nothing".to_owned());
            }
            thread::sleep(Duration::from_micros(200));
        }
        thread::sleep(Duration::from_micros(life));
        victim.kill().map_err(|error| error.to_string())?;
    }
    wait(&mut victim)?;
    let unmarked = fs::read(place.join("app.log")).unwrap_or_default();
    let was_writing = is_writing(&place);
    if is_killed_twice {
        let mut next = start(&["recover", &home, word])?;
        thread::sleep(Duration::from_micros(dice.below(LIFE_US)));
        // It may have ended by itself.
        let _killed = next.kill();
        wait(&mut next)?;
    }
    let next = start(&["recover", &home, word])?;
    let output = next.wait_with_output().map_err(|error| error.to_string())?;
    let told = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || told.contains("error ") {
        return Err(format!("the next start: {} {told}", output.status));
    }
    sum.kills += 1;
    sum.writing += u64::from(was_writing);
    let log = fs::read(place.join("app.log")).map_err(|error| error.to_string())?;
    sum.unwritten += u64::from(log.len() > unmarked.len());
    sum.recovered += log.windows(12).filter(|tail| tail == b"[recovered]\n").count() as u64;
    if let Some(reader) = reader {
        let (lost, marked) = peer::judge(&reader.end()?, &witness(&place))?;
        (sum.lost, sum.marked) = (sum.lost + lost, sum.marked + marked);
    }
    judge(&log, &witness(&place), sum)
}

/// Reads the log: every record up to the witness, once, in order; at most one more a thread.
fn judge(log: &[u8], witness: &[u64], sum: &mut Sum) -> Result<(), String> {
    let mut next = vec![0_u64; witness.len()];
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(line);
        let Some((_, tail)) = line.split_once(" record ") else {
            return Err(format!("a line that no call made: {line:?}"));
        };
        let mut numbers = tail.split(' ').map(str::parse::<u64>);
        let (Some(Ok(thread)), Some(Ok(count))) = (numbers.next(), numbers.next()) else {
            return Err(format!("half a line: {line:?}"));
        };
        if !tail.ends_with("of a thread\n") && !tail.ends_with("of a thread [recovered]\n") {
            return Err(format!("half a line: {line:?}"));
        }
        let place = usize::try_from(thread).ok().and_then(|thread| next.get_mut(thread));
        let Some(expected) = place else { return Err(format!("no such thread: {line:?}")) };
        match count.cmp(expected) {
            core::cmp::Ordering::Equal => *expected += 1,
            core::cmp::Ordering::Less => sum.doubled += 1,
            core::cmp::Ordering::Greater => {
                sum.disordered += 1;
                *expected = count + 1;
            }
        }
    }
    for (there, returned) in next.iter().zip(witness) {
        sum.records += there;
        sum.lost += returned.saturating_sub(*there);
        if *there > returned + 1 {
            return Err(format!("{there} records of a thread that made {returned} calls"));
        }
    }
    Ok(())
}

fn all(sums: &[Sum]) -> Sum {
    let mut all = Sum::default();
    for sum in sums {
        all.kills += sum.kills;
        all.unwritten += sum.unwritten;
        all.writing += sum.writing;
        all.records += sum.records;
        all.recovered += sum.recovered;
        all.lost += sum.lost;
        all.doubled += sum.doubled;
        all.disordered += sum.disordered;
        all.marked += sum.marked;
    }
    all
}

fn table(sums: &[Sum]) {
    say(
        "| death | kills | unwritten | in a write | records | recovered | lost | doubled | twice |",
    );
    say("|---|---|---|---|---|---|---|---|---|");
    WAYS.iter().zip(sums).for_each(|(way, sum)| row(way, sum));
    row("all", &all(sums));
}

/// Whether the kills did what they are for: came before and within writes.
fn check(all: &Sum) -> Result<(), String> {
    all.whole()?;
    if all.unwritten * 10 < all.kills * 9 {
        return Err(format!("only {} of {} kills left something", all.unwritten, all.kills));
    }
    if all.writing * 10 < all.kills {
        return Err(format!("only {} of {} kills came in a write", all.writing, all.kills));
    }
    Ok(())
}

fn row(way: &str, sum: &Sum) {
    let Sum { kills, unwritten, writing, records, recovered, lost, doubled, marked, .. } = sum;
    let numbers = [kills, unwritten, writing, records, recovered, lost, doubled, marked];
    let cells: String = numbers.iter().map(|number| format!(" {number} |")).collect();
    say(&format!("| {way} |{cells}"));
}

/// How many calls of each thread had returned.
fn witness(place: &Path) -> Vec<u64> {
    let bytes = fs::read(place.join("witness")).unwrap_or_default();
    let words = bytes.chunks(STRIDE).filter_map(|chunk| chunk.first_chunk());
    let mut counts: Vec<u64> = words.map(|word| u64::from_le_bytes(*word)).collect();
    counts.resize(THREADS, 0);
    counts
}

/// Whether the dead process was in the middle of a batch: the state of its first sink, at the start
/// of the second page of its file.
fn is_writing(place: &Path) -> bool {
    let files = fs::read_dir(place.join("rings")).into_iter().flatten().filter_map(Result::ok);
    files.filter_map(|file| fs::read(file.path()).ok()).any(|bytes| bytes.get(4096) == Some(&1))
}

fn start(arguments: &[&str]) -> Result<Child, String> {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| root().join("target"), PathBuf::from);
    let victim = root().join(target).join("release/examples/victim");
    Process::new(victim)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("the victim did not start: {error}"))
}

fn wait(child: &mut Child) -> Result<(), String> {
    let begun = Instant::now();
    while child.try_wait().map_err(|error| error.to_string())?.is_none() {
        if begun.elapsed() > PATIENCE {
            let _killed = child.kill();
            return Err("it does not end".to_owned());
        }
        thread::sleep(Duration::from_micros(500));
    }
    Ok(())
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A directory on the memory file system, removed at the end.
struct Scratch {
    path: PathBuf,
    /// What a failure left is looked into.
    is_kept: bool,
}

impl Scratch {
    fn new() -> std::io::Result<Self> {
        let memory = Path::new("/dev/shm");
        let home = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
        let path = home.join(format!("hydra-chaos-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self { path, is_kept: false })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.is_kept && !thread::panicking() {
            let _gone = fs::remove_dir_all(&self.path);
        }
    }
}

/// Numbers without a pattern, from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &str, witness: &[u64]) -> Result<(u64, u64, u64), String> {
        let mut sum = Sum::default();
        judge(lines.as_bytes(), witness, &mut sum)?;
        Ok((sum.lost, sum.doubled, sum.disordered))
    }

    #[test]
    fn judges_a_log() {
        let line =
            |thread: u32, count: u32| format!("12:00 a: record {thread} {count} of a thread\n");
        let two = [line(0, 0), line(1, 0), line(0, 1)].concat();
        assert_eq!(of(&two, &[2, 1]), Ok((0, 0, 0)));
        assert_eq!(of(&two, &[1, 1]), Ok((0, 0, 0)), "a call that had not returned");
        assert_eq!(of(&two, &[3, 1]), Ok((1, 0, 0)));
        assert_eq!(of(&[line(0, 0), line(0, 0)].concat(), &[1]), Ok((0, 1, 0)));
        assert_eq!(of(&[line(0, 0), line(0, 2)].concat(), &[3]), Ok((0, 0, 1)));
        assert!(of(&two, &[0, 1]).is_err(), "more than were made");
        assert!(of(two.trim_end(), &[2, 1]).is_err(), "half a line");
        assert!(of("12:00 WARN hydra: 3 records lost\n", &[0]).is_err());
    }

    #[test]
    fn says_when_it_proved_nothing() {
        let good = Sum { kills: 100, unwritten: 90, writing: 10, ..Sum::default() };
        assert_eq!(check(&good), Ok(()));
        for bad in [
            Sum { unwritten: 89, ..good },
            Sum { writing: 9, ..good },
            Sum { lost: 1, ..good },
            Sum { doubled: 1, ..good },
            Sum { disordered: 1, ..good },
        ] {
            assert!(check(&bad).is_err(), "{bad}");
        }
        assert_eq!(all(&[good, good]).kills, 200);
    }

    #[test]
    fn reads_its_options() {
        let of = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            options(&words).ok()
        };
        assert_eq!(of(""), Some(Options { kills: 50, seed: None }));
        assert_eq!(of("--kills 7 --seed 3"), Some(Options { kills: 7, seed: Some(3) }));
        assert_eq!((of("--kills"), of("--kills x"), of("--kill 3")), (None, None, None));
    }
}
