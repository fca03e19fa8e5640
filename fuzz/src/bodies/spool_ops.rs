//! Operations on the spool, against a queue for each reader; and any bytes as what a reader took.

use hydra_log_core::spool::{ENTRY_HEADER, UNCOUNTED, entries};

use crate::models::spool::{LARGEST, READERS, Step, check};
use crate::input::Input;
use crate::target::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "spool_ops",
    body,
    // A step of 24 bytes for each, in a vector that doubles.
    bytes_per_byte: 64,
    // What three readers have not read yet, thrice.
    bytes_at_least: 1 << 16,
    seeds,
};

fn body(data: &[u8]) {
    let mut taken = 0;
    for (_, payload) in entries(data) {
        taken += ENTRY_HEADER + payload.len();
    }
    assert!(taken <= data.len(), "entries of {taken} bytes in {}", data.len());
    let mut input = Input::new(data);
    let mut steps = Vec::new();
    while !input.is_empty() {
        steps.push(step(&mut input));
    }
    check(&steps);
}

fn step(input: &mut Input<'_>) -> Step {
    let last = u16::try_from(LARGEST).unwrap_or(u16::MAX);
    let reader = |input: &mut Input<'_>| input.up_to(255) % READERS;
    match input.up_to(5) {
        0..3 => {
            let len = input.up_to(last);
            let tag = if input.up_to(7) == 7 { UNCOUNTED } else { 3 };
            Step::Append { len, tag }
        }
        3 => Step::Push { reader: reader(input), bytes: input.up_to(600) },
        _ => Step::Read { reader: reader(input), room: input.up_to(600) },
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let mut full = Vec::new();
    for _ in 0..8 {
        full.extend([0, 199, 1]);
    }
    full.extend([3, 0, 0, 1, 3, 1, 0, 2, 4, 2, 88, 2, 0, 100, 7, 4, 0, 88, 2, 4, 1, 88, 2]);
    let stored = [3_u64 | 5 << 32, 0x61_62_63, 8 | 6 << 32, 7].map(u64::to_le_bytes).concat();
    vec![full, stored]
}
