//! tracing with its appender and JSON lines, measured.

use std::path::Path;
use std::process::ExitCode;

use harness::{About, Peer};
use tracing_appender::non_blocking::WorkerGuard;

struct Subject {
    _guard: WorkerGuard,
}

impl Peer for Subject {
    const ABOUT: About = About {
        package: "tracing-subscriber",
        setup: "fmt to tracing-appender's non_blocking, JSON, 128,000 lines",
        when_full: "waits (set; by default drops)",
        threads: usize::MAX,
    };

    fn start(file: &Path) -> Result<Self, String> {
        let (writer, guard) = versus_tracing::writer(file)?;
        tracing_subscriber::fmt()
            .json()
            .with_ansi(false)
            .with_max_level(tracing::Level::INFO)
            .with_writer(writer)
            .init();
        Ok(Self { _guard: guard })
    }

    versus_tracing::calls!();
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
