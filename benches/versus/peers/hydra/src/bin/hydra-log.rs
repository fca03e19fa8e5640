//! Hydra called through the log crate, measured.

use std::path::Path;
use std::process::ExitCode;

use harness::{About, Peer};
use hydra_log::Guard;

struct Subject(Guard);

impl Peer for Subject {
    const ABOUT: About = About {
        package: "",
        setup: "log crate, text",
        when_full: versus_hydra::WHEN_FULL,
        threads: usize::MAX,
    };

    fn start(file: &Path) -> Result<Self, String> {
        hydra_log::bridge::log::install().map_err(|error| error.to_string())?;
        versus_hydra::start(versus_hydra::file(file)?, 1).map(Self)
    }

    versus_hydra::calls!(log);
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
