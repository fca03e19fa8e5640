//! Hydra, text by two workers, measured.

use std::path::Path;
use std::process::ExitCode;

use harness::{About, Peer};
use hydra_log::Guard;

struct Subject(Guard);

impl Peer for Subject {
    const ABOUT: About = About {
        package: "",
        setup: "text, two workers",
        when_full: versus_hydra::WHEN_FULL,
        threads: usize::MAX,
    };

    fn start(file: &Path) -> Result<Self, String> {
        versus_hydra::start(versus_hydra::file(file)?, 2).map(Self)
    }

    #[inline(always)]
    fn fixed(&self) {
        hydra_log::info!(target: "bench", "Starting backup replica garbage collector thread");
    }

    #[inline(always)]
    fn three(&self, n: u64, integer: i32, double: f64) {
        hydra_log::info!(target: "bench", "Logging iteration {} int {} double {}", n, integer, double);
    }

    #[inline(always)]
    fn string(&self, text: &str) {
        hydra_log::info!(target: "bench", "Request for {}", text);
    }

    #[inline(always)]
    fn off(&self, n: u64, integer: i32, double: f64) {
        hydra_log::debug!(target: "bench", "Logging iteration {} int {} double {}", n, integer, double);
    }

    fn finish(self) -> Result<(), String> {
        versus_hydra::finish(self.0)
    }
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
