//! Malformed format strings: the words are the compiler's own.
use hydra_log_core::info;

fn main() {
    let x = 5;
    info!("{x");
    info!("{x:y}");
    info!("x}");
    info!("{x.y}");
    info!("{}}", x);
}
