//! How a claim moves the tail: with compare-and-swap, or in a critical section.

#[cfg(target_has_atomic = "ptr")]
mod cas;
mod section;

#[cfg(target_has_atomic = "ptr")]
pub use cas::ByCas;
pub use section::InSection;

use crate::sync::AtomicUsize;
use core::fmt;

/// What this target's rings use.
#[cfg(target_has_atomic = "ptr")]
pub type Native = ByCas;
/// What this target's rings use.
#[cfg(not(target_has_atomic = "ptr"))]
pub type Native = InSection;

#[cfg(target_has_atomic = "ptr")]
pub(in crate::ring) const NATIVE: Native = ByCas;
#[cfg(not(target_has_atomic = "ptr"))]
pub(in crate::ring) const NATIVE: Native = InSection::new();

/// Takes bytes for one producer. Both ways keep the same promise (M1, M2).
pub trait Claim: fmt::Debug + 'static {
    /// Moves `tail` by `bytes`, at most the capacity, and returns where it was, and what `stamp`
    /// gave: nobody else claimed between that and the move, so stamps are in the order of claims.
    ///
    /// # Errors
    /// How many bytes are free, when that is less.
    fn claim<S>(
        &self,
        head: &AtomicUsize,
        tail: &AtomicUsize,
        capacity: usize,
        bytes: usize,
        stamp: impl Fn() -> S,
    ) -> Result<(usize, S), usize>;

    /// As [`claim`](Self::claim), in one attempt: `None` where there is no room, and where somebody
    /// else claimed in between.
    fn claim_once<S>(
        &self,
        head: &AtomicUsize,
        tail: &AtomicUsize,
        capacity: usize,
        bytes: usize,
        stamp: impl Fn() -> S,
    ) -> Option<(usize, S)>;
}
