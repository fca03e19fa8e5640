//! Waiting until what was logged is written.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::sync::Arc;
use std::task::Wake;
use std::thread::{self, Thread};
use std::time::Instant;

use hydra_log_core::flush::Ticket;
use hydra_log_core::ord;

use crate::engine::shared::Shared;
use crate::engine::{lock, producer};
use crate::error::FlushError;

/// How long one sleep lasts at most while waiting: a wake-up that was missed costs no more.
const LOOK: Duration = Duration::from_millis(5);

/// How long a flush without workers writes before it looks whether it is done.
const TURN: Duration = Duration::from_millis(100);

/// A flush under way: done when everything that was logged before it began was written (or given
/// up, counted) by every sink.
#[must_use = "a flush is only waited for when it is polled"]
pub struct Flushing {
    shared: &'static Shared,
    ticket: Ticket,
    /// Where the spool ended when the rings had been drained.
    position: Option<usize>,
}

impl core::fmt::Debug for Flushing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Flushing").field("drained", &self.position.is_some()).finish()
    }
}

impl Flushing {
    pub(crate) fn new(shared: &'static Shared) -> Self {
        let ticket = shared.flush.request();
        if shared.is_living() {
            shared.parking.call_all();
        }
        Self { shared, ticket, position: None }
    }

    /// Asks to be woken. An allocator that logs in here must not come back for the same lock.
    fn leave_waker(&self, waker: &Waker) {
        producer::unwaiting(|| lock(&self.shared.wakers).push(waker.clone()));
    }

    /// Looks whether it is done.
    fn check(&mut self) -> bool {
        // In a forked child, what was logged before is its parent's.
        if !self.shared.is_living() {
            return true;
        }
        // Where nobody else writes, the one who waits does.
        if self.shared.settings.workers == 0 || self.shared.stopping.load(ord::stop_seen()) {
            self.shared.write_out(Instant::now() + TURN);
        }
        if self.position.is_none() && self.shared.flush.is_done(&self.ticket) {
            self.position = Some(self.shared.spool.end());
            self.shared.parking.call_all();
        }
        let Some(position) = self.position else { return false };
        let reached = |done: usize| done.wrapping_sub(position) <= usize::MAX / 2;
        (0..self.shared.sinks.len()).all(|sink| reached(self.shared.spool.done(sink)))
    }

    /// Waits, but not past `deadline`.
    pub(crate) fn wait(self, deadline: Instant) -> Result<(), FlushError> {
        let shared = self.shared;
        if self.wait_quietly(deadline) {
            return Ok(());
        }
        Err(FlushError { pending: shared.stats().report().pending })
    }

    /// Waits, but not past `deadline`; whether it is done.
    pub(crate) fn wait_quietly(mut self, deadline: Instant) -> bool {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        loop {
            // Told first, so that no progress after the check goes unnoticed.
            self.leave_waker(&waker);
            if self.check() {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            thread::park_timeout(left.min(LOOK));
        }
    }
}

impl Future for Flushing {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.leave_waker(context.waker());
        if self.check() { Poll::Ready(()) } else { Poll::Pending }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
