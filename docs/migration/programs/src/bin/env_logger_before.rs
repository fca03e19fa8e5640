//! A program that logs through `log`, with `env_logger`.

use env_logger::{Env, Target};
use log::{debug, error, info, warn};

fn main() {
    let env = Env::default().default_filter_or("info");
    env_logger::Builder::from_env(env).target(Target::Stdout).init();

    info!("listening on port {}", 8080);
    debug!("not shown: the level is info");
    for order in 1..=3 {
        warn!("order {order} is late");
    }
    error!(target: "billing", "card refused, code {}", 51);
}
