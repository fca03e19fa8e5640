//! ftlog through the log crate, measured.

use std::path::Path;
use std::process::ExitCode;

use harness::{About, Peer};

struct Subject(ftlog::LoggerGuard);

impl Peer for Subject {
    const ABOUT: About = About {
        package: "ftlog",
        setup: "log crate, file appender, UTC, channel of 100,000",
        when_full: "waits (set; by default drops)",
        threads: usize::MAX,
    };

    fn start(file: &Path) -> Result<Self, String> {
        ftlog::builder()
            .max_log_level(log::LevelFilter::Info)
            .bounded(100_000, true)
            .utc()
            .root(ftlog::appender::FileAppender::new(file))
            .try_init()
            .map(Self)
            .map_err(|error| error.to_string())
    }

    #[inline(always)]
    fn fixed(&self) {
        log::info!("Starting backup replica garbage collector thread");
    }

    #[inline(always)]
    fn three(&self, n: u64, integer: i32, double: f64) {
        log::info!("Logging iteration {} int {} double {}", n, integer, double);
    }

    #[inline(always)]
    fn string(&self, text: &str) {
        log::info!("Request for {}", text);
    }

    #[inline(always)]
    fn off(&self, n: u64, integer: i32, double: f64) {
        log::debug!("Logging iteration {} int {} double {}", n, integer, double);
    }

    fn finish(self) -> Result<(), String> {
        // The guard flushes as it goes.
        drop(self.0);
        Ok(())
    }
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
