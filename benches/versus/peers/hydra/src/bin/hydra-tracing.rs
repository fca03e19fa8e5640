//! Hydra called through tracing, measured.

use std::path::Path;
use std::process::ExitCode;

use harness::{About, Peer};
use hydra_log::Guard;

struct Subject(Guard);

impl Peer for Subject {
    const ABOUT: About = About {
        package: "",
        setup: "tracing, values as fields, text",
        when_full: versus_hydra::WHEN_FULL,
        threads: usize::MAX,
    };

    fn start(file: &Path) -> Result<Self, String> {
        let subscriber = hydra_log::bridge::tracing::Subscriber::new();
        tracing::subscriber::set_global_default(subscriber).map_err(|error| error.to_string())?;
        versus_hydra::start(versus_hydra::file(file)?, 1).map(Self)
    }

    #[inline(always)]
    fn fixed(&self) {
        tracing::info!("Starting backup replica garbage collector thread");
    }

    #[inline(always)]
    fn three(&self, n: u64, integer: i32, double: f64) {
        tracing::info!(n, integer, double, "Logging iteration");
    }

    #[inline(always)]
    fn string(&self, text: &str) {
        tracing::info!(text, "Request for");
    }

    #[inline(always)]
    fn off(&self, n: u64, integer: i32, double: f64) {
        tracing::debug!(n, integer, double, "Logging iteration");
    }

    fn finish(self) -> Result<(), String> {
        versus_hydra::finish(self.0)
    }
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
