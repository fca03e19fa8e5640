//! An engine that keeps JSON lines, and `log` installed once for all tests.

use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use hydra_log::format::Json;
use hydra_log::sink::Memory;
use hydra_log::{Builder, Engine, LevelFilter, Output, bridge};
use serde_json::Value;
use tracing::Dispatch;

/// Records of one engine, as JSON without time.
pub(crate) struct Kept {
    pub(crate) engine: Engine,
    memory: Memory,
}

impl Kept {
    pub(crate) fn new(level: LevelFilter) -> Self {
        let memory = Memory::new();
        let output = Output::new(memory.clone()).format(Json::new());
        let engine = Builder::new().workers(0).level(level).sink(output).build().unwrap();
        Self { engine, memory }
    }

    /// What `f` logs through our macros, `log` or `slog`.
    pub(crate) fn of(&self, f: impl FnOnce()) -> Vec<Value> {
        static LOG: Once = Once::new();
        LOG.call_once(|| bridge::log::install().unwrap());
        self.engine.scope(f);
        self.lines()
    }

    /// What `f` logs through `tracing`.
    pub(crate) fn of_tracing(&self, f: impl FnOnce()) -> Vec<Value> {
        let dispatch = Dispatch::new(bridge::tracing::Subscriber::new());
        self.engine.scope(|| tracing::dispatcher::with_default(&dispatch, f));
        self.lines()
    }

    pub(crate) fn lines(&self) -> Vec<Value> {
        self.engine.drain_once();
        let bytes = self.memory.take();
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(|line| without_time(serde_json::from_str(line).unwrap())).collect()
    }
}

fn without_time(mut line: Value) -> Value {
    line.as_object_mut().unwrap().remove("timestamp").unwrap();
    line
}

/// Tests that change what all engines let pass do not run beside others.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
