//! inqjet by its own macros, measured.

use std::path::Path;
use std::process::ExitCode;

use harness::{About, Peer};

struct Subject(inqjet::InqJetGuard);

impl Peer for Subject {
    const ABOUT: About = About {
        package: "inqjet",
        setup: "own macros, ring of 64 KiB (its default), no colour",
        when_full: "waits (its default)",
        threads: usize::MAX,
    };

    fn start(file: &Path) -> Result<Self, String> {
        let file = std::fs::File::create(file).map_err(|error| error.to_string())?;
        inqjet::InqJetBuilder::default()
            .with_writer(std::io::BufWriter::new(file))
            .with_log_level(inqjet::LevelFilter::Info)
            .with_color_mode(inqjet::ColorMode::Never)
            .build()
            .map(Self)
            .map_err(|error| error.to_string())
    }

    #[inline(always)]
    fn fixed(&self) {
        inqjet::info!("Starting backup replica garbage collector thread");
    }

    #[inline(always)]
    fn three(&self, n: u64, integer: i32, double: f64) {
        inqjet::info!("Logging iteration {} int {} double {}", n, integer, double);
    }

    #[inline(always)]
    fn string(&self, text: &str) {
        inqjet::info!("Request for {}", text);
    }

    #[inline(always)]
    fn off(&self, n: u64, integer: i32, double: f64) {
        inqjet::debug!("Logging iteration {} int {} double {}", n, integer, double);
    }

    fn finish(self) -> Result<(), String> {
        // The guard waits for its thread.
        drop(self.0);
        Ok(())
    }
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
