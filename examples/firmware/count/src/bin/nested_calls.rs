//! The same calls into a ring for each depth of nesting, with nothing masked.
#![no_std]
#![no_main]

use firmware_count::Counter;
use hydra_log_embedded::rings;

#[path = "../calls.rs"]
mod calls;

rings!(256, nesting = 4, clock = Counter);
