//! The engine's start and end: what a program has to write to log through Hydra.

use core::time::Duration;

use hydra_log::sink::File;
use hydra_log::{Builder, Guard, LevelFilter};

use super::arguments::Arguments;
use super::log_file::LogFile;
use super::phase::{Counted, Logger};

/// Time for what is still in the rings at the end.
const SHUTDOWN: Duration = Duration::from_secs(30);

/// An engine that runs.
#[derive(Debug)]
pub(super) struct Engine(Guard);

/// Starts the engine of this process: one text file, no environment variable has a say.
pub(super) fn start(arguments: &Arguments, log: &LogFile) -> Result<Engine, String> {
    let file = File::open(log.path()).map_err(|error| error.to_string())?;
    Builder::preset(arguments.preset)
        .level(LevelFilter::Info)
        .sink(file)
        .try_init()
        .map(Engine)
        .map_err(|error| error.to_string())
}

impl Logger for Engine {
    fn finish(self, _calls: u64) -> Result<Counted, String> {
        let report = self.0.shutdown(SHUTDOWN);
        Ok(Counted {
            emitted: report.emitted,
            written: report.written,
            pending: report.pending,
            lost: report.lost,
        })
    }
}
