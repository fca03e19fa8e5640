//! Options that are unknown, given twice, or of the wrong type.
use hydra_log_core::{Level, info, log_enabled};

fn main() {
    let target = String::from("x");
    info!();
    info!(target: "x");
    info!(target: "x", target: "y", "text");
    info!(parent: 5, "text");
    info!(layer: 5, "text");
    info!(target: 5, "text");
    info!(target: target.as_str(), "text");
    log_enabled!();
    log_enabled!(Level::Info, "text");
}
