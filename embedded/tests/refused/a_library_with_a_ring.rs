//! A library that has a ring, which is its application's to have.
hydra_log_embedded::ring!(512);

/// Logs.
pub fn log() {
    hydra_log_embedded::info!("from the library");
}
