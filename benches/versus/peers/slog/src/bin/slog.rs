//! slog behind its own thread, measured.

use std::path::Path;
use std::process::ExitCode;

use harness::{About, Peer};
use slog::Drain;
use slog_async::{AsyncGuard, OverflowStrategy};

struct Subject {
    logger: slog::Logger,
    _guard: AsyncGuard,
}

impl Peer for Subject {
    const ABOUT: About = About {
        package: "slog-async",
        setup: "FullFormat into a BufWriter, 8192 records",
        when_full: "waits (set; by default drops and says so)",
        threads: usize::MAX,
    };

    fn start(file: &Path) -> Result<Self, String> {
        let file = std::fs::File::create(file).map_err(|error| error.to_string())?;
        let writer = std::io::BufWriter::new(file);
        let decorator = slog_term::PlainSyncDecorator::new(writer);
        let drain = slog_term::FullFormat::new(decorator).build().fuse();
        let (drain, guard) = slog_async::Async::new(drain)
            .chan_size(8192)
            .overflow_strategy(OverflowStrategy::Block)
            .build_with_guard();
        let drain = drain.fuse().filter_level(slog::Level::Info).fuse();
        Ok(Self { logger: slog::Logger::root(drain, slog::o!()), _guard: guard })
    }

    #[inline(always)]
    fn fixed(&self) {
        slog::info!(self.logger, "Starting backup replica garbage collector thread");
    }

    #[inline(always)]
    fn three(&self, n: u64, integer: i32, double: f64) {
        slog::info!(self.logger, "Logging iteration {} int {} double {}", n, integer, double);
    }

    #[inline(always)]
    fn string(&self, text: &str) {
        slog::info!(self.logger, "Request for {}", text);
    }

    #[inline(always)]
    fn off(&self, n: u64, integer: i32, double: f64) {
        slog::debug!(self.logger, "Logging iteration {} int {} double {}", n, integer, double);
    }

    fn finish(self) -> Result<(), String> {
        // The guard of its thread ends last, and waits for it.
        let Self { logger, _guard } = self;
        drop(logger);
        drop(_guard);
        Ok(())
    }
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
