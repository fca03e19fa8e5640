//! Retained memory that no block fits into.
// says: retained memory takes at least 128 bytes: `retained!(1024)`
fn main() {
    drop(hydra_log_embedded::retained!(64));
}
