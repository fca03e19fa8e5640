//! The same program with Hydra behind `tracing`: a worker renders the values, not the caller.

use hydra_log::bridge::tracing::Subscriber;
use hydra_log::sink::Console;
use tracing::{info, info_span, warn};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _guard = hydra_log::Builder::new().sink(Console::stdout()).try_init()?;
    // Spans are no records of their own here, as `fmt` has it.
    tracing::subscriber::set_global_default(Subscriber::new().spans(false))?;

    info!(port = 8080, "listening");
    info_span!("request", id = 7).in_scope(|| {
        for order in 1..=3 {
            warn!(order, "late");
        }
    });
    Ok(())
}
