//! As many frames on each core as the ring holds altogether.
// says: the ring does not hold as many frames as may be under way: give it more bytes
fn core_number() -> usize {
    0
}

hydra_log_embedded::defmt_ring!(1408, frame = 64, nesting = 8, cores = 2 by core_number);

fn main() {}
