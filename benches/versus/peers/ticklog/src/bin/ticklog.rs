//! ticklog by its own macros, measured.

use std::path::Path;
use std::process::ExitCode;

use harness::{About, Peer};

struct Subject(ticklog::Guard);

impl Peer for Subject {
    const ABOUT: About = About {
        package: "ticklog",
        setup: "own macros, file sink",
        when_full: "waits (set; by default drops)",
        threads: usize::MAX,
    };

    fn start(file: &Path) -> Result<Self, String> {
        let sink = ticklog::FileSink::truncate(file).map_err(|error| error.to_string())?;
        let guard = ticklog::configure! {
            sink: sink,
            backpressure: ticklog::Backpressure::Block,
        };
        guard.map(Self).map_err(|error| error.to_string())
    }

    #[inline(always)]
    fn fixed(&self) {
        ticklog::info!("Starting backup replica garbage collector thread");
    }

    #[inline(always)]
    fn three(&self, n: u64, integer: i32, double: f64) {
        ticklog::info!("Logging iteration {} int {} double {}", n, integer, double);
    }

    #[inline(always)]
    fn string(&self, text: &str) {
        ticklog::info!("Request for {}", text);
    }

    #[inline(always)]
    fn off(&self, n: u64, integer: i32, double: f64) {
        ticklog::debug!("Logging iteration {} int {} double {}", n, integer, double);
    }

    fn finish(self) -> Result<(), String> {
        // Its guard gives up on what is still in the rings: a moment for its thread first.
        std::thread::sleep(std::time::Duration::from_millis(20));
        drop(self.0);
        Ok(())
    }
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
