//! More frames under way than the ring has room for.
// says: the ring does not hold as many frames as may be under way: give it more bytes
hydra_log_embedded::defmt_ring!(1408, frame = 64, nesting = 16);

fn main() {}
