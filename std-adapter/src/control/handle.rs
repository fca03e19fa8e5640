//! Live change by a program's own hand.

use super::{InForce, Override, OverrideError, ReloadError, reload};
use crate::engine::Engine;

impl Engine {
    /// Puts an override in force, on every thread, from the next call on, also for callsites that
    /// are met later; returns the name by which it can be removed. See [`control`](crate::control).
    ///
    /// # Errors
    /// [`OverrideError`] if it names nothing, if 64 are in force, or if the system gives no thread
    /// to revert it by. Then nothing has changed.
    pub fn put_override(&self, change: Override) -> Result<String, OverrideError> {
        self.changed().put_override(change)
    }

    /// Ends an override before its time; `false` if none of that name is in force.
    #[expect(clippy::must_use_candidate, reason = "one that has ended already is no mistake")]
    pub fn remove_override(&self, name: &str) -> bool {
        self.changed().remove_override(name)
    }

    /// Ends all overrides; how many there were.
    #[expect(clippy::must_use_candidate, reason = "what counts is that none is left")]
    pub fn reset_overrides(&self) -> usize {
        self.changed().reset_overrides()
    }

    /// The overrides in force, in the order in which they came.
    #[must_use]
    pub fn overrides(&self) -> Vec<InForce> {
        self.changed().list_overrides()
    }

    /// Reads everything again that can be: see [`Builder::reload_by`](crate::Builder::reload_by).
    ///
    /// # Errors
    /// [`ReloadError`] names what could not be read; that is as it was.
    pub fn reload(&self) -> Result<(), ReloadError> {
        reload::all(self.changed())
    }
}
