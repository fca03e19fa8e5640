//! Frames that hold no call of defmt's.
// says: a frame takes 8 to 1000 bytes: `frame = 64`
hydra_log_embedded::defmt_ring!(1408, frame = 4, nesting = 2);

fn main() {}
