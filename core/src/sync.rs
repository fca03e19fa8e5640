//! The only file that names an atomic type.
//!
//! TO BE REPLACED by the real shim (core, loom, interrupt-injecting).
pub use core::sync::atomic::AtomicU8 as StaticU8;
