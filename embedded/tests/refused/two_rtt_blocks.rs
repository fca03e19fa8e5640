//! Two control blocks for one probe.
// says: `_SEGGER_RTT` is already defined
use hydra_log_embedded::rtt;

fn main() {
    drop((rtt!(512), rtt!(512)));
}
