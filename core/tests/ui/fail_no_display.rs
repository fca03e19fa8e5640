//! Arguments without the trait that the placeholder names.
use hydra_log_core::info;

struct Opaque;

fn opaque(_: u8) -> Opaque {
    Opaque
}

fn main() {
    info!("{}", opaque(1));
    info!("{:?}", Opaque);
    info!("{:x}", 1.5);
    info!("{}", vec![1]);
    let value = Opaque;
    info!("{value}");
    info!(%value, "text");
    info!(key = ?opaque(2));
}
