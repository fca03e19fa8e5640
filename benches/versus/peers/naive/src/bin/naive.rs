//! A mutex around a buffered writer, measured.

use std::path::Path;
use std::process::ExitCode;

use harness::naive::Naive;
use harness::{About, Peer};

struct Subject(Naive);

impl Peer for Subject {
    const ABOUT: About = About {
        package: "",
        setup: "64 KiB buffer, formatted and written by the caller",
        when_full: "waits: the caller writes",
        threads: usize::MAX,
    };

    fn start(file: &Path) -> Result<Self, String> {
        Naive::create(file).map(Self).map_err(|error| error.to_string())
    }

    #[inline(always)]
    fn fixed(&self) {
        // A line that cannot be written is missed when lines are counted.
        drop(self.0.log(format_args!("Starting backup replica garbage collector thread")));
    }

    #[inline(always)]
    fn three(&self, n: u64, integer: i32, double: f64) {
        drop(self.0.log(format_args!("Logging iteration {n} int {integer} double {double}")));
    }

    #[inline(always)]
    fn string(&self, text: &str) {
        drop(self.0.log(format_args!("Request for {text}")));
    }

    #[inline(always)]
    fn off(&self, n: u64, integer: i32, double: f64) {
        if core::hint::black_box(false) {
            self.three(n, integer, double);
        }
    }

    fn finish(self) -> Result<(), String> {
        self.0.flush().map_err(|error| error.to_string())
    }
}

fn main() -> ExitCode {
    harness::main::<Subject>()
}
