//! libFuzzer on the body `pipe_lines`.
#![no_main]

use hydra_log_fuzz::bodies::pipe_lines::TARGET;

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.check(data));
