//! The engine as its users see it: what goes in comes out, in order, once, or is counted.
#![allow(missing_docs, unreachable_pub, reason = "a test binary")]

mod bad_input;
mod bare_metal;
mod common;
mod conservation;
mod contexts;
mod exits;
mod order;
mod sinks;
