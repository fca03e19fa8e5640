//! libFuzzer on the body `redaction`.
#![no_main]

use hydra_log_fuzz::bodies::redaction::TARGET;

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.check(data));
