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

    versus_hydra::calls!(hydra_log);
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
