//! A target: a body, and how much memory it may hold for an input of some length.

use crate::meter;

/// One thing that is fuzzed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The body's module, the fuzzer's binary, the folder of its regressions.
    pub name: &'static str,
    /// Panics when a property does not hold.
    pub body: fn(&[u8]),
    /// The most memory that the body may hold for each byte of its input...
    pub bytes_per_byte: usize,
    /// ...and for an empty one.
    pub bytes_at_least: usize,
    /// Inputs that get far, from which others are made.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

impl Target {
    /// Runs the body on one input.
    ///
    /// # Panics
    ///
    /// When a property of the body does not hold, or when it held more memory than it may.
    pub fn check(&self, data: &[u8]) {
        let most = self.bytes_per_byte * data.len() + self.bytes_at_least;
        let peak = meter::peak_bytes(|| (self.body)(data));
        let Self { name, .. } = self;
        let len = data.len();
        assert!(peak <= most, "{name}: {peak} bytes of memory for {len}, and {most} may be held");
    }
}
