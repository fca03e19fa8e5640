//! A fault that has nowhere to say what it was.
// says: __hydra_no_port__put_last_words_into_the_application
hydra_log_embedded::ring!(352);

fn main() {
    hydra_log_embedded::faulted(0, 0);
}
