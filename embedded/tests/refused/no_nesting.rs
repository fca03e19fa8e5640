//! No call may be under way.
// says: one call is under way at least: `nesting = 1`
hydra_log_embedded::defmt_ring!(1408, frame = 64, nesting = 0);

fn main() {}
