//! A call, and nobody has a ring.
// says: __hydra_no_ring__put_ring_into_the_application
fn main() {
    hydra_log_embedded::info!("into the void");
}
