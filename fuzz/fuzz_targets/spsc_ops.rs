//! libFuzzer on the body `spsc_ops`.
#![no_main]

use hydra_log_fuzz::bodies::spsc_ops::TARGET;

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.check(data));
