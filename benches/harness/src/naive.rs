//! What one writes without a library: a mutex around a buffered writer, a stamp from the system's
//! clock, the line formatted by the caller.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::civil::Civil;

/// The baseline of everybody; its lines are like Hydra's.
#[derive(Debug)]
pub struct Naive {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    writer: BufWriter<File>,
    /// The text of the second that the last line was in: the calendar is asked once a second.
    second: u64,
    stamp: String,
}

impl Naive {
    /// Writes to this file.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(path: &Path) -> io::Result<Self> {
        let writer = BufWriter::with_capacity(64 << 10, File::create(path)?);
        Ok(Self { state: Mutex::new(State { writer, second: 0, stamp: String::new() }) })
    }

    /// Writes one line.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn log(&self, message: core::fmt::Arguments<'_>) -> io::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { writer, second, stamp } = &mut *state;
        if *second != now.as_secs() {
            *second = now.as_secs();
            *stamp = Civil::of(*second).text();
        }
        let micros = now.subsec_micros();
        writeln!(writer, "{stamp}.{micros:06}Z  INFO bench: {message}")
    }

    /// Writes out what is buffered.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn flush(&self) -> io::Result<()> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).writer.flush()
    }
}
