//! A port for last words; with the feature, a ring beside the application's.
#![no_std]

use cortex_m as _;
use hydra_log_embedded::Port;

/// Takes everything and keeps nothing.
#[derive(Debug)]
pub struct Nowhere;

impl Port for Nowhere {
    fn write(_bytes: &[u8]) -> bool {
        true
    }
}

/// Called by applications, so that this crate is linked.
#[inline(never)]
pub fn link() {
    hydra_log_embedded::info!("linked");
}

#[cfg(feature = "second-ring")]
hydra_log_embedded::ring!(256);
