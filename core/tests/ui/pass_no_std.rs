//! A crate without std.
#![no_std]
#![forbid(unsafe_code)]
#![deny(warnings)]

extern crate std;

use hydra_log_core::{Record, info};

#[derive(Record)]
struct Point(i32, i32);

fn main() {
    info!("{} {:?}", 1, [1, 2]);
    info!(point = Point(1, 2), "moved");
}
