//! A ring beside the one that is defmt's logger.
// says: `__hydra_a_program_has_one_ring__remove_the_other` is already defined
hydra_log_embedded::ring!(1408);
hydra_log_embedded::defmt_ring!(1408, frame = 64, nesting = 4);

fn main() {}
