//! The ring of a microcontroller, as its models use it: log, evict, read, add up.
#![expect(unsafe_code, reason = "promises what the ring asks of its owners")]

use core::ptr::NonNull;
use hydra_log_core::Level;
use hydra_log_core::record::firmware::Header;
use hydra_log_core::ring::mpsc::claim::ByCas;
use hydra_log_core::ring::small::{Peek, Reader, Ring};

use crate::bench::Held;

/// Four granules, and records of at most three: no room for notes.
pub type Narrow = Ring<32, 4, 6, ByCas>;
/// Eight granules: room for a note and a record.
pub type Noted = Ring<64, 8, 11, ByCas>;

/// The bytes of a record.
pub const BYTES: usize = 16;

/// A ring whose positions begin just before they wrap.
#[must_use]
pub fn ring<const K: usize, const E: usize, const L: usize>() -> Held<Ring<K, E, L, ByCas>> {
    Held::new(Ring::with_claim(usize::MAX - 15, ByCas))
}

/// Logs a record that carries `tag`, or counts it as lost: says whether it was logged.
/// `make_room` is what a call does that finds none.
pub fn log<const K: usize, const E: usize, const L: usize>(
    ring: &Ring<K, E, L, ByCas>,
    tag: u16,
    make_room: impl FnMut(usize) -> bool,
) -> bool {
    let quick = ring.claim(BYTES, K, || 0);
    let slow = || ring.claim_slowly(Level::Info, BYTES, K, || 0, make_room);
    let Some(claimed) = quick.or_else(slow) else {
        ring.lose(Level::Info);
        return false;
    };
    write(claimed.at, tag);
    // SAFETY: a whole record of as many bytes as were claimed was written.
    unsafe { ring.commit(claimed.at, BYTES, BYTES) };
    true
}

/// Never makes room: the newest record is the one that gets lost.
pub fn drop_newest(_bytes: usize) -> bool {
    false
}

/// Evicts the oldest records, unless somebody reads.
pub fn keep_newest<const K: usize, const E: usize, const L: usize>(
    ring: &Ring<K, E, L, ByCas>,
    bytes: usize,
) -> bool {
    let Some(reader) = ring.try_read() else { return false };
    let made = reader.evict(bytes, |_| Level::Info);
    reader.release();
    made
}

/// Writes a record of 16 bytes that carries `tag`, to be found whole.
pub fn write(at: NonNull<u8>, tag: u16) {
    let first = u32::from(tag) | 4 << 16;
    // SAFETY: bounds: 16 bytes were claimed, aligned to 8; race: one thread of a model runs at a
    // time, and the ring's cells report a slip.
    unsafe { at.cast::<[u32; 4]>().write([first.to_le(), 0, first.to_le(), first.to_le()]) };
}

/// What a reader found.
#[derive(Debug, Default)]
pub struct Taken {
    /// The tags of records.
    pub tags: Vec<u16>,
    /// How many records notes say are lost.
    pub told: u32,
    /// Whether a hole ended it.
    pub hole: bool,
}

/// Takes what is there, up to the first hole.
pub fn take<const K: usize, const E: usize, const L: usize>(
    reader: &Reader<'_, K, E, L, ByCas>,
    taken: &mut Taken,
) {
    loop {
        match reader.peek() {
            Peek::Record(record) => {
                keep(record, taken);
                reader.advance(record.len());
            }
            other => {
                taken.hole |= other == Peek::Hole;
                reader.release();
                break;
            }
        }
    }
    taken.told += reader.gap().map_or(0, |lost| lost.iter().sum());
}

/// Takes records until so many bytes are free, or up to the first hole; how many bytes that is.
pub fn take_some<const K: usize, const E: usize, const L: usize>(
    reader: &Reader<'_, K, E, L, ByCas>,
    bytes: usize,
    taken: &mut Taken,
) -> usize {
    let mut freed = 0;
    while freed < bytes
        && let Peek::Record(record) = reader.peek()
    {
        keep(record, taken);
        reader.advance(record.len());
        reader.release();
        freed += record.len();
    }
    freed
}

/// Looks at a record, and keeps what it says.
fn keep(record: &[u8], taken: &mut Taken) {
    let header = Header::parse(record).expect("a whole header");
    if header.is_note() {
        taken.told += header.losses(record, |_| Level::Info).iter().sum::<u32>();
    } else {
        let words: Vec<_> = record
            .chunks(4)
            .map(|word| u32::from_le_bytes(word.try_into().expect("whole words")))
            .collect();
        assert_eq!(words, [words[0], 0, words[0], words[0]], "a record is whole");
        assert_eq!(words[0] >> 16, 4, "a record's length");
        taken.tags.push(header.site);
    }
    assert!(taken.tags.len() <= 8, "the same record again and again: {taken:?}");
}
