//! Placeholders without an argument.
use hydra_log_core::info;

fn main() {
    info!("{} {}", 1);
    info!("{1}", 1);
    info!("{:.*}", 1);
    info!("{}", name = 1);
    info!("{absent}");
    info!("{:>width$}", 1);
}
