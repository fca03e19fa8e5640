//! Lines kept in memory, for tests.

extern crate alloc;

use alloc::sync::Arc;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Sink, WriteError};

/// Keeps all bytes. Clones share them: keep one, give the other to the engine.
///
/// ```
/// use hydra_log::sink::{Memory, Sink};
/// let memory = Memory::new();
/// memory.clone().write(b"one\ntwo\n").unwrap();
/// assert_eq!(memory.lines(), ["one", "two"]);
/// assert_eq!(memory.take(), b"one\ntwo\n");
/// assert!(memory.lines().is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Memory {
    bytes: Arc<Mutex<Vec<u8>>>,
    most: Option<usize>,
}

impl Memory {
    /// Holds nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Holds the youngest lines, of about so many bytes together: older ones are forgotten, a half
    /// at a time. A fallback for a sink that fails.
    ///
    /// ```
    /// use hydra_log::sink::{Memory, Sink};
    /// let memory = Memory::recent(16);
    /// memory.clone().write(b"one\ntwo\nthree\nfour\n").unwrap();
    /// assert_eq!(memory.lines(), ["three", "four"]);
    /// ```
    #[must_use]
    pub fn recent(bytes: usize) -> Self {
        Self { most: Some(bytes), ..Self::default() }
    }

    /// The lines so far, without their ends.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.text().lines().map(str::to_owned).collect()
    }

    /// Everything so far.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.lock()).into_owned()
    }

    /// Takes everything out.
    #[must_use]
    pub fn take(&self) -> Vec<u8> {
        core::mem::take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Memory {
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        let mut bytes = self.lock();
        bytes.extend_from_slice(lines);
        if let Some(most) = self.most.filter(|most| bytes.len() > *most) {
            let from = bytes.len() - most / 2;
            let old = bytes.get(..from).unwrap_or_default();
            let whole = old.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            bytes.drain(..whole);
        }
        Ok(())
    }

    fn name(&self) -> String {
        "memory".to_owned()
    }
}
