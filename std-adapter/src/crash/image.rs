//! A crash file's bytes, taken apart: nothing in them is trusted.

use std::collections::HashMap;

use hydra_log_core::recover::{self, Geometry, Places, Report, Walk};
use hydra_log_core::ring::{mpsc, spsc};
use hydra_log_core::spool::{MAX_READERS, Spool};

use super::ImageError;
use super::layout::{
    ALIGNMENT, AT_BOOT, AT_CLOCK, AT_CLOCKS, AT_LANES, AT_LAYOUT, AT_PID, AT_PROGRAM,
    AT_STARTED_NS, AT_VERSION, BOOT_BYTES, CLOCK_BYTES, HEADER_BYTES, Kind, LANE_DEVICE,
    LANE_INODE, LANE_LEN, LANE_NAME, LANE_OFFSET, LANE_OUTBOX, LANE_OUTBOX_BYTES, LANE_RECOVERED,
    LANE_START, LANE_STATE, LANE_TO, MAGIC, NAME_BYTES, PROGRAM_BYTES, SEGMENT, SEGMENT_BYTES,
    SEGMENT_CAPACITY, SEGMENT_HEAD, SEGMENT_KIND, SEGMENT_LONGEST, SEGMENT_MAGIC, THREAD_BYTES,
    THREADS, VERSION, fingerprint, lane_at,
};
use crate::engine::memory::spool_header_bytes;
use crate::engine::ring_header_bytes;
use crate::format::ThreadInfo;

/// What a process left.
#[derive(Debug)]
pub(crate) struct Image<'i> {
    bytes: &'i [u8],
    pub(crate) pid: u64,
    pub(crate) started_ns: u64,
    pub(crate) boot: &'i str,
    pub(crate) program: &'i str,
    pub(crate) lanes: Vec<Lane<'i>>,
    clock: (u64, u64, u64),
    spool: Option<Piece<'i>>,
    recorder: Option<Piece<'i>>,
    pub(crate) rings: Vec<Ring<'i>>,
    /// That of the program, and those of callsites that it met later.
    pub(crate) dictionaries: Vec<&'i [u8]>,
    pub(crate) threads: HashMap<u32, ThreadInfo>,
}

/// A sink of that process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lane<'i> {
    pub(crate) name: &'i str,
    pub(crate) state: u64,
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) offset: u64,
    pub(crate) len: u64,
    pub(crate) to: u64,
    /// Where in the image rendered bytes may be put, and how many.
    pub(crate) outbox: (u64, u64),
    pub(crate) recovered: u64,
    pub(crate) start: u64,
}

#[derive(Clone, Copy, Debug)]
struct Piece<'i> {
    kind: Kind,
    body: &'i [u8],
    geometry: Geometry,
}

impl<'i> Piece<'i> {
    fn walk_spool(&self, places: Places) -> Walk<'i> {
        let data = self.body.get(spool_header_bytes()..).unwrap_or_default();
        recover::spool(data, self.geometry, places)
    }
}

/// A ring of that process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ring<'i> {
    piece: Piece<'i>,
    pub(crate) number: u32,
    pub(crate) thread: u32,
    pub(crate) lost: [u64; 5],
    pub(crate) told: [u64; 5],
}

#[expect(clippy::host_endian_bytes, reason = "read where it was written")]
pub(super) fn word(bytes: &[u8], at: usize) -> u64 {
    let word = bytes.get(at..).and_then(<[u8]>::first_chunk);
    word.map_or(0, |word| u64::from_ne_bytes(*word))
}

fn size(bytes: &[u8], at: usize) -> usize {
    usize::try_from(word(bytes, at)).unwrap_or(usize::MAX)
}

/// A length and as many letters, of at most `bytes` bytes in all.
pub(super) fn text(bytes: &[u8], at: usize, most: usize) -> &str {
    let len = size(bytes, at).min(most - 8);
    let text = bytes.get(at + 8..).and_then(|rest| rest.get(..len)).unwrap_or_default();
    core::str::from_utf8(text).unwrap_or_default()
}

impl<'i> Image<'i> {
    /// Takes an image apart.
    pub(crate) fn parse(bytes: &'i [u8]) -> Result<Self, ImageError> {
        if bytes.len() < HEADER_BYTES || !bytes.starts_with(&MAGIC) {
            return Err(ImageError::Magic);
        }
        let version = word(bytes, AT_VERSION);
        if version != VERSION || word(bytes, AT_LAYOUT) != fingerprint() {
            return Err(ImageError::Version(version));
        }
        let lanes = size(bytes, AT_LANES).min(MAX_READERS);
        let slot = AT_CLOCKS + if word(bytes, AT_CLOCK) & 1 == 0 { 0 } else { CLOCK_BYTES };
        let mut image = Self {
            bytes,
            pid: word(bytes, AT_PID),
            started_ns: word(bytes, AT_STARTED_NS),
            boot: text(bytes, AT_BOOT, BOOT_BYTES + 8),
            program: text(bytes, AT_PROGRAM, PROGRAM_BYTES),
            lanes: (0..lanes).map(|lane| Lane::read(bytes, lane_at(lane))).collect(),
            clock: (word(bytes, slot), word(bytes, slot + 8), word(bytes, slot + 16)),
            spool: None,
            recorder: None,
            rings: Vec::new(),
            dictionaries: Vec::new(),
            threads: HashMap::new(),
        };
        image.read_segments();
        Ok(image)
    }

    fn read_segments(&mut self) {
        let mut rest = self.bytes.get(HEADER_BYTES..).unwrap_or_default();
        let mut rings = 0;
        // Each is a page at least. The process may have died while it made the last one.
        while word(rest, SEGMENT_MAGIC) == SEGMENT {
            let bytes = size(rest, SEGMENT_BYTES);
            if !bytes.is_multiple_of(ALIGNMENT) || bytes == 0 || bytes > rest.len() {
                break;
            }
            let (segment, behind) = rest.split_at(bytes);
            rest = behind;
            let Some(kind) = Kind::of(word(segment, SEGMENT_KIND)) else { continue };
            let geometry = Geometry {
                capacity: size(segment, SEGMENT_CAPACITY),
                longest: size(segment, SEGMENT_LONGEST),
            };
            let piece =
                Piece { kind, body: segment.get(SEGMENT_HEAD..).unwrap_or_default(), geometry };
            match kind {
                Kind::Dictionary => {
                    let written = piece.body.get(..geometry.capacity);
                    self.dictionaries.push(written.unwrap_or(piece.body));
                }
                Kind::Threads => self.threads = threads(piece.body),
                Kind::Spool => self.spool = Some(piece),
                Kind::Recorder => self.recorder = Some(piece),
                Kind::SharedRing => self.rings.push(Ring::read(piece, u32::MAX)),
                Kind::ThreadRing => {
                    self.rings.push(Ring::read(piece, rings));
                    rings += 1;
                }
                Kind::Outbox => {}
            }
        }
    }

    /// The time of a stamp that stands in a ring.
    pub(crate) fn time(&self, stamp: u64) -> u64 {
        let (ticks, ns, slope) = self.clock;
        let span = (u128::from(stamp.abs_diff(ticks)) * u128::from(slope)) >> 40;
        let span = u64::try_from(span).unwrap_or(u64::MAX);
        if stamp >= ticks { ns.saturating_add(span) } else { ns.saturating_sub(span) }
    }

    /// The spool's end.
    pub(crate) fn spool_end(&self) -> usize {
        self.spool_places(0).map_or(0, |places| places.tail)
    }

    fn spool_places(&self, lane: usize) -> Option<Places> {
        Places::of_spool(self.spool?.body, &Spool::LAYOUT, lane).ok()
    }

    /// From where on a sink has not written the spool.
    pub(crate) fn spool_start(&self, lane: usize) -> usize {
        self.spool_places(lane).map_or(0, |places| places.head)
    }

    /// What stands in the spool from a position on.
    pub(crate) fn spool(&self, from: usize) -> Walk<'i> {
        let Some(piece) = self.spool else {
            let nowhere = Places { head: 0, tail: 0, moved: false };
            return recover::spool(&[], Geometry { capacity: 0, longest: 0 }, nowhere);
        };
        piece.walk_spool(Places { head: from, tail: self.spool_end(), moved: false })
    }

    /// What the flight recorder kept, if there was one.
    pub(crate) fn recorder(&self) -> Option<Walk<'i>> {
        let piece = self.recorder?;
        Some(piece.walk_spool(Places::of_spool(piece.body, &Spool::LAYOUT, 0).ok()?))
    }

    /// The rendered bytes of the batch that a sink was writing.
    pub(crate) fn outbox(&self, lane: &Lane<'_>) -> &'i [u8] {
        let at = usize::try_from(lane.outbox.0).unwrap_or(usize::MAX);
        let len = usize::try_from(lane.len).unwrap_or(usize::MAX);
        self.bytes.get(at..).and_then(|rest| rest.get(..len)).unwrap_or_default()
    }

    /// How many bytes of rendered lines may be put into a sink's outbox; none if it has none.
    pub(crate) fn outbox_room(&self, lane: &Lane<'_>) -> usize {
        let (at, bytes) = lane.outbox;
        let fits = at >= HEADER_BYTES as u64
            && at.checked_add(bytes).is_some_and(|end| end <= self.bytes.len() as u64);
        if fits { usize::try_from(bytes).unwrap_or(0) } else { 0 }
    }
}

impl<'i> Lane<'i> {
    pub(super) fn read(bytes: &'i [u8], at: usize) -> Self {
        let word = |field| word(bytes, at + field);
        Self {
            name: text(bytes, at + LANE_NAME, NAME_BYTES),
            state: word(LANE_STATE),
            device: word(LANE_DEVICE),
            inode: word(LANE_INODE),
            offset: word(LANE_OFFSET),
            len: word(LANE_LEN),
            to: word(LANE_TO),
            outbox: (word(LANE_OUTBOX), word(LANE_OUTBOX_BYTES)),
            recovered: word(LANE_RECOVERED),
            start: word(LANE_START),
        }
    }
}

impl<'i> Ring<'i> {
    fn read(piece: Piece<'i>, number: u32) -> Self {
        let layout =
            if piece.kind == Kind::SharedRing { <mpsc::Ring>::LAYOUT } else { spsc::Ring::LAYOUT };
        let (lost, told) = Places::losses(piece.body, &layout).unwrap_or_default();
        let thread = if piece.kind == Kind::SharedRing {
            0
        } else {
            u32::try_from(word(piece.body, spsc::Ring::USER_AT)).unwrap_or(0)
        };
        Self { piece, number, thread, lost, told }
    }

    /// What is left in the ring, where the spool ends at `spool_end`.
    pub(crate) fn walk(&self, spool_end: usize) -> Walk<'i> {
        self.walk_from(self.places(spool_end))
    }

    /// The record that is in the spool already, although it is still the ring's first.
    pub(crate) fn moved(&self, spool_end: usize) -> Option<&'i [u8]> {
        let places = self.places(spool_end);
        let mut walk = self.walk_from(Places { moved: false, ..places });
        walk.next().filter(|found| places.moved && found.position == places.head).map(|at| at.bytes)
    }

    fn is_shared(&self) -> bool {
        self.piece.kind == Kind::SharedRing
    }

    fn places(&self, spool_end: usize) -> Places {
        let layout = if self.is_shared() { <mpsc::Ring>::LAYOUT } else { spsc::Ring::LAYOUT };
        let nothing = Places { head: 0, tail: 0, moved: false };
        Places::of_ring(self.piece.body, &layout, spool_end).unwrap_or(nothing)
    }

    fn walk_from(&self, places: Places) -> Walk<'i> {
        let Piece { body, geometry, .. } = self.piece;
        let is_shared = self.is_shared();
        let data = body.get(ring_header_bytes(is_shared)..).unwrap_or_default();
        if !is_shared {
            return recover::spsc(data, geometry, places);
        }
        let map = geometry.capacity.saturating_add(geometry.longest);
        recover::mpsc(data, data.get(map..).unwrap_or_default(), geometry, places)
    }
}

pub(super) fn threads(body: &[u8]) -> HashMap<u32, ThreadInfo> {
    body.chunks_exact(THREAD_BYTES)
        .take(THREADS)
        .filter_map(|place| {
            let number = u32::try_from(word(place, 0)).ok().filter(|number| *number != 0)?;
            let name = text(place, 16, THREAD_BYTES - 16);
            let name = (!name.is_empty()).then(|| name.to_owned());
            Some((number, ThreadInfo { id: word(place, 8), name }))
        })
        .collect()
}

/// Adds what one walk met to another's.
pub(crate) fn add(sum: &mut Report, report: Report) {
    sum.records += report.records;
    sum.holes += report.holes;
    sum.hole_bytes += report.hole_bytes;
    sum.rejected = sum.rejected.or(report.rejected);
}
