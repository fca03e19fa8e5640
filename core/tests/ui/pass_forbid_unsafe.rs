//! A crate without unsafe code and without warnings.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, rust_2018_idioms, unused)]

use hydra_log_core::{Level, Record, debug, error, event, info, log_enabled, trace, warn};

/// A struct of a program.
#[derive(Debug, Record)]
pub struct Order {
    /// Its number.
    pub id: u64,
    /// Its price.
    pub price: Option<f64>,
    parts: Parts,
}

#[derive(Debug, Record)]
struct Parts(u8, &'static str);

fn main() {
    let (n, width, text) = (1, 8, String::from("text"));
    let order = Order { id: 7, price: Some(1.5), parts: Parts(1, "a") };
    error!("static");
    warn!("{n} {:>width$} {:?}", text, order);
    info!(order, %text, ?n, key = 'c', "message {}", 5);
    debug!(target: "target", layer: "layer", "message", code = 5);
    trace!(n);
    event!(Level::Info, "{order:?}");
    if log_enabled!(Level::Debug) {
        debug!("on");
    }
}
