//! The critical section around a call, for who asks for it.
#![expect(unsafe_code, reason = "begins a section in one function and ends it in another")]

use core::cell::UnsafeCell;
use core::fmt;
use critical_section::RestoreState;

/// A section that is held from a call's beginning to its end.
#[doc(hidden)]
pub struct Held(UnsafeCell<RestoreState>);

// SAFETY: who holds the section, and so is alone, reads and writes it.
unsafe impl Sync for Held {}

impl Held {
    /// Nobody holds it.
    #[must_use]
    pub const fn new() -> Self {
        Self(UnsafeCell::new(RestoreState::invalid()))
    }

    /// The section begins.
    #[inline(always)]
    pub fn begin(&self) {
        // SAFETY: bounds: none; race: `end` follows in the same context.
        let restore = unsafe { critical_section::acquire() };
        // SAFETY: bounds: a field; race: the section is held.
        unsafe { self.0.get().write(restore) };
    }

    /// The section ends.
    #[inline(always)]
    pub fn end(&self) {
        // SAFETY: bounds: a field; race: the section is held.
        let restore = unsafe { self.0.get().read() };
        // SAFETY: bounds: none; race: what `begin` acquired in this context.
        unsafe { critical_section::release(restore) };
    }
}

impl Default for Held {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held")
    }
}
