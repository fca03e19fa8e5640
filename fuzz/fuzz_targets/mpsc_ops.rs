//! libFuzzer on the body `mpsc_ops`.
#![no_main]

use hydra_log_fuzz::bodies::mpsc_ops::TARGET;

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.check(data));
