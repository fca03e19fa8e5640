use hydra_log_core::info;

struct Opaque;

fn main() {
    let value = Opaque;
    info!(value);
    info!("text", key = Opaque, code = 5);
}
