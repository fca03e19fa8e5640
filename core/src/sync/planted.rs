//! The switch for a bug that a test plants. Not in what ships.

use crate::ord;
use crate::seed::Seed;
use core::sync::atomic::AtomicUsize;

/// Zero, or one more than the number of the bug. Not one of a model's words.
static PLANTED: AtomicUsize = AtomicUsize::new(0);

/// Plants one bug, or none, for all code that runs from now on.
pub fn plant(seed: Option<Seed>) {
    PLANTED.store(seed.map_or(0, |seed| seed as usize + 1), ord::count());
}

/// Whether this bug is planted.
#[inline]
#[must_use]
pub fn planted(seed: Seed) -> bool {
    PLANTED.load(ord::count()) == seed as usize + 1
}
