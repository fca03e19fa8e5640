//! Two rings in two crates: the linker finds them.
// says: __hydra_a_program_has_one_ring__remove_the_other
hydra_log_embedded::ring!(256);

fn main() {
    refused::log();
}
