//! Interrupts over a main loop that logs and drains.
#![no_std]
#![no_main]

use hydra_log_embedded::ring;

#[path = "../contexts.rs"]
mod contexts;

ring!(1024);

const DRAINS: bool = true;
