//! Recovery: walks the memory that a dead process left, and trusts no byte of it.
//!
//! A process that is killed leaves its rings and its spool as they were between two instructions.
//! Each store before is there, none after: what was published can be read, and what was not cannot
//! be mistaken for it.
//!
//! ```text
//!  spsc    head..tail       whole records
//!  mpsc    head..tail       claims; those without a map entry are holes, stepped over exactly
//!  spool   written..end     whole entries
//! ```
//!
//! Sizes come from the caller, not from the image. Whatever the image holds, a walk ends after at
//! most one step a granule, reads nothing outside the slices that it was given, and allocates
//! nothing.
//!
//! V1  a walk yields exactly the records that were published and not moved on, in their order.
//! V2  a record that the drain had moved to the spool, and not yet stepped over, is in the spool
//!     alone: [`Places::moved`].
//! V3  a hole is never yielded, and hides no record behind it.
//!
//! ```
//! use hydra_log_core::recover::{Geometry, Places, spsc};
//! let geometry = Geometry { capacity: 64, longest: 64 };
//! let mut data = [0_u8; 128];
//! data[0] = 2; // A record of two words.
//! let mut walk = spsc(&data, geometry, Places { head: 0, tail: 16, moved: false });
//! assert_eq!(walk.next().map(|found| found.bytes.len()), Some(16));
//! assert_eq!(walk.next(), None);
//! assert_eq!((walk.report().records, walk.report().rejected), (1, None));
//! ```

mod places;
mod walk;

pub use self::places::{Layout, Places, SpoolLayout};
pub use self::walk::{Found, Walk};

use core::fmt;

use crate::spool;

/// The sizes of what is walked, as the caller knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// The capacity in bytes: a power of two, at least 16.
    pub capacity: usize,
    /// The longest record, or a spool's longest payload, in bytes.
    pub longest: usize,
}

/// Walks the ring of one producer: `data` is its bytes, spill included.
#[must_use]
pub fn spsc(data: &[u8], geometry: Geometry, places: Places) -> Walk<'_> {
    Walk::records(data, None, geometry, places)
}

/// Walks a ring that several producers share: `map` is its words, two bytes a granule.
#[must_use]
pub fn mpsc<'i>(data: &'i [u8], map: &'i [u8], geometry: Geometry, places: Places) -> Walk<'i> {
    Walk::records(data, Some(map), geometry, places)
}

/// Walks a spool from where a reader had written, to its end.
#[must_use]
pub fn spool(data: &[u8], geometry: Geometry, places: Places) -> Walk<'_> {
    Walk::entries(data, geometry, places)
}

/// What a walk met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Records yielded.
    pub records: usize,
    /// Claims that were never committed: calls that had not returned.
    pub holes: usize,
    /// Bytes of those.
    pub hole_bytes: usize,
    /// Why the walk ended early, if it did.
    pub rejected: Option<Rejected>,
}

/// Why an image, or the rest of it, is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejected {
    /// Sizes that nothing can have, or fewer bytes than they ask for.
    Geometry {
        /// The bytes that these sizes ask for.
        needed: usize,
        /// The bytes that there are.
        bytes: usize,
    },
    /// Words that name no stretch of records: more than the capacity, or between two granules.
    Places {
        /// Where it should begin.
        head: usize,
        /// Where it should end.
        tail: usize,
    },
    /// A length that nothing can have written.
    Length {
        /// The position of the record.
        position: usize,
        /// The length it says.
        bytes: usize,
    },
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Geometry { needed, bytes } => {
                write!(f, "an image of {bytes} bytes where {needed} are needed")
            }
            Self::Places { head, tail } => write!(f, "no records lie between {head} and {tail}"),
            Self::Length { position, bytes } => {
                write!(f, "the record at {position} says that it has {bytes} bytes")
            }
        }
    }
}

impl core::error::Error for Rejected {}

impl Geometry {
    /// Whether sizes are possible, and `data` and `map` have the bytes that they ask for.
    fn check(self, data: &[u8], map: Option<&[u8]>, header: usize) -> Result<(), Rejected> {
        let longest = self.longest.saturating_add(header);
        let needed = self.capacity.saturating_add(longest);
        let words = self.capacity / crate::ring::GRANULE_BYTES * size_of::<u16>();
        let possible = self.capacity.is_power_of_two() && self.capacity >= 16;
        if !possible || data.len() < needed {
            return Err(Rejected::Geometry { needed, bytes: data.len() });
        }
        match map {
            Some(map) if map.len() < words => {
                Err(Rejected::Geometry { needed: words, bytes: map.len() })
            }
            _ => Ok(()),
        }
    }
}

/// In front of a spool's payload stands a header, in front of a record in a ring nothing.
const ENTRY_HEADER: usize = spool::ENTRY_HEADER;
