//! Two rings in one crate: the compiler finds them.
// says: `__hydra_a_program_has_one_ring__remove_the_other` is already defined
hydra_log_embedded::ring!(256);
hydra_log_embedded::ring!(512);

fn main() {}
