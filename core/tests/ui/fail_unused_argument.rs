//! Arguments that no placeholder uses and that have no name.
use hydra_log_core::info;

fn main() {
    let x = 5;
    info!("text", 1);
    info!("{}", 1, x + 1);
    info!("{x}", 2, code = 3);
}
