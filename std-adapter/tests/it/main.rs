//! The engine as its users see it: what goes in comes out, in order, once, or is counted.
#![allow(missing_docs, unreachable_pub, reason = "a test binary")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and a child tells by printing"
)]

mod bad_input;
mod bare_metal;
mod common;
mod config;
mod conservation;
mod contexts;
mod control;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod crash;
#[cfg(unix)]
mod ctl;
mod delivery;
mod durable;
mod exits;
#[cfg(unix)]
mod faults;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod forks;
mod guarantees;
mod hangs;
mod layers;
mod limits;
mod net;
mod ord;
mod order;
mod redaction;
mod rotation;
#[cfg(target_os = "linux")]
mod signals;
mod sinks;
#[cfg(unix)]
mod stopped;
mod threats;
