//! A row of steps: all of them run, the summary says which failed and how long each took.

use std::time::Instant;

use crate::term::{bad, good, heading, say, skipped};
use crate::{Failure, Outcome};

/// What a step that did not fail came to.
pub(crate) enum Done {
    /// It ran.
    Passed,
    /// It could not run here, for this reason; that is not a failure of the project.
    Skipped(String),
}

type Action = Box<dyn FnOnce() -> Result<Done, String>>;

/// Steps in order.
#[derive(Default)]
pub(crate) struct Plan {
    steps: Vec<(&'static str, Action)>,
}

impl Plan {
    pub(crate) fn step(
        mut self,
        name: &'static str,
        action: impl FnOnce() -> Result<Done, String> + 'static,
    ) -> Self {
        self.steps.push((name, Box::new(action)));
        self
    }

    /// Adds another command as a step.
    pub(crate) fn command(
        self,
        name: &'static str,
        run: impl FnOnce() -> Outcome + 'static,
    ) -> Self {
        self.step(name, move || match run() {
            Ok(()) => Ok(Done::Passed),
            Err(Failure::Check(reason) | Failure::Usage(reason)) => Err(reason),
        })
    }

    /// Runs every step, prints the summary, and fails when a step failed.
    pub(crate) fn run(self, title: &str) -> Outcome {
        let started = Instant::now();
        let mut summary = Vec::new();
        for (name, action) in self.steps {
            heading(name);
            let started = Instant::now();
            let result = action();
            summary.push((name, result, started.elapsed().as_secs_f64()));
        }
        say("");
        heading(&format!("{title}: summary"));
        let mut failed = Vec::new();
        for (name, result, seconds) in &summary {
            match result {
                Ok(Done::Passed) => good(&format!("{name} ({seconds:.1} s)")),
                Ok(Done::Skipped(reason)) => skipped(&format!("{name}: {reason}")),
                Err(reason) => {
                    bad(&format!("{name} ({seconds:.1} s): {reason}"));
                    failed.push(*name);
                }
            }
        }
        let seconds = started.elapsed().as_secs_f64();
        if failed.is_empty() {
            say(&format!("{title}: all steps passed in {seconds:.0} s"));
            Ok(())
        } else {
            Err(Failure::Check(format!("{title}: failed: {}", failed.join(", "))))
        }
    }
}
