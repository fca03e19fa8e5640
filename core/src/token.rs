//! The drain token: who holds it is the consumer of every ring.
//!
//! T1  At most one holder at a time.
//! T2  The next holder sees everything the last one did.
//!
//! `try_take` and giving back are wait-free; nobody waits in here.

use crate::ord;
use crate::seed::Seed;
use crate::sync::{AtomicBool, const_fn, planted, rmw};

/// A token that one context may hold.
///
/// ```
/// use hydra_log_core::token::Token;
/// let token = Token::new();
/// let taken = token.try_take();
/// assert!(taken.is_some());
/// assert!(token.try_take().is_none());
/// drop(taken);
/// assert!(token.try_take().is_some());
/// ```
#[derive(Debug)]
pub struct Token {
    taken: AtomicBool,
}

/// The token, held until dropped.
#[derive(Debug)]
#[must_use = "dropped at once, the token is given back at once"]
pub struct Taken<'t> {
    token: &'t Token,
}

impl Token {
    const_fn! {
        /// A token that nobody holds.
        #[must_use]
        pub const fn new() -> Self {
            Self { taken: AtomicBool::new(false) }
        }
    }

    /// Takes the token, unless somebody holds it. An interrupt must not wait for it: the holder may
    /// be what it interrupted.
    #[inline]
    pub fn try_take(&self) -> Option<Taken<'_>> {
        if planted(Seed::TokenByStore) {
            if self.taken.load(ord::token_take()) {
                return None;
            }
            self.taken.store(true, ord::own());
            return Some(Taken { token: self });
        }
        let raised = rmw::raise(&self.taken, ord::token_take(), ord::own());
        raised.then(|| Taken { token: self })
    }

    /// Takes the token from whoever holds it: for a context that the holder never follows.
    pub(crate) fn seize(&self) -> Taken<'_> {
        rmw::store(&self.taken, true, ord::token_release());
        Taken { token: self }
    }

    /// Gives back what a holder forgot on purpose.
    pub(crate) fn give_back(&self) {
        rmw::store(&self.taken, false, ord::token_release());
    }

    /// Whether somebody held it a moment ago: to be asked while waiting, instead of taking.
    #[inline]
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.taken.load(ord::count())
    }
}

impl Default for Token {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.token.give_back();
    }
}
