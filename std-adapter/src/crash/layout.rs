//! Where things lie in a crash file. `docs/format.md` draws it.

use hydra_log_core::recover::{Layout, SpoolLayout};
use hydra_log_core::ring::{mpsc, spsc};
use hydra_log_core::spool::{MAX_READERS, Spool};

use crate::engine::ring_header_bytes;

/// The first bytes of every crash file.
pub(crate) const MAGIC: [u8; 8] = *b"HYDRACRA";
pub(crate) const VERSION: u64 = 1;

/// The header: a page for the process, then one place for each sink.
pub(crate) const HEADER_BYTES: usize = 4096 + MAX_READERS * LANE_BYTES;
pub(crate) const AT_VERSION: usize = 8;
pub(crate) const AT_LAYOUT: usize = 16;
pub(crate) const AT_PID: usize = 24;
pub(crate) const AT_STARTED_NS: usize = 32;
pub(crate) const AT_LANES: usize = 40;
/// Which of the two clock places is valid.
pub(crate) const AT_CLOCK: usize = 48;
/// Ticks, nanoseconds, and nanoseconds a tick in 2^-40; twice.
pub(crate) const AT_CLOCKS: usize = 56;
pub(crate) const CLOCK_BYTES: usize = 24;
/// The machine's boot: a length, then 36 letters.
pub(crate) const AT_BOOT: usize = 128;
pub(crate) const BOOT_BYTES: usize = 40;
/// The program's name: a length, then letters.
pub(crate) const AT_PROGRAM: usize = 192;
pub(crate) const PROGRAM_BYTES: usize = 256;

/// A sink's place.
pub(crate) const LANE_BYTES: usize = 512;
pub(crate) const LANE_STATE: usize = 0;
pub(crate) const LANE_DEVICE: usize = 8;
pub(crate) const LANE_INODE: usize = 16;
pub(crate) const LANE_OFFSET: usize = 24;
pub(crate) const LANE_LEN: usize = 32;
pub(crate) const LANE_TO: usize = 40;
/// Where in the file the rendered bytes of the batch begin.
pub(crate) const LANE_OUTBOX: usize = 48;
pub(crate) const LANE_OUTBOX_BYTES: usize = 56;
/// Records that recovery has written.
pub(crate) const LANE_RECOVERED: usize = 64;
/// One more than the position in the spool from which recovery goes on; 0 if it has not begun.
pub(crate) const LANE_START: usize = 72;
/// The sink's name: a length, then letters.
pub(crate) const LANE_NAME: usize = 80;
pub(crate) const NAME_BYTES: usize = 400;

/// No batch is under way.
pub(crate) const IDLE: u64 = 0;
/// The engine writes a batch.
pub(crate) const WRITING: u64 = 1;
/// Recovery writes what the process left.
pub(crate) const RECOVERING: u64 = 2;
/// Somebody writes to a sink that has no place, or what was not noted: its last line may be cut.
pub(crate) const UNPLACED: u64 = 3;

/// Where the place of a sink begins.
pub(crate) const fn lane_at(lane: usize) -> usize {
    4096 + lane * LANE_BYTES
}

/// In front of every segment: a word each of these.
#[expect(clippy::host_endian_bytes, reason = "read where it was written")]
pub(crate) const SEGMENT: u64 = u64::from_ne_bytes(*b"HYDRASEG");
pub(crate) const SEGMENT_HEAD: usize = 128;
pub(crate) const SEGMENT_MAGIC: usize = 0;
pub(crate) const SEGMENT_KIND: usize = 8;
pub(crate) const SEGMENT_BYTES: usize = 16;
pub(crate) const SEGMENT_CAPACITY: usize = 24;
pub(crate) const SEGMENT_LONGEST: usize = 32;

/// Segments begin at multiples of this.
pub(crate) const ALIGNMENT: usize = 4096;

/// Thread names: a number, the system's number, a length and up to 16 letters.
pub(crate) const THREADS: usize = 1024;
pub(crate) const THREAD_BYTES: usize = 40;

/// What a segment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Kind {
    Dictionary = 1,
    Threads = 2,
    Spool = 3,
    SharedRing = 4,
    ThreadRing = 5,
    Outbox = 6,
    Recorder = 7,
}

impl Kind {
    pub(crate) fn of(number: u64) -> Option<Self> {
        let all = [
            Self::Dictionary,
            Self::Threads,
            Self::Spool,
            Self::SharedRing,
            Self::ThreadRing,
            Self::Outbox,
            Self::Recorder,
        ];
        all.into_iter().find(|kind| *kind as u64 == number)
    }
}

/// A number that differs where the words of rings and spools lie elsewhere: what another version
/// left is refused, not misread.
pub(crate) fn fingerprint() -> u64 {
    let ring = |layout: &Layout| {
        [
            layout.bytes,
            layout.tail,
            layout.head,
            layout.moving_end,
            layout.moving_at,
            layout.lost,
            layout.told,
        ]
    };
    let SpoolLayout { bytes, end, done, floor, .. } = Spool::LAYOUT;
    ring(&spsc::Ring::LAYOUT)
        .into_iter()
        .chain(ring(&<mpsc::Ring>::LAYOUT))
        .chain([bytes, end, done, floor, size_of::<usize>(), HEADER_BYTES])
        .chain([ring_header_bytes(false), ring_header_bytes(true)])
        .fold(VERSION, |sum, number| {
            (sum ^ number as u64).wrapping_mul(0x0100_0000_01B3).rotate_left(23)
        })
}
