//! One step after the other through an image, whatever is in it.

use super::{ENTRY_HEADER, Geometry, Places, Rejected, Report};
use crate::record;
use crate::ring::{GRANULE_BYTES, mpsc};
use crate::spool;

/// An iterator over what an image holds. After an error nothing follows; see [`Walk::report`].
#[derive(Clone, Debug)]
pub struct Walk<'i> {
    data: &'i [u8],
    map: Option<&'i [u8]>,
    /// Bytes in front of each record.
    header: usize,
    geometry: Geometry,
    position: usize,
    tail: usize,
    moved: bool,
    report: Report,
}

/// A record in an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'i> {
    /// Where it stands.
    pub position: usize,
    /// A spool entry's tag; 0 in a ring.
    pub tag: u32,
    /// The record. Only its length is sure to be right.
    pub bytes: &'i [u8],
    next: usize,
}

impl Found<'_> {
    /// Where what follows it stands.
    #[must_use]
    pub fn end(&self) -> usize {
        self.next
    }
}

/// What stands at a position.
enum Step<'i> {
    Record { tag: u32, bytes: &'i [u8], size: usize },
    Skip { size: usize },
    Hole { size: usize },
}

impl<'i> Walk<'i> {
    pub(super) fn records(
        data: &'i [u8],
        map: Option<&'i [u8]>,
        geometry: Geometry,
        places: Places,
    ) -> Self {
        Self::new(data, map, 0, geometry, places)
    }

    pub(super) fn entries(data: &'i [u8], geometry: Geometry, places: Places) -> Self {
        Self::new(data, None, ENTRY_HEADER, geometry, places)
    }

    fn new(
        data: &'i [u8],
        map: Option<&'i [u8]>,
        header: usize,
        geometry: Geometry,
        places: Places,
    ) -> Self {
        let Places { head, tail, moved } = places;
        let checked = geometry.check(data, map, header).and_then(|()| {
            let fits = tail.wrapping_sub(head) <= geometry.capacity;
            let whole = (head | tail).is_multiple_of(GRANULE_BYTES);
            if fits && whole { Ok(()) } else { Err(Rejected::Places { head, tail }) }
        });
        let report = Report { rejected: checked.err(), ..Report::default() };
        Self { data, map, header, geometry, position: head, tail, moved, report }
    }

    /// What was met so far.
    #[must_use]
    pub fn report(&self) -> Report {
        self.report
    }

    /// Where a position lies in the data.
    fn offset(&self) -> usize {
        self.position & (self.geometry.capacity - 1)
    }

    fn step(&self) -> Result<Step<'i>, Rejected> {
        match self.map {
            Some(map) => Ok(self.claim(map)),
            None => self.framed(),
        }
    }

    /// A record, or an entry, by the length in front of it.
    fn framed(&self) -> Result<Step<'i>, Rejected> {
        let rest = self.data.get(self.offset()..).unwrap_or_default();
        let first = rest.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let (tag, len) = if self.header == 0 {
            (0, record::len_bytes(first))
        } else {
            let (len, tag) = spool::parse_header(first.to_le_bytes());
            (tag, len)
        };
        let length = Rejected::Length { position: self.position, bytes: len };
        if len == 0 || len > self.geometry.longest {
            return Err(length);
        }
        let size = self.header + len.next_multiple_of(GRANULE_BYTES);
        if size > self.tail.wrapping_sub(self.position) {
            return Err(length);
        }
        let bytes = rest.get(self.header..self.header + len).ok_or(length)?;
        Ok(Step::Record { tag, bytes, size })
    }

    /// A claim, by its map entry. Inside one that is not complete all entries are zero, so the next
    /// one that is not is where a claim begins.
    fn claim(&self, map: &[u8]) -> Step<'i> {
        let left = self.tail.wrapping_sub(self.position);
        if let Some((committed, size)) = self.entry(map, self.position)
            && size <= left
            && let Some(bytes) = self.data.get(self.offset()..self.offset() + size)
        {
            return if committed {
                Step::Record { tag: 0, bytes, size }
            } else {
                Step::Skip { size }
            };
        }
        let mut size = GRANULE_BYTES;
        while size < left && self.word(map, self.position.wrapping_add(size)) == 0 {
            size += GRANULE_BYTES;
        }
        Step::Hole { size }
    }

    /// Whether a claim was committed or given up, and its size; `None` for what is neither.
    fn entry(&self, map: &[u8], position: usize) -> Option<(bool, usize)> {
        let (committed, bytes) = mpsc::entry(self.word(map, position))?;
        (bytes <= self.geometry.longest).then_some((committed, bytes))
    }

    #[expect(clippy::host_endian_bytes, reason = "read where it was written")]
    fn word(&self, map: &[u8], position: usize) -> u16 {
        let granule = (position & (self.geometry.capacity - 1)) / GRANULE_BYTES;
        let bytes = map.get(granule * 2..).and_then(<[u8]>::first_chunk);
        bytes.map_or(0, |bytes| u16::from_ne_bytes(*bytes))
    }
}

impl<'i> Iterator for Walk<'i> {
    type Item = Found<'i>;

    fn next(&mut self) -> Option<Found<'i>> {
        while self.report.rejected.is_none() && self.position != self.tail {
            let position = self.position;
            let moved = core::mem::take(&mut self.moved);
            let step = self.step();
            match step {
                Err(why) => self.report.rejected = Some(why),
                Ok(Step::Skip { size }) => self.position = position.wrapping_add(size),
                Ok(Step::Hole { size }) => {
                    self.position = position.wrapping_add(size);
                    // The clearing of the entry is what was interrupted there.
                    self.report.holes += usize::from(!moved);
                    self.report.hole_bytes += if moved { 0 } else { size };
                }
                Ok(Step::Record { tag, bytes, size }) => {
                    self.position = position.wrapping_add(size);
                    if !moved {
                        self.report.records += 1;
                        return Some(Found { position, tag, bytes, next: self.position });
                    }
                }
            }
        }
        None
    }
}
