//! Interrupts over a main loop that only logs: a full ring is written out by the call itself.
#![no_std]
#![no_main]

use firmware_tests::Uart;
use hydra_log_embedded::{policy::Direct, ring};

#[path = "../contexts.rs"]
mod contexts;

ring!(1024, policy = Direct<Uart>);

const DRAINS: bool = false;
