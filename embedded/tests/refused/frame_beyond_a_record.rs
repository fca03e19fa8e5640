//! Frames beyond the ring's longest record.
// says: longest record is shorter than a frame: give the ring more bytes, or the frame fewer
hydra_log_embedded::defmt_ring!(1408, frame = 512, nesting = 1);

fn main() {}
