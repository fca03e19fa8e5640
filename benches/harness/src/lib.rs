//! The loops that measure a logger: one copy for Hydra's own figures and for those of its peers.
//!
//! A logger is measured through a closure or through [`Peer`], always inlined into the loop, in a
//! process of its own. The process starts bound to core 1, where a logger that it starts has its
//! thread; then the thread that logs binds itself to core 0.
//!
//! | you want to know | look at |
//! |------------------|---------|
//! | a call between pauses, by the burst (B1) | [`bursts`] |
//! | each call alone, at a fixed rate, from its intended time (B1p) | [`open_loop`] |
//! | several threads at once | [`crowd`] |
//! | records a second, until all are in the file (B2) | [`throughput`] |
//! | a call that is off | [`off`] |
//! | what a logger has to offer to be measured | [`Peer`], [`main()`] |

pub mod bursts;
pub mod civil;
pub mod clock;
pub mod crowd;
pub mod figure;
pub mod histogram;
pub mod lines;
pub mod machine;
pub mod naive;
pub mod off;
pub mod open_loop;
mod peer;
mod report;
pub mod sys;
pub mod throughput;
pub mod values;

pub use figure::Figure;
pub use peer::{About, JOBS, Peer};
pub use report::main;

/// The core of the thread that logs.
pub const PRODUCER_CORE: usize = 0;
/// The core of everybody else.
pub const DRAIN_CORE: usize = 1;

/// Moves this thread to the producer's core. On a machine that has only one, it stays.
pub fn become_producer() {
    let _moved = sys::pin(PRODUCER_CORE);
}

/// How much is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// Bursts of 20 calls.
    pub bursts: u32,
    /// Records of a throughput run.
    pub records: u64,
    /// Seconds of a run at a fixed rate.
    pub seconds: u32,
    /// A file that a job may write and that nobody else uses.
    pub file: std::path::PathBuf,
}
