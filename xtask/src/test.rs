//! `cargo xtask test`: everything that has to pass before a change goes in.

use crate::plan::{Done, Plan};
use crate::tool::Tool;
use crate::{Command, Outcome, loom, only, tidy};

pub(crate) const COMMAND: Command = Command {
    name: "test",
    summary: "form, lints, unit, integration and doc tests, tidy, quick models",
    help: "\
cargo xtask test

Runs, in this order: `cargo fmt --check`, clippy with warnings as errors, the tests of the whole
workspace (with cargo-nextest where it is installed, and the doc tests), a level compiled out by a
feature, firmware's clock of another crate, `tidy`, and the loom models with a small bound. All
steps run; the summary names those that failed.

Example:
  cargo xtask test
",
    run,
};

fn run(arguments: &[String]) -> Outcome {
    only(arguments, &[])?;
    plan().run("test")
}

/// The steps, for `ci` as well.
pub(crate) fn plan() -> Plan {
    Plan::default()
        .step("form", || component("rustfmt", "fmt", Tool::cargo("fmt --all --check")))
        .step("lints", || {
            let lints = Tool::cargo("clippy --workspace --all-targets -- -D warnings");
            component("clippy", "clippy", lints)
        })
        .step("tests", tests)
        .step("static level", || {
            let test = "test -p hydra-log-core --test static_level --features max_level_warn";
            Tool::cargo(test).run().map(|()| Done::Passed)
        })
        .step("firmware's features", || {
            let test = "test -p hydra-log-embedded --features embassy-time,defmt \
                        --test embassy --test frames";
            Tool::cargo(test).run().map(|()| Done::Passed)
        })
        .command("tidy", || tidy::run(&[]))
        .command("quick models", || loom::run(&["--quick".to_owned()]))
}

fn tests() -> Result<Done, String> {
    if Tool::cargo("nextest --version").works() {
        // nextest runs no doc tests.
        Tool::cargo("nextest run --workspace --no-fail-fast").run()?;
        Tool::cargo("test --workspace --doc --quiet").run()?;
    } else {
        Tool::cargo("test --workspace --no-fail-fast").run()?;
    }
    Ok(Done::Passed)
}

/// Runs a tool that is a component of the toolchain; a toolchain without it is asked to get it.
fn component(component: &str, command: &str, tool: Tool) -> Result<Done, String> {
    let present = Tool::new("cargo").words(command).argument("--version");
    if !present.works() {
        let add = Tool::new("rustup").words("component add").argument(component);
        if let Err(reason) = add.output() {
            let reason = format!("{component} is missing and cannot be installed: {reason}");
            return Ok(Done::Skipped(reason));
        }
    }
    tool.run().map(|()| Done::Passed)
}
