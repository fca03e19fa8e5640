//! A claim in a critical section, for targets without compare-and-swap.
//!
//! Only these few instructions exclude other contexts. The record is written and committed outside.

use super::Claim;
use crate::ord;
use crate::ring::GRANULE_BYTES;
use crate::seed::Seed;
use crate::sync::{AtomicUsize, LoadOwn as _, Section, const_fn, planted};

/// Claims in a critical section.
#[derive(Debug)]
pub struct InSection(Section);

impl InSection {
    const_fn! {
        /// A claim with a section of its own.
        #[must_use]
        pub const fn new() -> Self {
            Self(Section::new())
        }
    }
}

impl Default for InSection {
    fn default() -> Self {
        Self::new()
    }
}

impl Claim for InSection {
    #[inline]
    fn claim<S>(
        &self,
        head: &AtomicUsize,
        tail: &AtomicUsize,
        capacity: usize,
        bytes: usize,
        stamp: impl Fn() -> S,
    ) -> Result<(usize, S), usize> {
        let claim = || {
            let from = head.load(ord::shared_head_read());
            // Only who is in the section writes it.
            let at = tail.load_own();
            let used = at.wrapping_sub(from);
            // On another core the consumer may have moved between the two loads, as in `ByCas`.
            let one_more = if planted(Seed::SectionFullByOne) { GRANULE_BYTES } else { 0 };
            if used > capacity - bytes + one_more {
                return Err(capacity.saturating_sub(used));
            }
            tail.store(at.wrapping_add(bytes), ord::shared_tail());
            Ok((at, stamp()))
        };
        if planted(Seed::SectionRemoved) {
            return claim();
        }
        self.0.with(claim)
    }

    #[inline(always)]
    fn claim_once<S>(
        &self,
        head: &AtomicUsize,
        tail: &AtomicUsize,
        capacity: usize,
        bytes: usize,
        stamp: impl Fn() -> S,
    ) -> Option<(usize, S)> {
        self.claim(head, tail, capacity, bytes, stamp).ok()
    }
}
