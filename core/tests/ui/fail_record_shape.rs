//! What `Record` cannot be derived for, and unknown attributes.
use hydra_log_core::Record;

#[derive(Record)]
enum Side {
    Buy,
    Sell,
}

#[derive(Record)]
union Bits {
    whole: u32,
    part: u8,
}

#[derive(Record)]
struct Order {
    #[record(hidden)]
    id: u64,
}

#[derive(Record)]
#[record(debug)]
struct Whole;

fn main() {}
