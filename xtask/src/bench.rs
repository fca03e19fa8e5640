//! `cargo xtask bench`: figures of this machine, one a line; never a test.

use crate::tool::{Tool, root};
use crate::{Command, Failure, Outcome, only};

pub(crate) const COMMAND: Command = Command {
    name: "bench",
    summary: "measure: log calls, the drain, the mutex baseline; or Hydra beside its peers",
    help: "\
cargo xtask bench [--quick | --long | --smoke] [--record]
cargo xtask bench --versus [options of its driver]

Without an option: first the criterion benches of the parts, then the figures that --long shows.
Prints `name,value,unit,lost` lines. Quiet the machine first: two free cores are needed, one for the
producer and one for the drain. What each figure means is in benches/README.md.

Options:
  --quick     the figures of the hot path and the drain only, at most three minutes
  --long      all figures, about fifteen minutes
  --smoke     all figures with tiny counts: shows that it runs, the numbers mean nothing
  --record    also writes benches/records/<date>-<cpu>.csv with machine, rustc and commit
  --versus    builds the loggers of benches/versus, a workspace of its own, and measures them beside
              Hydra; what follows goes to its driver, whose options are in benches/README.md

Examples:
  cargo xtask bench --quick
  cargo xtask bench --long --record
  cargo xtask bench --versus --rounds 1 --only hydra,naive,tracing
",
    run,
};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    if let Some(("--versus", options)) =
        arguments.split_first().map(|(first, rest)| (first.as_str(), rest))
    {
        return versus(options).map_err(Failure::Check);
    }
    only(arguments, &["--quick", "--long", "--smoke", "--record"])?;
    let has = |option: &str| arguments.iter().any(|word| word == option);
    if !["--quick", "--long", "--smoke"].into_iter().any(has) {
        Tool::cargo("bench -p hydra-log-benches").run().map_err(Failure::Check)?;
    }
    // The bench profile: whole-program optimisation, as a latency-critical server is built.
    let mut figures =
        Tool::cargo("run --quiet --profile bench -p hydra-log-benches --bin quick --");
    if !has("--quick") {
        figures = figures.words("--long");
    }
    for option in ["--smoke", "--record"] {
        if has(option) {
            figures = figures.words(option);
        }
    }
    figures.run().map_err(Failure::Check)
}

/// Its own workspace: nothing of it is built by any other command.
fn versus(options: &[String]) -> Result<(), String> {
    let driver = Tool::cargo("run --quiet --release --package versus --")
        .within(&root().join("benches").join("versus"));
    options.iter().fold(driver, |driver, option| driver.argument(option)).run()
}
