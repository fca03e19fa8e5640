//! libFuzzer on the body `crash_image`.
#![no_main]

use hydra_log_fuzz::bodies::crash_image::TARGET;

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.check(data));
