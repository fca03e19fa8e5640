//! Hydra, text, measured.

use std::path::Path;
use std::process::ExitCode;

use harness::{About, Peer};
use hydra_log::Guard;

struct Subject(Guard);

impl Peer for Subject {
    const ABOUT: About = About {
        package: "",
        setup: "as it comes, text",
        when_full: versus_hydra::WHEN_FULL,
        threads: usize::MAX,
    };

    fn start(file: &Path) -> Result<Self, String> {
        versus_hydra::start(versus_hydra::file(file)?, 1).map(Self)
    }

    versus_hydra::calls!(hydra_log);
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
