//! Calls into the ring that every context shares.
#![no_std]
#![no_main]

use firmware_count::Counter;
use hydra_log_embedded::ring;

#[path = "../calls.rs"]
mod calls;

ring!(1024, clock = Counter);
