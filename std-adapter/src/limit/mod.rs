//! Limits: how many records of a call, a target or a layer are written at the most.
//!
//! ```
//! use hydra_log::{Builder, Limit, info, sink::Memory};
//! let memory = Memory::new();
//! let engine = Builder::new()
//!     .sink(memory.clone())
//!     .limit("my_app::net", Limit::per_second(10).burst(20))
//!     .limit("layer:API", Limit::every(100).each_callsite())
//!     .limit("callsite:src/disk.rs:17", Limit::once())
//!     .limit("shop", Limit::sample(10, "user"))
//!     .build()?;
//! engine.scope(|| (0..1000).for_each(|count| info!(target: "my_app::net", "packet {count}")));
//! engine.flush()?;
//! assert!(memory.lines().len() >= 20);
//! assert!(engine.stats().limited >= 900);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Such a limit is kept by the drain: a call pays what it pays without, and no source changes. What
//! is kept back is counted ([`Stats::limited`](crate::Stats::limited)), and told of in the output:
//! `N records kept back` names the limit, a second after the first of them, and at the end.
//!
//! Where several cover a call, the one that means it most closely counts, as with
//! [overrides](crate::control). Records that must not be dropped pass every limit.

mod bucket;
mod limiter;
mod note;

pub use self::bucket::Limit;
use self::bucket::{Bucket, hash_of};
pub use self::limiter::LimitStats;
pub(crate) use self::limiter::{Limiter, Rule};
