//! A ring beyond what its words count.
// says: a ring takes at most 1 MiB: `ring!(1 << 20)`
hydra_log_embedded::ring!(2 << 20);

fn main() {}
