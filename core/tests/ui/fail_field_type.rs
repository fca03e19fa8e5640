//! A bare field of a type that can be neither stored nor rendered.
use hydra_log_core::info;

struct Opaque;

fn main() {
    let value = Opaque;
    info!(value);
    info!("text", key = Opaque, code = 5);
}
