//! Structs with fields that cannot be stored.
use hydra_log_core::{Record, info};

struct Opaque;

#[derive(Record)]
struct Order {
    id: u64,
    opaque: Opaque,
    name: String,
    #[record(debug)]
    shown: Opaque,
}

#[derive(Record)]
struct Pair<T>(T, u8);

#[derive(Record)]
struct Point(i32, i32);

fn main() {
    info!(pair = Pair(Opaque, 1));
    info!("{:?}", Point(1, 2));
}
