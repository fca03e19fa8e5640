//! Who is measured, how each is built, and what each says of itself.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A logger: its package in this workspace, and its program there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    package: &'static str,
    pub(crate) program: &'static str,
}

const fn known(package: &'static str, program: &'static str) -> Known {
    Known { package, program }
}

/// In the order of one round.
pub(crate) const PEERS: [Known; 22] = [
    known("hydra", "hydra"),
    known("hydra", "hydra-json"),
    known("hydra", "hydra-two-workers"),
    known("hydra", "hydra-core"),
    known("hydra", "hydra-log"),
    known("hydra", "hydra-tracing"),
    known("naive", "naive"),
    known("tracing", "tracing"),
    known("tracing", "tracing-json"),
    known("spdlog-rs", "spdlog-rs"),
    known("spdlog-rs", "spdlog-rs-log"),
    known("fast-log", "fast_log"),
    known("ftlog", "ftlog"),
    known("ftlog", "ftlog-default"),
    known("logforth", "logforth"),
    known("slog", "slog"),
    known("quicklog", "quicklog"),
    known("ticklog", "ticklog"),
    known("inqjet", "inqjet"),
    known("inqjet", "inqjet-log"),
    known("defmt", "defmt"),
    known("spdlog", "spdlog"),
];

/// A logger that was built.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    pub(crate) name: &'static str,
    pub(crate) program: PathBuf,
    pub(crate) version: String,
    pub(crate) setup: String,
    pub(crate) when_full: String,
}

/// Builds those that are wanted; the second list says in a line what could not be built.
pub(crate) fn build(wanted: &[String]) -> (Vec<Built>, Vec<String>) {
    let (mut built, mut notes) = (Vec::new(), Vec::new());
    let mut failed: Vec<(&str, String)> = Vec::new();
    for peer in PEERS.iter().filter(|peer| wanted.iter().any(|name| name == peer.program)) {
        let known = failed.iter().find(|(package, _)| *package == peer.package);
        let reason = match known {
            Some((_, reason)) => Some(reason.clone()),
            None => compile(peer).err(),
        };
        match reason.map_or_else(|| about(peer), Err) {
            Ok(peer) => built.push(peer),
            Err(reason) => {
                notes.push(format!("# {}: left out: {reason}", peer.program));
                failed.push((peer.package, reason));
            }
        }
    }
    (built, notes)
}

/// The root of this workspace.
fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().map_or_else(|| own.to_owned(), Path::to_owned)
}

fn compile(peer: &Known) -> Result<(), String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    eprintln!("versus: building {}", peer.program);
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--release", "--package"]);
    command.arg(format!("versus-{}", peer.package)).current_dir(root());
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let says = |start: &str| text.lines().rev().find(|line| line.starts_with(start));
    // What a build script said itself tells more than that it failed.
    let said = text.lines().rev().find(|line| line.contains("not installed"));
    let reason = said.or_else(|| says("error")).unwrap_or("no reason given");
    Err(reason.trim().to_owned())
}

fn about(peer: &Known) -> Result<Built, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let program = own.with_file_name(peer.program);
    let output = Command::new(&program).arg("--about").output();
    let output = output.map_err(|error| format!("it does not start: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text.lines().map(str::to_owned);
    let mut line = || lines.next().ok_or("it says nothing of itself");
    let (package, setup, when_full) = (line()?, line()?, line()?);
    let version = match (peer.package, package.as_str()) {
        ("spdlog", _) => installed("spdlog"),
        (_, "") => String::new(),
        (_, package) => locked(package),
    };
    Ok(Built { name: peer.program, program, version, setup, when_full })
}

/// The version in this workspace's lock file.
fn locked(package: &str) -> String {
    let text = std::fs::read_to_string(root().join("Cargo.lock")).unwrap_or_default();
    let name = format!("name = \"{package}\"");
    let after = text.lines().skip_while(|line| *line != name).nth(1).unwrap_or_default();
    after.trim_start_matches("version = ").trim_matches('"').to_owned()
}

fn installed(library: &str) -> String {
    let output = Command::new("pkg-config").args(["--modversion", library]).output();
    output
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default()
}
