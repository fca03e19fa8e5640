//! A buffer that no block fits into.
// says: an RTT buffer takes at least 64 bytes: `rtt!(512)`
fn main() {
    drop(hydra_log_embedded::rtt!(32));
}
