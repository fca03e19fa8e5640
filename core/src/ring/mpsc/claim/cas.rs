//! A claim by compare-and-swap: no interrupt is ever masked.

use super::Claim;
use crate::ord;
use crate::ring::GRANULE_BYTES;
use crate::seed::Seed;
use crate::sync::{AtomicUsize, planted, try_update};

/// Claims by compare-and-swap.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByCas;

impl Claim for ByCas {
    #[inline]
    fn claim<S>(
        &self,
        head: &AtomicUsize,
        tail: &AtomicUsize,
        capacity: usize,
        bytes: usize,
        stamp: impl Fn() -> S,
    ) -> Result<(usize, S), usize> {
        loop {
            // The head first: then the tail is at least as new, and `used` is never too small.
            let mut from = head.load(ord::shared_head_read());
            let at = tail.load(ord::shared_tail());
            if planted(Seed::MpscTailFirst) {
                from = head.load(ord::shared_head_read());
            }
            let used = at.wrapping_sub(from);
            if blocked(used, capacity, bytes) {
                // More than the capacity is in use only when the consumer moved on between the two
                // loads. It is asked again once a round, so the loop repeats only on its progress.
                if head.load(ord::shared_head_read()) != from {
                    continue;
                }
                return Err(capacity.saturating_sub(used));
            }
            let stamp = stamp();
            let next = at.wrapping_add(bytes);
            if planted(Seed::MpscClaimByStore) {
                tail.store(next, ord::shared_tail());
                return Ok((at, stamp));
            }
            let (order, failed) = (ord::shared_tail(), ord::shared_tail());
            if tail.compare_exchange_weak(at, next, order, failed).is_ok() {
                return Ok((at, stamp));
            }
        }
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
        // The head first, as above.
        let from = head.load(ord::shared_head_read());
        if planted(Seed::SmallClaimByStore) {
            let at = tail.load(ord::shared_tail());
            if blocked(at.wrapping_sub(from), capacity, bytes) {
                return None;
            }
            let stamp = stamp();
            tail.store(at.wrapping_add(bytes), ord::shared_tail());
            return Some((at, stamp));
        }
        try_update(tail, ord::shared_tail(), |at| {
            let is_blocked = blocked(at.wrapping_sub(from), capacity, bytes);
            (!is_blocked).then(|| (at.wrapping_add(bytes), stamp()))
        })
    }
}

/// Whether a claim of `bytes` cannot be made.
#[inline(always)]
fn blocked(used: usize, capacity: usize, bytes: usize) -> bool {
    let is_unguarded = planted(Seed::MpscNoGuard) || planted(Seed::MpscTailFirst);
    let one_more = if planted(Seed::MpscFullByOne) { GRANULE_BYTES } else { 0 };
    if is_unguarded {
        return capacity.wrapping_sub(used) + one_more < bytes;
    }
    // Compared with what may be in use, which is a constant where the sizes are: if more than the
    // capacity seems to be in use, that is too much as well.
    let most = capacity + one_more;
    bytes > most || used > most - bytes
}

#[cfg(test)]
mod tests {
    use super::blocked;

    #[test]
    fn a_claim_is_blocked_by_what_is_in_use() {
        let blocked = |used, bytes| blocked(used, 64, bytes);
        assert!(!blocked(0, 64) && !blocked(56, 8));
        assert!(blocked(0, 72) && blocked(57, 8) && blocked(64, 8));
        // The head was read, then the consumer moved on, then the tail was read.
        assert!(blocked(72, 8));
    }
}
