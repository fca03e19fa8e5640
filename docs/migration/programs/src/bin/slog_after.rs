//! The same program with Hydra: one drain in place of two.

use hydra_log::sink::Console;
use slog::{Drain, Logger, info, o, warn};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _guard = hydra_log::Builder::new().sink(Console::stdout()).try_init()?;
    let root = Logger::root(hydra_log::bridge::slog::Drain.fuse(), o!("part" => "shop"));

    info!(root, "listening"; "port" => 8080);
    let request = root.new(o!("request" => 7));
    for order in 1..=3 {
        warn!(request, "late"; "order" => order);
    }
    Ok(())
}
