//! spdlog-rs through the log crate, measured.

use std::path::Path;
use std::process::ExitCode;

use harness::{About, Peer};

struct Subject;

impl Peer for Subject {
    const ABOUT: About = About {
        package: "spdlog-rs",
        setup: "log crate, AsyncPoolSink with its defaults: 1 thread, 8192 records",
        when_full: "waits (its default)",
        threads: usize::MAX,
    };

    fn start(file: &Path) -> Result<Self, String> {
        let sink = spdlog::sink::FileSink::builder()
            .path(file)
            .truncate(true)
            .build_arc()
            .map_err(|error| error.to_string())?;
        let pool = spdlog::ThreadPool::builder().build_arc().map_err(|error| error.to_string())?;
        let sink = spdlog::sink::AsyncPoolSink::builder()
            .sink(sink)
            .thread_pool(pool)
            .build_arc()
            .map_err(|error| error.to_string())?;
        let logger = spdlog::Logger::builder()
            .sink(sink)
            .level_filter(spdlog::LevelFilter::MoreSevereEqual(spdlog::Level::Info))
            .build_arc()
            .map_err(|error| error.to_string())?;
        spdlog::set_default_logger(logger);
        spdlog::init_log_crate_proxy().map_err(|error| error.to_string())?;
        log::set_max_level(log::LevelFilter::Info);
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
        // The flush is the last task of the pool, whose end waits for all tasks.
        spdlog::default_logger().flush();
        let sinks = spdlog::Logger::builder().build_arc().map_err(|error| error.to_string())?;
        let _ours = spdlog::swap_default_logger(sinks);
        drop(_ours);
        drop(self);
        Ok(())
    }
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
