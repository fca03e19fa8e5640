//! A ring that holds nothing.
// says: a ring takes at least 64 bytes: `ring!(64)`
hydra_log_embedded::ring!(48);

fn main() {}
