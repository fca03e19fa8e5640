//! The same program with Hydra: its calls stay as they are.

use hydra_log::sink::Console;
use log::{debug, error, info, warn};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _guard = hydra_log::Builder::new().sink(Console::stdout()).try_init()?;
    hydra_log::bridge::log::install()?;

    info!("listening on port {}", 8080);
    debug!("not shown: the level is info");
    for order in 1..=3 {
        warn!("order {order} is late");
    }
    error!(target: "billing", "card refused, code {}", 51);
    Ok(())
}
