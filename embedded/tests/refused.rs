//! What is not compiled or not linked, and what the error says to do about it.
//!
//! Each source in `refused/` names the sentence that its error has. They are built with cargo, in a
//! workspace of their own.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const BARE: &str = "thumbv7m-none-eabi";

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("refused")
}

/// The programs of a directory: their names, and what their errors have to say. What says nothing
/// is no program.
fn programs(directory: &Path) -> Vec<(String, String)> {
    let files = fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
    let mut programs: Vec<_> = files.filter_map(|file| program(&file)).collect();
    programs.sort();
    programs
}

fn program(file: &Path) -> Option<(String, String)> {
    let name = file.file_stem()?.to_str()?.to_owned();
    let text = fs::read_to_string(file).ok()?;
    let said = text.lines().find_map(|line| line.strip_prefix("// says: "))?;
    Some((name, said.to_owned()))
}

/// Makes a package of the sources in a directory; where it lies.
fn package(name: &str, directory: &Path, features: &str) -> PathBuf {
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let embedded = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = embedded.parent().unwrap();
    let mut manifest = format!(
        "[package]\nname = \"refused\"\nedition = \"2024\"\n[workspace]\n\
         [profile.dev]\ndebug = false\nincremental = false\n[dependencies]\n\
         hydra-log-embedded = {{ path = {embedded:?}, features = [{features}] }}\n"
    );
    if !features.is_empty() {
        manifest += "defmt = \"1\"\n";
    }
    let library = directory.join("a_library_with_a_ring.rs");
    if library.exists() {
        manifest += &format!("[lib]\npath = {library:?}\n");
    }
    for (program, _) in programs(directory) {
        let path = directory.join(format!("{program}.rs"));
        manifest += &format!("[[bin]]\nname = \"{program}\"\npath = {path:?}\n");
    }
    fs::create_dir_all(&package).unwrap();
    fs::write(package.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock")).unwrap();
    package
}

/// What cargo says of a program; none: it was built.
fn refusal(package: &Path, program: &str, target: Option<&str>) -> Option<String> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap());
    cargo.current_dir(package).args(["build", "--quiet", "--bin", program, "--target-dir"]);
    cargo.arg(package.join("target")).env("CARGO_TERM_COLOR", "never");
    if let Some(target) = target {
        cargo.args(["--target", target]);
    }
    let output = cargo.output().unwrap();
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Each program is refused with its sentence; those that aren't, and what they got instead.
fn check(package: &Path, directory: &Path, target: Option<&str>) {
    let wrong: Vec<String> = programs(directory)
        .into_iter()
        .filter_map(|(program, said)| match refusal(package, &program, target) {
            Some(error) if error.contains(&said) => None,
            Some(error) => Some(format!("{program} does not say `{said}`, but:\n{error}")),
            None => Some(format!("{program} is built")),
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wrong_program_is_told_what_to_do() {
    let directory = sources();
    assert!(programs(&directory).len() > 15, "sources are missing");
    check(&package("refused", &directory, "\"defmt\""), &directory, None);
}

#[test]
fn a_wrong_image_is_told_what_to_do() {
    let directory = sources().join("bare");
    let listed = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--print", "target-libdir", "--target", BARE])
        .output()
        .unwrap();
    let has_target = Path::new(String::from_utf8_lossy(&listed.stdout).trim()).exists();
    if !has_target {
        eprintln!("not run: `rustup target add {BARE}` first");
        return;
    }
    check(&package("refused-bare", &directory, ""), &directory, Some(BARE));
}
