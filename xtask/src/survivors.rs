//! `cargo xtask survivors`: small changes to the rings and the records that no fast test notices.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::term::{bad, good, say, skipped};
use crate::tool::{Tool, root};
use crate::{Command, Failure, Outcome};

pub(crate) const COMMAND: Command = Command {
    name: "survivors",
    summary: "change the rings and records one expression at a time: a fast test notices each",
    help: "\
cargo xtask survivors [--file F] [--shard K/N]

Lets cargo-mutants change one expression or one function of `core/src/ring` and `core/src/record`
at a time, and runs the fast tests of that part each time. Prints a line a file: how many mutants,
how many were caught by a failing test or by a test that no longer ended, how many did not compile,
and how many survived. A survivor is a failure, unless `.cargo/mutants.toml` argues why it makes no
difference. All of it takes up to an hour on two cores, so it is for a person, and not in CI.

Installs cargo-mutants where it is missing; where it cannot be had, one line says so, and that is no
failure.

Options:
  --file F     only the files whose path starts so
  --shard K/N  only one of N parts of each area, the first being 0/N

Examples:
  cargo xtask survivors
  cargo xtask survivors --file core/src/ring/spsc/
  cargo xtask survivors --shard 0/8
",
    run,
};

/// The names in `.cargo/mutants.toml` are those that this version gives to mutants.
const VERSION: &str = "27";

/// Some code, and the tests that have to notice changes to it.
struct Area {
    name: &'static str,
    place: &'static str,
    tests: &'static str,
}

const AREAS: [Area; 2] = [
    Area {
        name: "ring",
        place: "core/src/ring/",
        tests: "--lib --test=rings --test=recover --test=small_lane",
    },
    Area {
        name: "record",
        place: "core/src/record/",
        tests: "--lib --test=record_bytes --test=record_dictionary --test=record_firmware \
                --test=record_format",
    },
];

/// Threads at full speed take long where the processors are shared, and then a mutant that nobody
/// noticed would count as a test that does not end.
const WITHOUT: &str = "-- -- --skip=stress:: --skip=come_and_go --skip=chance::";

/// What became of a mutant, and where cargo-mutants lists it.
const FATES: [&str; 4] = ["caught", "timeout", "unviable", "missed"];
const MISSED: usize = 3;

fn run(arguments: &[String]) -> Outcome {
    let (file, shard) = options(arguments)?;
    if let Err(reason) = ready() {
        skipped(&format!("survivors did not run: {reason}"));
        return Ok(());
    }
    let mut tally = Tally::default();
    for area in &AREAS {
        let Some(place) = narrowed(area.place, &file) else { continue };
        mutate(area, &place, &shard)?;
        tally.add(&results(area)).map_err(Failure::Check)?;
    }
    tally.show()
}

/// The values of `--file` and `--shard`, empty where they are not given.
fn options(arguments: &[String]) -> Result<(String, String), Failure> {
    let (mut file, mut shard) = (String::new(), String::new());
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let value = match word.as_str() {
            "--file" => &mut file,
            "--shard" => &mut shard,
            _ => {
                let reason = format!("unknown option `{word}`: use --file, --shard");
                return Err(Failure::Usage(reason));
            }
        };
        let missing = || Failure::Usage(format!("`{word}` needs a value"));
        words.next().ok_or_else(missing)?.clone_into(value);
    }
    let known = AREAS.iter().any(|area| narrowed(area.place, &file).is_some());
    if known { Ok((file, shard)) } else { Err(Failure::Usage(unknown_place(&file))) }
}

fn unknown_place(file: &str) -> String {
    let places: Vec<&str> = AREAS.iter().map(|area| area.place).collect();
    format!("`{file}` is not looked at: use a path in {}", places.join(" or "))
}

/// The narrower of two paths, or nothing where they are different ones.
fn narrowed(place: &str, file: &str) -> Option<String> {
    if file.starts_with(place) {
        return Some(file.to_owned());
    }
    place.starts_with(file).then(|| place.to_owned())
}

fn ready() -> Result<(), String> {
    if Tool::cargo("mutants --version").works() {
        return Ok(());
    }
    say("cargo-mutants is installed first: this takes some minutes");
    Tool::cargo("install --locked cargo-mutants --version").argument(VERSION).output().map(drop)
}

/// Runs cargo-mutants over an area. That mutants survived is found in what it leaves.
fn mutate(area: &Area, place: &str, shard: &str) -> Outcome {
    let results = results(area);
    // Names of mutants start with their file's path.
    let pattern = format!("^{}", place.replace('.', r"\."));
    let mut tool = Tool::cargo("mutants --jobs 2 --no-times --re").argument(&pattern);
    if !shard.is_empty() {
        tool = tool.argument("--shard").argument(shard);
    }
    // Not as an argument of the tests alone: then all of them would be built for each mutant.
    for test in area.tests.split_whitespace() {
        tool = tool.argument(&format!("--cargo-arg={test}"));
    }
    fs::create_dir_all(&results)
        .map_err(|error| Failure::Check(format!("cannot make {}: {error}", results.display())))?;
    let tool = tool.argument("--output").argument(&results.to_string_lossy()).words(WITHOUT);
    // A path that is relative to each of the copies: jobs that shared one would run each other's
    // mutants.
    let ended = tool.env("CARGO_TARGET_DIR", "target").code();
    match ended.map_err(Failure::Check)? {
        // Nothing survived; something did; a test did not end.
        0 | 2 | 3 => Ok(()),
        code => Err(Failure::Check(format!("cargo-mutants ended with exit code {code}"))),
    }
}

/// Where cargo-mutants leaves its lists.
fn results(area: &Area) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| root().join("target"), |target| root().join(target));
    target.join("survivors").join(area.name)
}

/// How many mutants of each file had which fate, and which survived.
#[derive(Default)]
struct Tally {
    files: BTreeMap<String, [usize; FATES.len()]>,
    survivors: Vec<String>,
}

impl Tally {
    fn add(&mut self, results: &Path) -> Result<(), String> {
        for (fate, name) in FATES.iter().enumerate() {
            let path = results.join(format!("mutants.out/{name}.txt"));
            let list = fs::read_to_string(&path);
            let list = list.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            list.lines().for_each(|mutant| self.count(fate, mutant));
        }
        Ok(())
    }

    fn count(&mut self, fate: usize, mutant: &str) {
        let file = mutant.split(':').next().unwrap_or(mutant);
        if let Some(count) = self.files.entry(file.to_owned()).or_default().get_mut(fate) {
            *count += 1;
        }
        if fate == MISSED {
            self.survivors.push(mutant.to_owned());
        }
    }

    fn rows(&self) -> Vec<String> {
        let mut all = [0; FATES.len()];
        let mut rows = Vec::new();
        for (file, counts) in &self.files {
            all.iter_mut().zip(counts).for_each(|(all, count)| *all += count);
            rows.push(row(file, counts));
        }
        rows.push(row("all", &all));
        rows
    }

    fn show(&self) -> Outcome {
        say("| file | mutants | caught | timeouts | unviable | survived |");
        say("|---|---|---|---|---|---|");
        self.rows().iter().for_each(|row| say(row));
        self.survivors.iter().for_each(|mutant| bad(mutant));
        match self.survivors.len() {
            0 => good("survivors: none"),
            1 => return Err(Failure::Check("1 mutant survived".to_owned())),
            count => return Err(Failure::Check(format!("{count} mutants survived"))),
        }
        Ok(())
    }
}

fn row(name: &str, counts: &[usize; FATES.len()]) -> String {
    let sum: usize = counts.iter().sum();
    let counts: Vec<String> = counts.iter().map(usize::to_string).collect();
    format!("| {name} | {sum} | {} |", counts.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn options_are_taken_or_named() {
        let both = options(&words("--shard 1/8 --file core/src/ring/mod.rs"));
        assert_eq!(both, Ok(("core/src/ring/mod.rs".to_owned(), "1/8".to_owned())));
        assert_eq!(options(&[]), Ok((String::new(), String::new())));
        for (line, named) in [
            ("--file", "`--file` needs"),
            ("--all", "`--all`"),
            ("--file core/src/emit.rs", "core/src/record/"),
        ] {
            let Err(Failure::Usage(reason)) = options(&words(line)) else { panic!("{line}") };
            assert!(reason.contains(named), "{reason}");
        }
    }

    #[test]
    fn an_area_is_narrowed_to_a_file() {
        for (file, place) in [
            ("", Some("core/src/ring/")),
            ("core/src", Some("core/src/ring/")),
            ("core/src/ring/mod.rs", Some("core/src/ring/mod.rs")),
            ("core/src/record/", None),
        ] {
            assert_eq!(narrowed("core/src/ring/", file).as_deref(), place, "{file}");
        }
    }

    #[test]
    fn mutants_are_counted_by_file_and_survivors_kept() {
        let mut tally = Tally::default();
        for (fate, mutant) in [
            (0, "core/src/ring/mod.rs:1:2: replace a with b"),
            (1, "core/src/ring/mod.rs:1:2: replace a with c"),
            (2, "core/src/record/mod.rs:7:1: delete !"),
            (MISSED, "core/src/ring/mod.rs:3:4: replace d with e"),
        ] {
            tally.count(fate, mutant);
        }
        assert_eq!(tally.survivors, ["core/src/ring/mod.rs:3:4: replace d with e"]);
        assert_eq!(
            tally.rows(),
            [
                "| core/src/record/mod.rs | 1 | 0 | 0 | 1 | 0 |",
                "| core/src/ring/mod.rs | 3 | 1 | 1 | 0 | 1 |",
                "| all | 4 | 1 | 1 | 1 | 1 |",
            ]
        );
        let Err(Failure::Check(reason)) = tally.show() else { panic!() };
        assert_eq!(reason, "1 mutant survived");
    }
}
