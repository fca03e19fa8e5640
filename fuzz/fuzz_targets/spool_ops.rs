//! libFuzzer on the body `spool_ops`.
#![no_main]

use hydra_log_fuzz::bodies::spool_ops::TARGET;

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.check(data));
