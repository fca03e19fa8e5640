//! `cargo xtask cost`: what a program with many log statements costs its compiler and its size.
//!
//! Two programs of 2,000 statements are written into the target directory, one with our macros, one
//! with those of `log` and `env_logger` as its logger. Both are built in turn, several times, only
//! their own crate each time, so that the ratio is of one run.

use core::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::term::say;
use crate::tool::{Tool, root};
use crate::{Command, Failure, Outcome, only};

pub(crate) const COMMAND: Command = Command {
    name: "cost",
    summary: "compile time of 2,000 log statements beside log's, bytes of code a call",
    help: "\
cargo xtask cost

Prints `name,value,unit` lines: seconds to compile 2,000 log statements with Hydra and with log and
env_logger (the least of three builds in turn), their ratio, and the bytes of code of one call
without arguments and with three, as `size` sees them in the object files of a release build.

Examples:
  cargo xtask cost
",
    run,
};

const STATEMENTS: usize = 2000;
/// Statements of one function: a function of 2,000 would measure how compilers scale with it.
const A_FUNCTION: usize = 20;
const ROUNDS: usize = 3;

/// What a generated program logs with.
struct Subject {
    name: &'static str,
    dependencies: &'static str,
    macros: &'static str,
    start: &'static str,
}

const SUBJECTS: [Subject; 2] = [
    Subject {
        name: "hydra",
        dependencies: "hydra-log = { path = \"ROOT/std-adapter\" }",
        macros: "hydra_log",
        start: "let _guard = hydra_log::init();",
    },
    Subject {
        name: "log",
        dependencies: "log = \"0.4\"\nenv_logger = \"0.11\"",
        macros: "log",
        start: "env_logger::init();",
    },
];

/// What a program's statements are.
#[derive(Clone, Copy)]
enum Shape {
    Mixed,
    NoArgument,
    Three,
}

fn run(arguments: &[String]) -> Outcome {
    only(arguments, &[])?;
    cost().map_err(Failure::Check)
}

fn cost() -> Result<(), String> {
    let folder = target().join("cost");
    for profile in ["dev", "release"] {
        let mut least = [f64::INFINITY; SUBJECTS.len()];
        for subject in &SUBJECTS {
            generate(&folder, subject, Shape::Mixed, STATEMENTS)?;
            build(&folder, subject, profile)?;
        }
        for _ in 0..ROUNDS {
            for (subject, least) in SUBJECTS.iter().zip(&mut least) {
                // Written anew: the crate is built again, its dependencies are not.
                generate(&folder, subject, Shape::Mixed, STATEMENTS)?;
                *least = least.min(build(&folder, subject, profile)?);
            }
        }
        for (subject, seconds) in SUBJECTS.iter().zip(least) {
            say(&format!("compile_{}_{profile}_s,{seconds:.2},s", subject.name));
        }
        let [ours, theirs] = least;
        say(&format!("compile_{profile}_ratio,{:.2},times", ours / theirs));
    }
    for subject in &SUBJECTS {
        for (shape, name) in [(Shape::NoArgument, "no_argument"), (Shape::Three, "three_arguments")]
        {
            let bytes = code_bytes(&folder, subject, shape)?;
            say(&format!("code_{}_{name},{bytes:.1},bytes a call", subject.name));
        }
    }
    Ok(())
}

fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    target.map_or_else(|| root().join("target"), PathBuf::from)
}

fn generate(
    folder: &Path,
    subject: &Subject,
    shape: Shape,
    statements: usize,
) -> Result<(), String> {
    let home = folder.join(subject.name);
    let dependencies = subject.dependencies.replace("ROOT", &root().to_string_lossy());
    let manifest = format!(
        "[package]\nname = \"cost-{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\n{dependencies}\n\n[profile.release]\ncodegen-units = 1\n",
        subject.name
    );
    let failed = |error: std::io::Error| format!("{}: {error}", home.display());
    fs::create_dir_all(home.join("src")).map_err(failed)?;
    fs::write(home.join("Cargo.toml"), manifest).map_err(failed)?;
    fs::write(home.join("src/main.rs"), source(subject, shape, statements)).map_err(failed)
}

/// Functions of log statements, all called with values that nobody knows.
fn source(subject: &Subject, shape: Shape, statements: usize) -> String {
    let Subject { macros, start, .. } = subject;
    let mut text = String::new();
    // Writing to a `String` cannot fail.
    for function in 0..statements.div_ceil(A_FUNCTION) {
        let _ =
            writeln!(text, "#[inline(never)]\nfn f{function}(a: u64, b: i32, c: f64, d: &str) {{");
        for n in function * A_FUNCTION..((function + 1) * A_FUNCTION).min(statements) {
            let call = match (shape, n % 4) {
                (Shape::NoArgument, _) | (Shape::Mixed, 0) => format!("\"statement {n}\""),
                (Shape::Three, _) | (Shape::Mixed, 1) => {
                    format!("\"statement {n}: {{}} {{}} {{}}\", a, b, c")
                }
                (Shape::Mixed, 2) => format!("\"statement {n} of {{d}}\""),
                (Shape::Mixed, _) => format!("\"statement {n}: {{a}} at {{c:.2}}\""),
            };
            let _ = writeln!(text, "    {macros}::info!({call});");
        }
        text.push_str("    std::hint::black_box((a, b, c, d));\n}\n");
    }
    let _ = writeln!(text, "fn main() {{\n    {start}\n    let x = std::hint::black_box;");
    for function in 0..statements.div_ceil(A_FUNCTION) {
        let _ = writeln!(text, "    f{function}(x(1), 2, 3.5, \"four\");");
    }
    text.push_str("}\n");
    text
}

/// Seconds of building the crate itself.
fn build(folder: &Path, subject: &Subject, profile: &str) -> Result<f64, String> {
    let begin = Instant::now();
    cargo(folder, subject, &format!("build --quiet --profile {profile}"))?;
    Ok(begin.elapsed().as_secs_f64())
}

fn cargo(folder: &Path, subject: &Subject, line: &str) -> Result<(), String> {
    let built = folder.join("target").to_string_lossy().into_owned();
    // Otherwise what is built again is taken from the build before.
    let crates = Tool::cargo(line).within(&folder.join(subject.name));
    crates.env("CARGO_TARGET_DIR", &built).env("CARGO_INCREMENTAL", "0").run()
}

/// Bytes of code that a statement adds: the slope between two programs.
fn code_bytes(folder: &Path, subject: &Subject, shape: Shape) -> Result<f64, String> {
    const FEW: usize = 200;
    const MANY: usize = 1200;
    let text_bytes = |statements| {
        generate(folder, subject, shape, statements)?;
        let objects = folder.join("target/release/deps");
        let name = format!("cost_{}-", subject.name);
        let ours = |path: &PathBuf| {
            let file = path.file_name().map(|file| file.to_string_lossy().into_owned());
            file.is_some_and(|file| file.starts_with(&name) && file.ends_with(".o"))
        };
        let list = || -> Result<Vec<PathBuf>, String> {
            let entries = fs::read_dir(&objects).map_err(|error| error.to_string())?;
            Ok(entries.flatten().map(|entry| entry.path()).filter(ours).collect())
        };
        for old in list().unwrap_or_default() {
            drop(fs::remove_file(old));
        }
        cargo(folder, subject, "rustc --quiet --release -- --emit=obj,link")?;
        let mut sum = 0.0;
        for object in list()? {
            let sizes =
                Tool::new("size").words("-A").argument(&object.to_string_lossy()).output()?;
            sum += code(&sizes);
        }
        match sum > 0.0 {
            true => Ok(sum),
            false => Err(format!("{}: no object file to look at", subject.name)),
        }
    };
    let (few, many): (f64, f64) = (text_bytes(FEW)?, text_bytes(MANY)?);
    #[expect(clippy::cast_precision_loss, reason = "a thousand")]
    let statements = (MANY - FEW) as f64;
    Ok((many - few) / statements)
}

/// The bytes of all sections of code in what `size -A` prints.
fn code(sizes: &str) -> f64 {
    let sections = sizes.lines().filter(|line| line.starts_with(".text"));
    sections.filter_map(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_is_there_once() {
        for subject in &SUBJECTS {
            let text = source(subject, Shape::Mixed, 45);
            let calls = format!("{}::info!(", subject.macros);
            assert_eq!(text.matches(&calls).count(), 45);
            assert_eq!(text.matches("\nfn f").count(), 3, "{text}");
            assert!(text.contains("    f2(x(1), 2, 3.5, \"four\");"));
        }
    }

    #[test]
    fn code_is_the_sum_of_its_sections() {
        let sizes = "x.o  :\nsection   size   addr\n.text       16      0\n.text.f1    40      0\n\
                     .data       99      0\nTotal      155\n";
        assert_eq!(code(sizes).to_bits(), 56_f64.to_bits());
    }
}
