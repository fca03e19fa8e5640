//! Options of fields that cannot be: each is told what it may be.
use hydra_log_core::Record;

#[derive(Record)]
struct Both {
    #[record(redact, debug)]
    password: String,
}

#[derive(Record)]
struct Pair(#[record(rename = "first")] u8);

#[derive(Record)]
struct Twice {
    id: u64,
    #[record(rename = "id")]
    other: u64,
}

#[derive(Record)]
struct Odd {
    #[record(rename = "1st \"name\"")]
    id: u64,
}

#[derive(Record)]
struct Misspelt {
    #[record(redacted)]
    password: String,
}

fn main() {}
