//! tracing with its appender: what both formats share.

use std::fs::File;
use std::path::Path;

use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};

/// A writer that hands lines to a thread; it waits when 128,000 are in line.
pub fn writer(path: &Path) -> Result<(NonBlocking, WorkerGuard), String> {
    let file = File::create(path).map_err(|error| error.to_string())?;
    let builder = NonBlockingBuilder::default().lossy(false).buffered_lines_limit(128_000);
    Ok(builder.finish(file))
}

/// Implements the measured calls by tracing's macros, on a subject that holds a guard.
#[macro_export]
macro_rules! calls {
    () => {
        #[inline(always)]
        fn fixed(&self) {
            tracing::info!("Starting backup replica garbage collector thread");
        }

        #[inline(always)]
        fn three(&self, n: u64, integer: i32, double: f64) {
            tracing::info!("Logging iteration {n} int {integer} double {double}");
        }

        #[inline(always)]
        fn string(&self, text: &str) {
            tracing::info!("Request for {text}");
        }

        #[inline(always)]
        fn off(&self, n: u64, integer: i32, double: f64) {
            tracing::debug!("Logging iteration {n} int {integer} double {double}");
        }

        fn finish(self) -> Result<(), String> {
            // The guard's end waits for the thread.
            drop(self);
            Ok(())
        }
    };
}
