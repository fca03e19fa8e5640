//! `cargo xtask fuzz`: libFuzzer looks for bytes that break a reader, a parser or a queue.

use std::fs;
use std::path::{Path, PathBuf};

use crate::nightly;
use crate::term::{say, skipped, warn};
use crate::tool::{Ended, Tool, root};
use crate::{Command, Failure, Outcome};

pub(crate) const COMMAND: Command = Command {
    name: "fuzz",
    summary: "look for bytes that break a reader, a parser or a queue",
    help: "\
cargo xtask fuzz [--seconds N] [--target NAME]

Runs each target of `fuzz/` under libFuzzer and AddressSanitizer, from its seeds, from what is in
fuzz/regressions/<target>/, and from what earlier runs found. Prints one line a target. An input
that breaks a property is copied to fuzz/regressions/<target>/, where the tests on stable find it,
and the command fails. Needs nightly with rust-src and cargo-fuzz, and asks rustup and cargo for
them; where they cannot be had, one line says so, and that is no failure.

Options:
  --seconds N      so long a target [60]
  --target NAME    this target only

Examples:
  cargo xtask fuzz
  cargo xtask fuzz --seconds 5
  cargo xtask fuzz --target filter --seconds 600
",
    run,
};

const SECONDS: u32 = 60;
/// Longer inputs find no more, slower.
const INPUT_BYTES: u32 = 4096;
/// The meter in `fuzz/src/meter.rs` is much stricter; this is for the process.
const MEMORY_MIB: u32 = 1024;
/// An input that takes so long is a loop.
const INPUT_SECONDS: u32 = 10;

#[derive(Debug, PartialEq, Eq)]
struct Options {
    seconds: u32,
    target: Option<String>,
}

fn run(arguments: &[String]) -> Outcome {
    let options = options(arguments)?;
    let known = targets().map_err(Failure::Check)?;
    let chosen: Vec<&String> = match &options.target {
        Some(wanted) if !known.contains(wanted) => {
            let known = known.join(", ");
            return Err(Failure::Usage(format!("no target `{wanted}`: use one of {known}")));
        }
        Some(wanted) => known.iter().filter(|name| *name == wanted).collect(),
        None => known.iter().collect(),
    };
    if let Err(reason) = ready() {
        skipped(&format!("fuzz did not run: {reason}"));
        return Ok(());
    }
    let places = Places::new();
    places.build(options.target.as_deref()).map_err(Failure::Check)?;
    say("| target | executions | new inputs | peak memory | seconds | outcome |");
    say("|---|---|---|---|---|---|");
    let mut broken = Vec::new();
    for name in chosen {
        if !places.fuzz(name, options.seconds).map_err(Failure::Check)? {
            broken.push(name.as_str());
        }
    }
    match broken.is_empty() {
        true => Ok(()),
        false => Err(Failure::Check(format!("fuzz: broken: {}", broken.join(", ")))),
    }
}

fn options(arguments: &[String]) -> Result<Options, Failure> {
    let mut options = Options { seconds: SECONDS, target: None };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let mut value = || {
            let missing = || Failure::Usage(format!("`{word}` needs a value"));
            words.next().ok_or_else(missing)
        };
        match word.as_str() {
            "--seconds" => {
                let text = value()?;
                let seconds = text.parse().ok().filter(|seconds| *seconds > 0);
                options.seconds = seconds.ok_or_else(|| {
                    Failure::Usage(format!("`--seconds {text}`: use a whole number from 1"))
                })?;
            }
            "--target" => options.target = Some(value()?.clone()),
            other => {
                let text = format!("unknown option `{other}`: use --seconds, --target");
                return Err(Failure::Usage(text));
            }
        }
    }
    Ok(options)
}

/// The targets: the files in `fuzz/fuzz_targets/`.
fn targets() -> Result<Vec<String>, String> {
    let folder = root().join("fuzz").join("fuzz_targets");
    let explain = |error| format!("cannot read {}: {error}", folder.display());
    let mut names = Vec::new();
    for file in fs::read_dir(&folder).map_err(explain)? {
        let path = file.map_err(explain)?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

fn ready() -> Result<(), String> {
    nightly::ready(nightly::TOOLCHAIN, &["rust-src"])?;
    if Tool::cargo("fuzz --version").works() {
        return Ok(());
    }
    let install = Tool::cargo("install --locked cargo-fuzz").output();
    install
        .map(drop)
        .map_err(|reason| format!("cargo-fuzz is missing and cannot be installed: {reason}"))
}

/// Where things are built, kept and found.
struct Places {
    /// A directory of its own: the fuzzers are built with other flags than everything else.
    target: PathBuf,
    regressions: PathBuf,
}

impl Places {
    fn new() -> Self {
        let target = std::env::var_os("CARGO_TARGET_DIR");
        let target = target.map_or_else(|| root().join("target"), PathBuf::from).join("fuzz");
        Self { target, regressions: root().join("fuzz").join("regressions") }
    }

    fn corpus(&self) -> PathBuf {
        self.target.join("corpus")
    }

    fn cargo_fuzz(&self, command: &str) -> Tool {
        nightly::cargo("fuzz")
            .words(command)
            .words("--fuzz-dir fuzz --features libfuzzer --target-dir")
            .argument(&self.target.to_string_lossy())
            // Blocks that were given back count as the process's memory until they are used again.
            .env("ASAN_OPTIONS", "quarantine_size_mb=16")
            // The workspace's release is built slowly, to run fast.
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
    }

    fn build(&self, target: Option<&str>) -> Result<(), String> {
        Tool::cargo("run --quiet -p hydra-log-fuzz --example seeds --")
            .argument(&self.corpus().to_string_lossy())
            .run()?;
        let build = self.cargo_fuzz("build");
        target.map_or_else(|| build.run(), |name| self.cargo_fuzz("build").argument(name).run())
    }

    /// Runs a fuzzer and says how it went; `false` when it found something.
    fn fuzz(&self, name: &str, seconds: u32) -> Result<bool, String> {
        let found = self.target.join("found").join(name);
        let (corpus, kept) = (self.corpus().join(name), self.regressions.join(name));
        for folder in [&found, &corpus, &kept] {
            fs::create_dir_all(folder)
                .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        }
        let Ended { success, errors } = self
            .cargo_fuzz("run")
            .argument(name)
            .argument(&corpus.to_string_lossy())
            .argument(&kept.to_string_lossy())
            .words("-- -print_final_stats=1")
            .argument(&format!("-max_total_time={seconds}"))
            .argument(&format!("-max_len={INPUT_BYTES}"))
            .argument(&format!("-rss_limit_mb={MEMORY_MIB}"))
            .argument(&format!("-timeout={INPUT_SECONDS}"))
            .argument(&format!("-artifact_prefix={}/", found.display()))
            .end()?;
        let outcome = if success { "passed" } else { "BROKEN" };
        let stat = |name| stat(&errors, name).unwrap_or("?");
        say(&format!(
            "| {name} | {} | {} | {} MiB | {} | {outcome} |",
            stat("number_of_executed_units"),
            stat("new_units_added"),
            stat("peak_rss_mb"),
            seconds_of(&errors).unwrap_or("?"),
        ));
        if !success {
            self.keep(name, &errors)?;
        }
        Ok(success)
    }

    /// Copies the input that was found to the regressions, and says how to see it again.
    fn keep(&self, name: &str, errors: &str) -> Result<(), String> {
        let Some(found) = written_to(errors) else {
            warn(errors);
            return Err(format!("the fuzzer of {name} ended without an input"));
        };
        let reason = errors.lines().find(|line| line.contains("panicked at"));
        let place = errors.lines().skip_while(|line| !line.contains("panicked at")).take(3);
        warn(&reason.map_or_else(|| tail(errors), |_| place.collect::<Vec<_>>().join("\n")));
        let file = Path::new(found).file_name().unwrap_or_default();
        let kept = self.regressions.join(name).join(file);
        fs::copy(found, &kept)
            .map_err(|error| format!("cannot copy {found} to {}: {error}", kept.display()))?;
        say(&format!("{name}: the input is in {}", kept.display()));
        say("again: cargo test -p hydra-log-fuzz --test bodies what_was_found_once_holds");
        say(&format!("again: cargo xtask fuzz --target {name} --seconds 1"));
        Ok(())
    }
}

/// A number that libFuzzer prints at the end.
fn stat<'a>(errors: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = errors.lines().filter_map(|line| line.trim().strip_prefix("stat::"));
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

/// How long it ran: `Done 1234 runs in 5 second(s)`.
fn seconds_of(errors: &str) -> Option<&str> {
    let (_, behind) = errors.split_once(" runs in ")?;
    behind.split_once(" second").map(|(seconds, _)| seconds)
}

/// Where libFuzzer left the input that it stopped at.
fn written_to(errors: &str) -> Option<&str> {
    let (_, behind) = errors.split_once("Test unit written to ")?;
    behind.lines().next().map(str::trim)
}

/// The last lines, where no panic says what was wrong.
fn tail(errors: &str) -> String {
    let lines: Vec<&str> = errors.lines().collect();
    let from = lines.len().saturating_sub(40);
    lines.get(from..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Options, Failure> {
        options(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn options_have_values() {
        assert_eq!(of(""), Ok(Options { seconds: SECONDS, target: None }));
        let both = Options { seconds: 5, target: Some("filter".to_owned()) };
        assert_eq!(of("--target filter --seconds 5"), Ok(both));
        for (line, named) in [
            ("--seconds", "`--seconds`"),
            ("--seconds 0", "`--seconds 0`"),
            ("--seconds soon", "whole number"),
            ("--quick", "`--quick`"),
        ] {
            let Err(Failure::Usage(reason)) = of(line) else { panic!("{line}") };
            assert!(reason.contains(named), "{reason}");
        }
    }

    #[test]
    fn an_unknown_target_is_named_with_the_known_ones() {
        let words = ["--target".to_owned(), "flter".to_owned()];
        let Err(Failure::Usage(reason)) = run(&words) else { panic!() };
        assert!(reason.contains("`flter`") && reason.contains("filter"), "{reason}");
    }

    #[test]
    fn what_the_fuzzer_says_is_read() {
        let errors = "INFO: seed\nDone 1234 runs in 5 second(s)\n\
                      stat::number_of_executed_units: 1234\nstat::peak_rss_mb:              61\n";
        assert_eq!(stat(errors, "number_of_executed_units"), Some("1234"));
        assert_eq!(stat(errors, "peak_rss_mb"), Some("61"));
        assert_eq!((stat(errors, "new_units_added"), written_to(errors)), (None, None));
        assert_eq!(seconds_of(errors), Some("5"));
        let crash = "artifact_prefix='a/'; Test unit written to a/crash-0d\nBase64: AA==\n";
        assert_eq!(written_to(crash), Some("a/crash-0d"));
    }
}
