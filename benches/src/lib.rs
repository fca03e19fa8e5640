//! What a log call and a drain cost on this machine: the figures behind `cargo xtask bench`.
//!
//! Nothing here is a test: a figure says what was seen, with the machine, never pass or fail.
//!
//! | you want to know | look at |
//! |------------------|---------|
//! | what is measured, and how | the files of `src/jobs/`, and the loops in `harness/` |
//! | how runs are interleaved and summed up | [`figures`] |
//! | what the parts cost | the criterion benches in `benches/` |
//! | what others cost | `versus/`, a workspace of its own |
//! | what was seen before | `records/*.csv` |

pub mod figures;
pub mod ideal;

mod binary;
mod jobs;
mod options;
mod ord;

pub use options::main;
