//! The same program in Rust, with Hydra's macros.

use hydra_log::sink::Console;
use hydra_log::{debug, info, warn};

fn main() -> Result<(), hydra_log::InitError> {
    let _guard = hydra_log::Builder::new().sink(Console::stdout()).try_init()?;
    info!(target: "shop", "listening on port {}", 8080);
    debug!(target: "shop", "not shown: the level is info");
    for order in 1..=3 {
        warn!(target: "shop", "order {order:>4} is late by {:.1} days", f64::from(order) * 0.5);
    }
    Ok(())
}
