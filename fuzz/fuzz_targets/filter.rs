//! libFuzzer on the body `filter`.
#![no_main]

use hydra_log_fuzz::bodies::filter::TARGET;

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.check(data));
