//! Arguments that were moved away before.
use hydra_log_core::info;

fn main() {
    let text = String::from("x");
    drop(text);
    info!("{text}");
    let text = String::from("x");
    let taken = text;
    info!("{}", text, n = taken);
}
