//! Hydra as it comes, with one file: what its variants share.

use std::path::Path;
use std::time::Duration;

use hydra_log::sink::File;
use hydra_log::{Builder, Guard, LevelFilter, Output};

/// What a call does when the engine cannot take more.
pub const WHEN_FULL: &str = "waits up to 100 ms, then drops and says where (its default)";

/// Opens the file.
pub fn file(path: &Path) -> Result<File, String> {
    File::open(path).map_err(|error| error.to_string())
}

/// Starts an engine with this output and so many workers.
pub fn start(output: impl Into<Output>, workers: usize) -> Result<Guard, String> {
    Builder::new()
        .level(LevelFilter::Info)
        .workers(workers)
        .sink(output)
        .try_init()
        .map_err(|error| error.to_string())
}

/// Ends it; returns when everything is written.
pub fn finish(guard: Guard) -> Result<(), String> {
    match guard.shutdown(Duration::from_secs(120)).pending {
        0 => Ok(()),
        pending => Err(format!("{pending} records were not written in time")),
    }
}

/// Implements the measured calls by the macros of a crate, on a subject that holds a guard.
#[macro_export]
macro_rules! calls {
    ($macros:ident) => {
        #[inline(always)]
        fn fixed(&self) {
            $macros::info!(target: "bench", "Starting backup replica garbage collector thread");
        }

        #[inline(always)]
        fn three(&self, n: u64, integer: i32, double: f64) {
            $macros::info!(
                target: "bench", "Logging iteration {} int {} double {}", n, integer, double
            );
        }

        #[inline(always)]
        fn string(&self, text: &str) {
            $macros::info!(target: "bench", "Request for {}", text);
        }

        #[inline(always)]
        fn off(&self, n: u64, integer: i32, double: f64) {
            $macros::debug!(
                target: "bench", "Logging iteration {} int {} double {}", n, integer, double
            );
        }

        fn finish(self) -> Result<(), String> {
            versus_hydra::finish(self.0)
        }
    };
}
