//! Hydra, JSON lines, measured.

use std::path::Path;
use std::process::ExitCode;

use harness::{About, Peer};
use hydra_log::format::Json;
use hydra_log::{Guard, Output};

struct Subject(Guard);

impl Peer for Subject {
    const ABOUT: About = About {
        package: "",
        setup: "as it comes, JSON",
        when_full: versus_hydra::WHEN_FULL,
        threads: usize::MAX,
    };

    fn start(file: &Path) -> Result<Self, String> {
        let output = Output::new(versus_hydra::file(file)?).format(Json::new());
        versus_hydra::start(output, 1).map(Self)
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
