//! Sinks and helpers that several tests need.

use core::sync::atomic::{AtomicBool, AtomicUsize};
use std::io;
use std::sync::{Arc, Condvar, Mutex};

use hydra_log::sink::{Sink, WriteError};
use hydra_log::{Engine, Stats};

use crate::ord;

/// A sink that stands still while its gate is shut, and keeps what it got.
#[derive(Clone, Default)]
pub struct Gated(Arc<State>);

#[derive(Default)]
struct State {
    shut: Mutex<bool>,
    opened: Condvar,
    text: Mutex<Vec<u8>>,
}

impl Gated {
    pub fn shut() -> Self {
        let gated = Self::default();
        *gated.0.shut.lock().unwrap() = true;
        gated
    }

    pub fn open(&self) {
        *self.0.shut.lock().unwrap() = false;
        self.0.opened.notify_all();
    }

    pub fn lines(&self) -> Vec<String> {
        let text = self.0.text.lock().unwrap();
        String::from_utf8(text.clone()).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Sink for Gated {
    fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let mut shut = self.0.shut.lock().unwrap();
        while *shut {
            shut = self.0.opened.wait(shut).unwrap();
        }
        self.0.text.lock().unwrap().extend_from_slice(bytes);
        Ok(())
    }

    fn name(&self) -> String {
        "gated".to_owned()
    }
}

/// A sink that fails, or panics, as long as it is told to.
#[derive(Clone, Default)]
pub struct Failing {
    pub fails: Arc<AtomicBool>,
    pub panics: Arc<AtomicBool>,
    pub calls: Arc<AtomicUsize>,
    pub text: Arc<Mutex<Vec<u8>>>,
}

impl Sink for Failing {
    fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.calls.fetch_add(1, ord::switch());
        assert!(!self.panics.load(ord::switch()), "told to panic");
        if self.fails.load(ord::switch()) {
            let source = io::Error::new(io::ErrorKind::StorageFull, "told to fail");
            return Err(WriteError { written: 0, source });
        }
        self.text.lock().unwrap().extend_from_slice(bytes);
        Ok(())
    }

    fn name(&self) -> String {
        "failing".to_owned()
    }
}

/// The engine's counts, checked against both laws.
pub fn conserved(engine: &Engine) -> Stats {
    let stats = engine.stats();
    for ring in &stats.rings {
        assert!(ring.is_conserved(), "{ring:?}");
    }
    for sink in &stats.sinks {
        assert!(sink.is_conserved(), "{sink:?}");
    }
    let drained: u64 = stats.rings.iter().map(|ring| ring.drained).sum();
    assert!(stats.sinks.iter().all(|sink| sink.offered == drained), "{stats:?}");
    stats
}
