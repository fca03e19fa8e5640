//! Levels that are missing, of another type, or not constant.
use hydra_log_core::{Level, event, log_enabled};

fn main() {
    let level = Level::Info;
    event!(level, "text");
    event!("text");
    event!(3, "text");
    event!();
    log_enabled!(level);
}
