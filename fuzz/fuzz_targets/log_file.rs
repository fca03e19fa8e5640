//! libFuzzer on the body `log_file`.
#![no_main]

use hydra_log_fuzz::bodies::log_file::TARGET;

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.check(data));
