//! A program that logs through `slog`, with `slog_async` and `slog_term`.

use slog::{Drain, Logger, info, o, warn};

fn main() {
    let decorator = slog_term::PlainSyncDecorator::new(std::io::stdout());
    let drain = slog_term::FullFormat::new(decorator).build().fuse();
    let drain = slog_async::Async::new(drain).build().fuse();
    let root = Logger::root(drain, o!("part" => "shop"));

    info!(root, "listening"; "port" => 8080);
    let request = root.new(o!("request" => 7));
    for order in 1..=3 {
        warn!(request, "late"; "order" => order);
    }
}
