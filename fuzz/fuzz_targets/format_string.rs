//! libFuzzer on the body `format_string`.
#![no_main]

use hydra_log_fuzz::bodies::format_string::TARGET;

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.check(data));
