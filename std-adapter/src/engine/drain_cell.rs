//! The drain's own state, behind the drain token.
#![expect(unsafe_code, reason = "a cell that the token guards")]

use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};

use hydra_log_core::token::{Taken, Token};

/// A value that only the holder of the token reaches. Nobody waits for it.
pub(crate) struct DrainCell<T> {
    token: Token,
    value: UnsafeCell<T>,
}

// SAFETY: race: the value is reached only through `Held`, of which the token allows one at a time,
// and what one holder did happens before the next (T1, T2 of the token).
unsafe impl<T: Send> Sync for DrainCell<T> {}

impl<T> DrainCell<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { token: Token::new(), value: UnsafeCell::new(value) }
    }

    /// The value, unless somebody has it.
    pub(crate) fn try_take(&self) -> Option<Held<'_, T>> {
        let token = self.token.try_take()?;
        Some(Held { cell: self, _token: token })
    }
}

/// The value, until dropped.
pub(crate) struct Held<'c, T> {
    cell: &'c DrainCell<T>,
    _token: Taken<'c>,
}

impl<T> Deref for Held<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: bounds: the cell is borrowed; race: this is the token's one holder.
        unsafe { &*self.cell.value.get() }
    }
}

impl<T> DerefMut for Held<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: bounds: the cell is borrowed; race: this is the token's one holder, borrowed
        // mutably.
        unsafe { &mut *self.cell.value.get() }
    }
}
