//! Which capacity and spill fit into the memory that an application gives.

use crate::ring::{GRANULE_BYTES, min};

/// The sizes of a ring that takes a given number of bytes for records, spill and map.
///
/// ```
/// use hydra_log_core::ring::small::Geometry;
/// let sizes = Geometry::of(1024);
/// assert_eq!((sizes.capacity, sizes.entries, sizes.longs * 8), (512, 64, 960));
/// let sizes = Geometry::of(1408);
/// assert_eq!((sizes.capacity, sizes.entries, sizes.longs * 8), (1024, 128, 1280));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// The bytes that records share: a power of two.
    pub capacity: usize,
    /// The bytes of the map.
    pub entries: usize,
    /// The capacity and the spill, in units of 8 bytes.
    pub longs: usize,
}

impl Geometry {
    /// The fewest bytes a ring takes.
    pub const MIN_BYTES: usize = 64;

    /// The largest capacity that leaves room for its map and some spill; what is left is spill too,
    /// and so makes longer records possible.
    ///
    /// # Panics
    /// When `bytes` is below [`MIN_BYTES`](Self::MIN_BYTES), or beyond 1 MiB: in a constant, so the
    /// application does not compile.
    #[must_use]
    pub const fn of(bytes: usize) -> Self {
        assert!(bytes >= Self::MIN_BYTES, "a ring takes at least 64 bytes: `ring!(64)`");
        assert!(bytes <= 1 << 20, "a ring takes at most 1 MiB: `ring!(1 << 20)`");
        let mut capacity = 32;
        while taken(capacity * 2) <= bytes {
            capacity *= 2;
        }
        let entries = capacity / GRANULE_BYTES;
        Self { capacity, entries, longs: (bytes - entries) / 8 }
    }
}

/// The bytes that a ring of this capacity takes at least.
const fn taken(capacity: usize) -> usize {
    capacity + capacity / GRANULE_BYTES + min(capacity / 4, 128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_size_has_the_largest_capacity_that_fits() {
        let sizes = [
            (64, 32, 60),
            (87, 32, 83),
            (88, 64, 80),
            (175, 64, 167),
            (176, 128, 160),
            (351, 128, 335),
            (352, 256, 320),
            (703, 256, 671),
            (704, 512, 640),
            (1279, 512, 1215),
            (1280, 1024, 1152),
            (2431, 1024, 2303),
            (2432, 2048, 2176),
            (1 << 20, 1 << 19, (1 << 20) - (1 << 16)),
        ];
        for (bytes, capacity, rest) in sizes {
            let expected = Geometry { capacity, entries: capacity / 8, longs: rest / 8 };
            assert_eq!(Geometry::of(bytes), expected, "{bytes}");
        }
    }

    #[test]
    #[should_panic(expected = "at least 64 bytes")]
    fn less_than_the_fewest_bytes_is_refused() {
        let _too_small = Geometry::of(63);
    }

    #[test]
    #[should_panic(expected = "at most 1 MiB")]
    fn more_than_the_most_bytes_is_refused() {
        let _too_large = Geometry::of((1 << 20) + 1);
    }
}
