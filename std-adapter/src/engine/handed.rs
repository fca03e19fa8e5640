//! A sink that a forked child can take over: its lane is made anew there, on the same descriptor.

use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::io;
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::thread;
use std::time::Instant;

use hydra_log_core::ord;
use hydra_log_core::sync::AtomicBool;

use crate::engine::lock;
use crate::sink::{Place, Sink, WriteError};

/// How long a fork looks away between two looks at a lock.
const NAP: Duration = Duration::from_micros(20);

/// A sink, shared by the lane of a process and that of its forked child.
#[derive(Clone)]
pub(crate) struct Handed(Arc<Kept>);

struct Kept {
    name: String,
    inner: Mutex<Inner>,
    /// This process was forked while a thread of its parent was inside the sink.
    is_torn: AtomicBool,
}

struct Inner {
    sink: Box<dyn Sink>,
    /// Whether it may hold back what was written.
    holds_back: bool,
}

/// Nobody is inside the sink, and nobody gets in.
pub(crate) struct Hold<'s>(#[expect(dead_code, reason = "held until dropped")] Guard<'s>);

type Guard<'s> = MutexGuard<'s, Inner>;

impl Handed {
    pub(crate) fn new(sink: Box<dyn Sink>) -> Self {
        let name = sink.name();
        let inner = Mutex::new(Inner { sink, holds_back: false });
        Self(Arc::new(Kept { name, inner, is_torn: AtomicBool::new(false) }))
    }

    /// Waits until nobody is inside the sink, and has it hand on what it holds back, so that the
    /// child does not do so once more. `None` if that takes too long.
    pub(crate) fn hold(&self, deadline: Instant) -> Option<Hold<'_>> {
        let mut inner = hold(&self.0.inner, deadline)?;
        if inner.holds_back {
            // Who writes next is told of a sink that fails.
            let flushed = catch_unwind(AssertUnwindSafe(|| inner.sink.flush()));
            inner.holds_back = !matches!(flushed, Ok(Ok(())));
        }
        Some(Hold(inner))
    }

    /// In a child: a thread of its parent is inside the sink for ever.
    pub(crate) fn tear(&self) {
        self.0.is_torn.store(true, ord::own());
    }

    fn enter(&self) -> Option<Guard<'_>> {
        (!self.0.is_torn.load(ord::own())).then(|| lock(&self.0.inner))
    }
}

/// Takes a lock, if that is possible in time.
pub(crate) fn hold<T>(mutex: &Mutex<T>, deadline: Instant) -> Option<MutexGuard<'_, T>> {
    loop {
        match mutex.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return None,
            Err(TryLockError::WouldBlock) => thread::sleep(NAP),
        }
    }
}

fn torn() -> io::Error {
    io::Error::other("this process was forked in the middle of a write to it")
}

impl Sink for Handed {
    fn write(&mut self, lines: &[u8]) -> Result<(), WriteError> {
        let Some(mut inner) = self.enter() else {
            return Err(WriteError { written: 0, source: torn() });
        };
        inner.holds_back = true;
        inner.sink.write(lines)
    }

    fn name(&self) -> String {
        self.0.name.clone()
    }

    fn place(&mut self) -> io::Result<Option<Place>> {
        self.enter().map_or(Ok(None), |mut inner| inner.sink.place())
    }

    fn flush(&mut self) -> io::Result<()> {
        let Some(mut inner) = self.enter() else { return Ok(()) };
        let flushed = inner.sink.flush();
        inner.holds_back = flushed.is_err();
        flushed
    }

    fn sync(&mut self) -> io::Result<()> {
        self.enter().map_or_else(|| Err(torn()), |mut inner| inner.sink.sync())
    }

    fn generation(&self) -> u64 {
        self.enter().map_or(0, |inner| inner.sink.generation())
    }

    fn make_way(&mut self, bytes: usize) -> io::Result<()> {
        self.enter().map_or(Ok(()), |mut inner| inner.sink.make_way(bytes))
    }

    fn likes_colours(&self) -> bool {
        self.enter().is_some_and(|inner| inner.sink.likes_colours())
    }

    fn maintain(&mut self) -> io::Result<()> {
        self.enter().map_or(Ok(()), |mut inner| inner.sink.maintain())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::Memory;

    /// Counts flushes.
    struct Counts(Arc<Mutex<usize>>);

    impl Sink for Counts {
        fn write(&mut self, _lines: &[u8]) -> Result<(), WriteError> {
            Ok(())
        }

        fn name(&self) -> String {
            "counts".to_owned()
        }

        fn flush(&mut self) -> io::Result<()> {
            *self.0.lock().unwrap() += 1;
            Ok(())
        }
    }

    #[test]
    fn hands_on_what_is_held_back_once() {
        let flushes = Arc::new(Mutex::new(0));
        let mut sink = Handed::new(Box::new(Counts(Arc::clone(&flushes))));
        let now = Instant::now();
        assert!(sink.hold(now).is_some());
        assert_eq!(*flushes.lock().unwrap(), 0, "nothing was written");
        sink.write(b"x").unwrap();
        assert!(sink.hold(now).is_some() && sink.hold(now).is_some());
        assert_eq!(*flushes.lock().unwrap(), 1);
    }

    #[test]
    fn who_holds_it_keeps_others_out_and_a_torn_one_fails() {
        let memory = Memory::new();
        let mut sink = Handed::new(Box::new(memory.clone()));
        let other = sink.clone();
        let held = other.hold(Instant::now());
        assert!(held.is_some() && sink.hold(Instant::now()).is_none());
        other.tear();
        assert_eq!(sink.write(b"line\n").unwrap_err().written, 0);
        assert!(sink.flush().is_ok() && sink.place().unwrap().is_none());
        drop(held);
        assert!(memory.lines().is_empty());
    }
}
