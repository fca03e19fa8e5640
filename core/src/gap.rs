//! Gap records: how many records were lost, in which ring, of which levels.
//!
//! A producer that found room again after a loss first writes a *note*: its ring's loss counters
//! until then. The drain turns it into a gap record with what was lost since the last one. Where no
//! record follows the loss, the drain reads the counters itself.

use crate::record::{self, Flags, RecordRef, ValueRef};
use crate::ring::spsc::LEVELS;
use crate::site::{self, SiteId};

/// The bytes of a note or a gap record.
pub const BYTES: usize = record::HEADER_BYTES + 8 + 7 * 8;

/// Writes a note, or a gap record: ring `ring` lost so many of each level, `Error` first.
///
/// ```
/// use hydra_log_core::gap;
/// let words = gap::write(3, 99, [0, 1, 20, 0, 0]);
/// assert_eq!(gap::read(bytemuck::cast_slice(&words)), Some([0, 1, 20, 0, 0]));
/// ```
#[must_use]
pub fn write(ring: u32, stamp: u64, lost: [u64; LEVELS]) -> [u64; BYTES / 8] {
    write_as(site::gap_site().id(), ring, stamp, lost)
}

/// As [`write()`], for a reader that knows the gap records' callsite by another number: that of a
/// log, say, which another program began.
#[must_use]
pub fn write_as(id: SiteId, ring: u32, stamp: u64, lost: [u64; LEVELS]) -> [u64; BYTES / 8] {
    let [error, warn, info, debug, trace] = lost;
    let total: u64 = lost.iter().sum();
    let args = (total, (ring, (error, (warn, (info, (debug, (trace, ())))))));
    let mut words = [0; BYTES / 8];
    let used = record::encode_words(&mut words, id, stamp, &args, Flags::CONTROL);
    debug_assert!(used == BYTES, "a gap record's length is constant");
    words
}

/// What a note or gap record counts, by level; `None` if it is neither.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<[u64; LEVELS]> {
    let record = RecordRef::parse(bytes).ok()?;
    if !record.flags().contains(Flags::CONTROL) || record.site() != site::gap_site().id() {
        return None;
    }
    let mut lost = [0; LEVELS];
    // Behind the sum and the ring's number.
    let mut values = record.values().skip(2);
    for count in &mut lost {
        let Some(Ok(ValueRef::U64(number))) = values.next() else { return None };
        *count = number;
    }
    Some(lost)
}
