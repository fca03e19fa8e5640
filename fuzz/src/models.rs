//! What operations on rings and spools are compared with, shared with the core's tests.
#![expect(unsafe_code, reason = "the models keep the rings' promises themselves")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::multiple_unsafe_ops_per_block,
    reason = "a model fails by panicking, and its numbers are small"
)]
#![expect(dead_code, reason = "the core's tests use more of it")]

#[path = "../../core/tests/models/memory.rs"]
mod memory;
#[path = "../../core/tests/models/mpsc.rs"]
pub(crate) mod mpsc;
#[path = "../../core/tests/models/spool.rs"]
pub(crate) mod spool;
#[path = "../../core/tests/models/spsc.rs"]
pub(crate) mod spsc;
