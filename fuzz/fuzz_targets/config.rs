//! libFuzzer on the body `config`.
#![no_main]

use hydra_log_fuzz::bodies::config::TARGET;

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.check(data));
