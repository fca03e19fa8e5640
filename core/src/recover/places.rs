//! Where in a ring's or a spool's own words its positions stand.

use super::Rejected;
use crate::spool::MAX_READERS;

/// Where the words that recovery needs lie in the bytes of a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layout {
    /// The size of the whole ring, in bytes, without its storage.
    pub bytes: usize,
    /// The producers' position.
    pub tail: usize,
    /// The consumer's own position, ahead of what it has given back.
    pub head: usize,
    /// The spool's end when the consumer began to move a record there.
    pub moving_end: usize,
    /// The position of that record.
    pub moving_at: usize,
    /// How many records were lost: five words, `Error` first.
    pub lost: usize,
    /// How many of those the output was told of: five words as well.
    pub told: usize,
    /// How many records went through it.
    pub published: usize,
}

/// Where the words that recovery needs lie in the bytes of a spool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpoolLayout {
    /// The size of the whole spool, in bytes, without its storage.
    pub bytes: usize,
    /// Where it ends.
    pub end: usize,
    /// Where its readers are done, a word each.
    pub done: usize,
    /// Where its writer has given up for them, a word each.
    pub floor: usize,
}

/// From where to where there are records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places {
    /// The position of the first record.
    pub head: usize,
    /// The position behind the last one.
    pub tail: usize,
    /// The first record is in the spool already: its mover died before it could step over it.
    pub moved: bool,
}

impl Places {
    /// Reads a ring's words, where its spool ends at `spool_end`.
    ///
    /// A consumer notes the spool's end and then the record's position, appends the record, and
    /// steps over it. So if the position is still that of the ring's first record, and the spool
    /// has grown since, the record is there.
    ///
    /// # Errors
    /// [`Rejected::Geometry`] when there are fewer bytes than a ring has.
    pub fn of_ring(ring: &[u8], layout: &Layout, spool_end: usize) -> Result<Self, Rejected> {
        let word = |at| word(ring, at, layout.bytes);
        let (head, tail) = (word(layout.head)?, word(layout.tail)?);
        let moved = word(layout.moving_at)? == head && word(layout.moving_end)? != spool_end;
        Ok(Self { head, tail, moved })
    }

    /// Reads a spool's words for one of its readers.
    ///
    /// # Errors
    /// [`Rejected::Geometry`] when there are fewer bytes than a spool has.
    pub fn of_spool(spool: &[u8], layout: &SpoolLayout, reader: usize) -> Result<Self, Rejected> {
        let word = |at| word(spool, at, layout.bytes);
        let own = reader.min(MAX_READERS - 1) * size_of::<usize>();
        let (done, floor) = (word(layout.done + own)?, word(layout.floor + own)?);
        let head = if done.wrapping_sub(floor) <= usize::MAX / 2 { done } else { floor };
        Ok(Self { head, tail: word(layout.end)?, moved: false })
    }

    /// Reads how many records a ring had lost by level, and of how many the output was told.
    ///
    /// # Errors
    /// As [`of_ring`](Self::of_ring).
    pub fn losses(ring: &[u8], layout: &Layout) -> Result<([u64; 5], [u64; 5]), Rejected> {
        let (mut lost, mut told) = ([0; 5], [0; 5]);
        for (at, counts) in [(layout.lost, &mut lost), (layout.told, &mut told)] {
            for (level, count) in counts.iter_mut().enumerate() {
                *count = word(ring, at + level * size_of::<usize>(), layout.bytes)? as u64;
            }
        }
        Ok((lost, told))
    }
}

/// A word of the image; it was written by the same kind of machine.
#[expect(clippy::host_endian_bytes, reason = "read where it was written")]
fn word(ring: &[u8], at: usize, needed: usize) -> Result<usize, Rejected> {
    let bytes = ring.get(at..).and_then(<[u8]>::first_chunk);
    let bytes = bytes.ok_or(Rejected::Geometry { needed, bytes: ring.len() })?;
    Ok(usize::from_ne_bytes(*bytes))
}
