//! What this crate's macros expand to; no part of the public interface.

pub use hydra_log_core::__private::*;

use hydra_log_core::emit;

use crate::engine::ThreadRings;

/// Records a call in the calling thread's ring.
#[inline(always)]
pub fn emit<A: Args>(gate: &'static Gate, args: &A) {
    emit::emit::<ThreadRings, A>(gate, args);
}
