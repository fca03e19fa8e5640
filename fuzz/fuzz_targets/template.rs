//! libFuzzer on the body `template`.
#![no_main]

use hydra_log_fuzz::bodies::template::TARGET;

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.check(data));
