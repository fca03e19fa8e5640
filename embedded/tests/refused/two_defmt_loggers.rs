//! Another logger for defmt's calls.
// says: `_defmt_acquire` is already defined
hydra_log_embedded::defmt_ring!(1408, frame = 64, nesting = 4);

#[defmt::global_logger]
struct Another;

// SAFETY: never called.
unsafe impl defmt::Logger for Another {
    fn acquire() {}
    unsafe fn flush() {}
    unsafe fn release() {}
    unsafe fn write(_: &[u8]) {}
}

fn main() {}
