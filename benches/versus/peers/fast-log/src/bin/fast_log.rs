//! fast_log through the log crate, measured.

use std::path::Path;
use std::process::ExitCode;

use harness::{About, Peer};

struct Subject;

impl Peer for Subject {
    const ABOUT: About = About {
        package: "fast_log",
        setup: "log crate, file appender, channel of 100,000",
        when_full: "waits (set; by default unbounded)",
        threads: usize::MAX,
    };

    fn start(file: &Path) -> Result<Self, String> {
        let file = file.to_str().ok_or("the path has to be text")?;
        let config = fast_log::Config::new()
            .file(file)
            .level(log::LevelFilter::Info)
            .chan_len(Some(100_000));
        fast_log::init(config).map_err(|error| error.to_string())?;
        Ok(Self)
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
        fast_log::flush().map_err(|error| error.to_string())?.wait();
        Ok(())
    }
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
