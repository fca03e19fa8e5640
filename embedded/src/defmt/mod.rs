//! defmt's calls on the ring: their frames stand among Hydra's records, and leave as defmt's own.
//!
//! A frame is a record with the *control* flag: its site is one more than the bytes of padding at
//! its end (1 to 4), behind the header stand the bytes that defmt gave. Encoding them is the
//! drain's work.

mod frames;
mod gates;
mod logger;
mod section;
mod sink;

pub use frames::{Frames, Nested};
pub use section::Held;
pub use sink::{Defmt, drain_frames};

/// The bytes in front of a frame's.
const HEADER_BYTES: usize = 8;

/// Whether so many frames of so many bytes fit into a ring of `bytes` at once.
///
/// # Panics
/// When they don't: in a constant, so the application does not compile.
#[doc(hidden)]
pub const fn check(bytes: usize, frame: usize, nested: usize) {
    let sizes = hydra_log_core::ring::small::Geometry::of(bytes);
    let each = (HEADER_BYTES + frame).next_multiple_of(8);
    assert!(frame >= 8 && frame <= 1000, "a frame takes 8 to 1000 bytes: `frame = 64`");
    assert!(nested >= 1, "one call is under way at least: `nesting = 1`");
    assert!(
        each <= sizes.longs * 8 - sizes.capacity + 8,
        "the ring's longest record is shorter than a frame: give the ring more bytes, or the frame \
         fewer"
    );
    assert!(
        each * nested <= sizes.capacity - sizes.capacity / 8,
        "the ring does not hold as many frames as may be under way: give it more bytes"
    );
}
