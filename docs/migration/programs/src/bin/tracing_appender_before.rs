//! A program that logs through `tracing`, with `tracing_appender` for a thread that writes.

use tracing::{info, info_span, warn};

fn main() {
    let (writer, _guard) = tracing_appender::non_blocking(std::io::stdout());
    tracing_subscriber::fmt().with_writer(writer).with_ansi(false).init();

    info!(port = 8080, "listening");
    info_span!("request", id = 7).in_scope(|| {
        for order in 1..=3 {
            warn!(order, "late");
        }
    });
}
