//! libFuzzer on the body `dictionary`.
#![no_main]

use hydra_log_fuzz::bodies::dictionary::TARGET;

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.check(data));
