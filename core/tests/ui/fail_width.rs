//! Widths and precisions that are not `usize`.
use hydra_log_core::info;

fn main() {
    let width = 5_i32;
    info!("{:width$}", 1);
    info!("{:.*}", "x", 1.5);
}
