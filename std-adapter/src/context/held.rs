//! The context in force on a thread.
//!
//! A call asks nothing of it: entering one closes the quick way to the thread's ring, so that calls
//! go where contexts are looked at.

use core::cell::{Cell, RefCell};
use core::marker::PhantomData;
use std::sync::Arc;

use super::fields::Fields;
use crate::engine::producer;

thread_local! {
    static HELD: RefCell<Option<Arc<Fields>>> = const { RefCell::new(None) };
    /// Whether there is one. What asks in a log call must not be the first to use `HELD`, which has
    /// a destructor.
    static IN_FORCE: Cell<bool> = const { Cell::new(false) };
}

/// A context is in force until this is dropped, on the thread that entered it.
#[derive(Debug)]
#[must_use = "the context is left when this is dropped"]
pub struct Entered {
    before: Option<Arc<Fields>>,
    /// Stays on its thread.
    thread: PhantomData<*const ()>,
}

/// Puts a context in force, instead of the one that is.
pub(super) fn enter(fields: Option<Arc<Fields>>) -> Entered {
    if let Some(fields) = &fields {
        // Now, not in the first call.
        fields.record();
    }
    Entered { before: replace(fields), thread: PhantomData }
}

impl Drop for Entered {
    fn drop(&mut self) {
        drop(replace(self.before.take()));
    }
}

fn replace(fields: Option<Arc<Fields>>) -> Option<Arc<Fields>> {
    let is_some = fields.is_some();
    // A thread that is ending has none any more.
    let before = HELD.try_with(|held| held.replace(fields)).ok()?;
    if before.is_some() != is_some {
        IN_FORCE.set(is_some);
        producer::look_at_contexts(is_some);
    }
    before
}

/// What is in force on this thread.
pub(super) fn current() -> Option<Arc<Fields>> {
    if !IN_FORCE.get() {
        return None;
    }
    HELD.try_with(|held| held.borrow().clone()).ok().flatten()
}

/// Runs `f` with what the context in force adds to a record: a record of its own. None if a signal
/// came while it was being put in force.
pub(crate) fn with_record<R>(f: impl FnOnce(&[u64]) -> R) -> Option<R> {
    if !IN_FORCE.get() {
        return None;
    }
    let with = |held: &RefCell<Option<Arc<Fields>>>| {
        held.try_borrow().ok()?.as_ref().map(|fields| f(fields.record()))
    };
    HELD.try_with(with).ok().flatten()
}
