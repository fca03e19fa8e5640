//! `cargo xtask bench`: figures of this machine, one a line; never a test.

use crate::tool::Tool;
use crate::{Command, Failure, Outcome, only};

pub(crate) const COMMAND: Command = Command {
    name: "bench",
    summary: "measure: clock, log calls, the ideal ring, the drain, the mutex baseline",
    help: "\
cargo xtask bench [--quick | --smoke] [--record]

Without --quick: first the criterion benches of the parts, then the figures. Prints
`name,value,unit,lost` lines. Quiet the machine first: two free cores are needed, one for the
producer and one for the drain.

Options:
  --quick     the figures only, at most three minutes
  --smoke     the figures with tiny counts: shows that it runs, the numbers mean nothing
  --record    also writes benches/records/<date>-<cpu>.csv with machine, rustc and commit

Examples:
  cargo xtask bench --quick
  cargo xtask bench --quick --record
",
    run,
};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    only(arguments, &["--quick", "--smoke", "--record"])?;
    let has = |option: &str| arguments.iter().any(|word| word == option);
    if !has("--quick") && !has("--smoke") {
        Tool::cargo("bench -p hydra-log-benches").run().map_err(Failure::Check)?;
    }
    // The bench profile: whole-program optimisation, as a latency-critical server is built.
    let mut figures =
        Tool::cargo("run --quiet --profile bench -p hydra-log-benches --bin quick --");
    for option in ["--smoke", "--record"] {
        if has(option) {
            figures = figures.words(option);
        }
    }
    figures.run().map_err(Failure::Check)
}
