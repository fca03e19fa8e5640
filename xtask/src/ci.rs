//! `cargo xtask ci`: what the build server runs, on any machine.

use crate::plan::Plan;
use crate::{Command, Outcome, bench, count, docs, isr, only, platforms, publish, test};

pub(crate) const COMMAND: Command = Command {
    name: "ci",
    summary: "test, isr, docs, platforms, publish, count, and a smoke run of the benches",
    help: "\
cargo xtask ci [--skip-test]

Runs `test`, then `isr`, `docs`, `platforms`, `publish`, `count` and `bench --smoke`.
`.ci/run` installs what it can, runs `test`, `loom`, `mutants`, and then this with --skip-test.
`miri` and `tsan` want nightly: a person runs them.

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
    plan.command("interrupts", || isr::run(&[]))
        .command("docs", || docs::run(&[]))
        .command("platforms", || platforms::run(&[]))
        .command("publish", || publish::run(&[]))
        .command("count", || count::run(&[]))
        .command("bench smoke", || bench::run(&["--smoke".to_owned()]))
        .run("ci")
}
