//! The same program with Hydra in the appender's place: the same lines, another writer.

use hydra_log::bridge::appender;
use hydra_log::sink::Console;
use tracing::{info, info_span, warn};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (writer, _guard) = appender::non_blocking(Console::stdout())?;
    tracing_subscriber::fmt().with_writer(writer).with_ansi(false).init();

    info!(port = 8080, "listening");
    info_span!("request", id = 7).in_scope(|| {
        for order in 1..=3 {
            warn!(order, "late");
        }
    });
    Ok(())
}
