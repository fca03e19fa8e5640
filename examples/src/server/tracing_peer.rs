//! The peer: tracing's text format through tracing-appender's thread, set to lose nothing.

use core::time::Duration;
use std::fs::OpenOptions;
use std::thread;

use tracing::Level;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};

use super::log_file::LogFile;
use super::phase::{Counted, Logger};

/// Lines that the appender's channel holds: its default.
const BUFFERED_LINES: usize = 128_000;
/// Looks at the file until it has grown no more for so long.
const QUIET: Duration = Duration::from_millis(20);

/// A subscriber that runs.
#[derive(Debug)]
pub(super) struct Peer {
    guard: WorkerGuard,
    errors: ErrorCounter,
    log: LogFile,
}

/// Starts the subscriber of this process.
pub(super) fn start(log: &LogFile) -> Result<Peer, String> {
    let file = OpenOptions::new().append(true).open(log.path());
    let file = file.map_err(|error| format!("`{}`: {error}", log.path().display()))?;
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(false)
        .buffered_lines_limit(BUFFERED_LINES)
        .thread_name("tracing-appender")
        .finish(file);
    let errors = writer.error_counter();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(writer)
        .with_ansi(false)
        .with_max_level(Level::INFO)
        .finish();
    tracing::subscriber::set_global_default(subscriber).map_err(|error| error.to_string())?;
    Ok(Peer { guard, errors, log: log.clone() })
}

impl Logger for Peer {
    /// The guard waits a second at the most for its thread, so the file is waited for first.
    fn finish(self, calls: u64) -> Result<Counted, String> {
        let mut bytes = 0;
        loop {
            let now = std::fs::metadata(self.log.path()).map_err(|error| error.to_string())?.len();
            if now == bytes {
                break;
            }
            bytes = now;
            thread::sleep(QUIET);
        }
        drop(self.guard);
        let written = self.log.content()?.lines;
        let lost = self.errors.dropped_lines() as u64;
        let pending = calls.saturating_sub(written + lost);
        Ok(Counted { emitted: calls, written, pending, lost })
    }
}
