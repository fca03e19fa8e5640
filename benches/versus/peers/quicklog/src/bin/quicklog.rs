//! quicklog with a thread that flushes, measured.

#[path = "../ord.rs"]
mod ord;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::thread::{self, JoinHandle};

use harness::{About, Peer};
use quicklog_flush::Flush;

/// Ends the thread.
static STOP: AtomicBool = AtomicBool::new(false);

struct Subject(JoinHandle<()>);

/// Its own writer opens the file again for each line.
struct Buffered(BufWriter<File>);

impl Flush for Buffered {
    fn flush_one(&mut self, line: String) {
        // A line that cannot be written is missed when lines are counted.
        drop(self.0.write_all(line.as_bytes()));
    }
}

impl Peer for Subject {
    const ABOUT: About = About {
        package: "quicklog",
        setup: "a thread that flushes into a BufWriter; off is decided by the compiler",
        when_full: "drops silently (there is no other)",
        threads: 1,
    };

    fn start(file: &Path) -> Result<Self, String> {
        quicklog::init!();
        let file = File::create(file).map_err(|error| error.to_string())?;
        quicklog::logger().use_flush(Box::new(Buffered(BufWriter::new(file))));
        Ok(Self(thread::spawn(|| {
            loop {
                let is_over = STOP.load(ord::stop());
                while quicklog::try_flush!().is_ok() {}
                if is_over {
                    break;
                }
            }
        })))
    }

    #[inline(always)]
    fn fixed(&self) {
        quicklog::info!("Starting backup replica garbage collector thread");
    }

    #[inline(always)]
    fn three(&self, n: u64, integer: i32, double: f64) {
        quicklog::info!("Logging iteration {} int {} double {}", n, integer, double);
    }

    #[inline(always)]
    fn string(&self, text: &str) {
        quicklog::info!("Request for {}", text);
    }

    #[inline(always)]
    fn off(&self, n: u64, integer: i32, double: f64) {
        quicklog::debug!("Logging iteration {} int {} double {}", n, integer, double);
    }

    fn finish(self) -> Result<(), String> {
        STOP.store(true, ord::stop());
        self.0.join().map_err(|_| "its thread panicked")?;
        // What is still buffered is written when the writer goes.
        quicklog::logger().use_flush(Box::new(quicklog_flush::noop_flusher::NoopFlusher));
        Ok(())
    }
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
