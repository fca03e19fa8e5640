//! Flush: a caller asks, the drain makes a whole pass, the drain acknowledges.
//!
//! | field       | written by | published with       | read by the other side with |
//! |-------------|------------|----------------------|-----------------------------|
//! | `requested` | callers    | `ord::flush_request` | `ord::flush_pending`        |
//! | `done`      | the drain  | `ord::flush_done`    | `ord::flush_check`          |
//!
//! F1  `done <= requested`; both only grow, and wrap with their type.
//! F2  What happened before a request is seen by the pass that acknowledges it.
//! F3  Whoever sees its request acknowledged sees what that pass wrote.
//!
//! All operations are wait-free; waiting is the caller's, who knows how its platform waits.

use crate::ord;
use crate::seed::Seed;
use crate::sync::{AtomicUsize, LoadOwn as _, const_fn, planted, rmw};

/// Flush requests and how far they are acknowledged.
///
/// ```
/// use hydra_log_core::flush::Flush;
/// let flush = Flush::new();
/// let ticket = flush.request();
/// assert!(!flush.is_done(&ticket));
/// // The drain: look, pass over every ring and sink, acknowledge what was looked at.
/// let request = flush.pending().expect("one request");
/// flush.acknowledge(request);
/// assert!(flush.is_done(&ticket));
/// assert!(flush.pending().is_none());
/// ```
#[derive(Debug)]
pub struct Flush {
    requested: AtomicUsize,
    done: AtomicUsize,
}

/// What a caller holds while it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the flush is done when `is_done` says so"]
pub struct Ticket(usize);

/// What the drain saw before its pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "to be acknowledged after the pass"]
pub struct Request(usize);

impl Flush {
    const_fn! {
        /// No request yet.
        #[must_use]
        pub const fn new() -> Self {
            Self::starting_at(0)
        }
    }

    const_fn! {
        /// Counts from `start`: for tests of the wrap.
        #[doc(hidden)]
        #[must_use]
        pub const fn starting_at(start: usize) -> Self {
            Self { requested: AtomicUsize::new(start), done: AtomicUsize::new(start) }
        }
    }

    /// Asks for everything that was logged so far.
    pub fn request(&self) -> Ticket {
        Ticket(rmw::add(&self.requested, 1, ord::flush_request()).wrapping_add(1))
    }

    /// What is asked for. The drain looks before its pass, and holds the drain token from here
    /// until it has acknowledged.
    #[must_use]
    pub fn pending(&self) -> Option<Request> {
        let requested = self.requested.load(ord::flush_pending());
        (requested != self.done.load_own()).then_some(Request(requested))
    }

    /// Says that a pass that began after `request` was looked at is complete.
    pub fn acknowledge(&self, request: Request) {
        let mut upto = request.0;
        if planted(Seed::FlushEarly) {
            upto = self.requested.load(ord::flush_pending());
        }
        if !reached(self.done.load_own(), upto) {
            self.done.store(upto, ord::flush_done());
        }
    }

    /// Whether everything is out that was logged before the ticket was asked for.
    #[must_use]
    pub fn is_done(&self, ticket: &Ticket) -> bool {
        reached(self.done.load(ord::flush_check()), ticket.0)
    }
}

impl Default for Flush {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether `count` is at or beyond `target`, over the wrap.
const fn reached(count: usize, target: usize) -> bool {
    count.wrapping_sub(target) <= usize::MAX / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_over_the_wrap() {
        let flush = Flush::starting_at(usize::MAX);
        let early = flush.request();
        let request = flush.pending().unwrap();
        let late = flush.request();
        flush.acknowledge(request);
        assert!(flush.is_done(&early));
        assert!(!flush.is_done(&late));
        let request = flush.pending().unwrap();
        flush.acknowledge(request);
        assert!(flush.is_done(&late));
    }

    #[test]
    fn an_old_acknowledgement_takes_nothing_back() {
        let flush = Flush::new();
        let _early = flush.request();
        let old = flush.pending().unwrap();
        let late = flush.request();
        let new = flush.pending().unwrap();
        flush.acknowledge(new);
        flush.acknowledge(old);
        assert!(flush.is_done(&late));
    }
}
