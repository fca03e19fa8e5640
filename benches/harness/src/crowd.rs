//! Several threads that log at once: on two cores they share the drain's, as in a real program.

use std::sync::Barrier;
use std::thread;

use crate::{bursts, sys};

/// Bursts from `threads` threads, thread `t` on core `t % 2`; the pauses give the core away.
/// The samples of all threads.
pub fn run(threads: usize, count: u32, call: impl Fn(u64) + Sync) -> Vec<u64> {
    let (barrier, call) = (&Barrier::new(threads), &call);
    let body = move |thread: usize| {
        let _moved = sys::pin(thread % 2);
        barrier.wait();
        bursts::run(count, call, thread::yield_now)
    };
    thread::scope(|scope| {
        let threads: Vec<_> =
            (0..threads).map(|thread| scope.spawn(move || body(thread))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
}
