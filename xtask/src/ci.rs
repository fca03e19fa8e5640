//! `cargo xtask ci`: what the build server runs, on any machine.

use crate::plan::Plan;
use crate::{Command, Outcome, bench, count, docs, migration, only, platforms, publish, test};

pub(crate) const COMMAND: Command = Command {
    name: "ci",
    summary: "test, docs, platforms, migration, publish, count, and a smoke run of the benches",
    help: "\
cargo xtask ci [--skip-test]

Runs `test`, then `docs`, `platforms`, `migration`, `publish`, `count` and `bench --smoke`.
`.ci/run` installs what it can, runs `test`, `loom` and `mutants` (which include `isr`), then this
with --skip-test, and where nightly can be had `miri --quick`, `tsan` and a few seconds of `fuzz`.

Options:
  --skip-test    leave `test` out

Examples:
  cargo xtask ci
  cargo xtask ci --skip-test
",
    run,
};

fn run(arguments: &[String]) -> Outcome {
    only(arguments, &["--skip-test"])?;
    let plan = if arguments.is_empty() { test::plan() } else { Plan::default() };
    plan.command("docs", || docs::run(&[]))
        .command("platforms", || platforms::run(&[]))
        .command("migration", || migration::run(&[]))
        .command("publish", || publish::run(&[]))
        .command("count", || count::run(&[]))
        .command("bench smoke", || bench::run(&["--smoke".to_owned()]))
        .run("ci")
}
