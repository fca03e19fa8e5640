//! libFuzzer on the body `firmware_stream`.
#![no_main]

use hydra_log_fuzz::bodies::firmware_stream::TARGET;

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.check(data));
