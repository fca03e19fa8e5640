//! libFuzzer on the body `formats`.
#![no_main]

use hydra_log_fuzz::bodies::formats::TARGET;

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.check(data));
