//! libFuzzer on the body `record`.
#![no_main]

use hydra_log_fuzz::bodies::record::TARGET;

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.check(data));
