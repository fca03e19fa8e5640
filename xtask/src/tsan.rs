//! `cargo xtask tsan`: the rings' stress tests at full speed under ThreadSanitizer.

use crate::nightly::{self, Table};
use crate::term::skipped;
use crate::tool::root;
use crate::{Command, Outcome, only};

pub(crate) const COMMAND: Command = Command {
    name: "tsan",
    summary: "look for races in the rings and the registry, at full speed",
    help: "\
cargo xtask tsan

Builds the core and the standard library with ThreadSanitizer and runs the tests of the rings that
have threads, and the test `small`. Prints a table at the end. Needs x86_64 Linux and nightly with
rust-src, and asks rustup for it; where that cannot be had, one line says so, and that is no
failure.

Example:
  cargo xtask tsan
",
    run,
};

const TARGET: &str = "x86_64-unknown-linux-gnu";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    only(arguments, &[])?;
    let is_here = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    let other = || Err(format!("it runs on {TARGET} only"));
    let ready = if is_here { nightly::ready(nightly::TOOLCHAIN, &["rust-src"]) } else { other() };
    if let Err(reason) = ready {
        skipped(&format!("tsan did not run: {reason}"));
        return Ok(());
    }
    // A directory of its own: otherwise every switch of the flag rebuilds everything.
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| root().join("target"), Into::into).join("tsan");
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    let mut table = Table::default();
    for (names, which) in [("rings", " -- stress registry"), ("small", "")] {
        let tests = nightly::cargo("test -Zbuild-std --target")
            .argument(TARGET)
            .words("-p hydra-log-core --test")
            .words(names)
            .words(which)
            .env("RUSTFLAGS", format!("{flags} -Zsanitizer=thread").trim())
            .env("CARGO_TARGET_DIR", &target.to_string_lossy());
        table.run(TARGET, names, 1, &tests);
    }
    table.end("tsan")
}
