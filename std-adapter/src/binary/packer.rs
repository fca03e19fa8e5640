//! Records into a records block: what is as it was before takes no room.
//!
//! The layout is `docs/format.md`'s; its numbers are in `hydra_log_core::block::pack`. A record is
//! a row of words here, whatever they mean: so any record can be packed, and comes out of a reader
//! byte for byte.
//!
//! Written for speed: the shape of the record before is compared first, a word that is a small step
//! further takes few instructions and any other the same ones without a branch, and room is checked
//! once a record.

use hydra_log_core::block::pack::{
    MAX_SHAPES, MAX_THREADS, SHAPE_AT, SHAPE_BYTE, SHAPE_NEW, SHAPE_SHORT, THREAD_CHANGED,
    THREAD_NEW, WORDS,
};
use hydra_log_core::block::word::{BYTES, shrink, step};
use hydra_log_core::block::{self, HEAD_BYTES, Kind, MAX_PAYLOAD, RECORDS_HEAD};
use hydra_log_core::record::{self, HEADER_BYTES};
use hydra_log_core::site::SiteId;

use super::sum;

/// Where the first record stands: behind the block's head and the time and number of its records.
const RECORDS_AT: usize = HEAD_BYTES + RECORDS_HEAD;
/// A place in a record's room is this many bits, so that none lies outside.
const PLACE: usize = 255;
/// Room for all of a packed record but its tail, with a word to spare.
const ROOM: usize = PLACE + 1 + 8;
/// Head, thread, shape, time, codes and words.
const MOST_BYTES: usize = 1 + 5 + 8 + 8 + WORDS / 2 + WORDS * 8;
const _: () = assert!(MOST_BYTES <= PLACE);

/// Twice as many as there are shapes.
const SLOTS: usize = 2 * MAX_SHAPES;
const _: () = assert!(SLOTS.is_power_of_two() && MAX_SHAPES < u16::MAX as usize);

/// Packs records into one block after the other.
///
/// ```
/// use hydra_log::binary::{Packed, Packer};
/// use hydra_log_core::record::{Flags, encode_words};
/// use hydra_log_core::site::SiteId;
///
/// let mut packer = Packer::new();
/// let mut words = [0; 8];
/// for n in 0..1000_u64 {
///     let used = encode_words(&mut words, SiteId(7), 10 * n, &(n, (0.25, ())), Flags::NONE);
///     let record = &bytemuck::cast_slice(&words)[..used];
///     assert_eq!(packer.push(1, record), Packed::Stored);
/// }
/// assert!(packer.sites().eq([SiteId(7)]) && packer.threads().eq([1]));
/// let block = packer.finish();
/// assert!(block.len() < 5 * 1000);
/// ```
pub struct Packer {
    /// All bytes are there; those from `at` on have no meaning.
    out: Vec<u8>,
    at: usize,
    count: u32,
    first_time: u64,
    time: u64,
    thread: u32,
    recent: usize,
    /// As many as there were in any block; the first `used` are this block's.
    shapes: Vec<Shape>,
    used: usize,
    /// Of those, how many are in the block: the others are not wanted.
    told: usize,
    /// By hash, the number of a shape plus one.
    slots: Box<[u16; SLOTS]>,
    /// By the lowest bits of their numbers, threads and their places.
    places: Box<[(u32, u8); 256]>,
    threads: Vec<u32>,
}

/// One first word, and the last body behind it.
struct Shape {
    word0: u64,
    slot: u16,
    /// Its number in the block; `None` when such records are not wanted.
    number: Option<u16>,
    last: [u64; WORDS],
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packed {
    /// It is in the block.
    Stored,
    /// It is not wanted.
    Passed,
    /// These bytes are not a record.
    NoRecord,
    /// The block is full: finish it, and come again.
    Full,
}

impl Default for Packer {
    fn default() -> Self {
        Self::new()
    }
}

impl core::fmt::Debug for Packer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Packer").field("count", &self.count).field("bytes", &self.at).finish()
    }
}

impl Packer {
    /// A packer with an empty block.
    #[must_use]
    pub fn new() -> Self {
        Self {
            out: vec![0; RECORDS_AT],
            at: RECORDS_AT,
            count: 0,
            first_time: 0,
            time: 0,
            thread: 0,
            recent: 0,
            shapes: Vec::new(),
            used: 0,
            told: 0,
            slots: Box::new([0; SLOTS]),
            places: Box::new([(0, 0); 256]),
            threads: Vec::new(),
        }
    }

    /// Packs a record of a thread, by the thread's number.
    #[inline]
    pub fn push(&mut self, thread: u32, record: &[u8]) -> Packed {
        self.push_if(thread, record, |_| true)
    }

    /// As [`push`](Self::push), if `wants` says so. It is asked once in a block for each first word
    /// of a record.
    #[inline]
    pub fn push_if(
        &mut self,
        thread: u32,
        record: &[u8],
        wants: impl FnOnce(u64) -> bool,
    ) -> Packed {
        let Some((head, body)) = record.split_first_chunk::<HEADER_BYTES>() else {
            return Packed::NoRecord;
        };
        let [word0, stamp] = words_of(*head);
        if record::len_bytes(word0) != record.len() {
            return Packed::NoRecord;
        }
        // A packed record is at most its room and its tail.
        if self.at + ROOM + record.len() > self.out.len() && !self.grow(record.len()) {
            return Packed::Full;
        }
        let (shape, is_new) = match self.shapes.get(self.recent) {
            Some(shape) if shape.word0 == word0 && self.used > 0 => (self.recent, false),
            _ => match self.find(word0, wants) {
                Some(found) => found,
                None => return Packed::Full,
            },
        };
        self.pack(shape, is_new, thread, stamp, body)
    }

    /// The sites of the records in the block; some of them twice or more.
    pub fn sites(&self) -> impl Iterator<Item = SiteId> {
        let told = self.shapes.iter().take(self.used).filter(|shape| shape.number.is_some());
        told.map(|shape| record::site_of(shape.word0))
    }

    /// The threads of the records in the block; some of them twice or more.
    pub fn threads(&self) -> impl Iterator<Item = u32> {
        self.threads.iter().copied()
    }

    /// How many records the block has.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The whole block: head and payload. [`clear`](Self::clear) begins the next one.
    pub fn finish(&mut self) -> &[u8] {
        let mut front = [0; RECORDS_AT];
        if let Some((_, records)) = front.split_first_chunk_mut::<HEAD_BYTES>() {
            let (time, count) = records.split_at_mut(8);
            time.copy_from_slice(&self.first_time.to_le_bytes());
            count.copy_from_slice(&self.count.to_le_bytes());
        }
        if let Some(room) = self.out.first_chunk_mut() {
            *room = front;
        }
        let payload = self.out.get(HEAD_BYTES..self.at).unwrap_or_default();
        let head = block::head_by(Kind::Records, 0, payload, sum);
        debug_assert!(head.is_some(), "a block that is too long is full before");
        if let (Some(room), Some(head)) = (self.out.first_chunk_mut(), head) {
            *room = head;
        }
        self.out.get(..self.at).unwrap_or_default()
    }

    /// Empties the block.
    pub fn clear(&mut self) {
        for shape in self.shapes.iter().take(self.used) {
            if let Some(slot) = self.slots.get_mut(usize::from(shape.slot)) {
                *slot = 0;
            }
        }
        self.threads.clear();
        (self.at, self.count, self.used, self.told) = (RECORDS_AT, 0, 0, 0);
        (self.time, self.thread, self.recent) = (0, 0, 0);
    }

    #[inline(always)]
    fn pack(
        &mut self,
        at_shape: usize,
        is_new: bool,
        thread: u32,
        stamp: u64,
        body: &[u8],
    ) -> Packed {
        self.recent = at_shape;
        let Some(shape) = self.shapes.get_mut(at_shape) else { return Packed::NoRecord };
        let Some(number) = shape.number else { return Packed::Passed };
        if self.count == 0 {
            (self.first_time, self.time) = (stamp, stamp);
        }
        let Some(room) = self.out.get_mut(self.at..).and_then(<[u8]>::first_chunk_mut) else {
            return Packed::Full;
        };
        let mut to = Room { bytes: room, at: 1 };
        let mut head = 0;
        if thread != self.thread {
            head |= THREAD_CHANGED;
            tell_thread(&mut to, thread, &mut self.places, &mut self.threads);
            self.thread = thread;
        }
        head |= tell_shape(&mut to, number, is_new, shape.word0);
        let since = stamp.wrapping_sub(self.time);
        self.time = stamp;
        let width = width_of(since);
        to.put(since, 1 << width);
        to.set(0, head | width);
        let (words, _) = body.as_chunks::<8>();
        tell_words(&mut to, words, &mut shape.last);
        self.at += to.at;
        self.count += 1;
        if words.len() > WORDS {
            self.push_tail(body.get(8 * WORDS..).unwrap_or_default());
        }
        Packed::Stored
    }

    /// The shape of a first word that is not the one before's, and whether it is new.
    #[inline(never)]
    fn find(&mut self, word0: u64, wants: impl FnOnce(u64) -> bool) -> Option<(usize, bool)> {
        let mut slot = (word0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48) as usize % SLOTS;
        loop {
            let entry = *self.slots.get(slot)?;
            let Some(index) = entry.checked_sub(1).map(usize::from) else { break };
            if self.shapes.get(index)?.word0 == word0 {
                return Some((index, false));
            }
            slot = (slot + 1) % SLOTS;
        }
        if self.used == MAX_SHAPES {
            return None;
        }
        let number = wants(word0).then_some(u16::try_from(self.told).ok()?);
        self.told += usize::from(number.is_some());
        let fresh = Shape { word0, slot: u16::try_from(slot).ok()?, number, last: [0; WORDS] };
        match self.shapes.get_mut(self.used) {
            Some(shape) => *shape = fresh,
            None => self.shapes.push(fresh),
        }
        *self.slots.get_mut(slot)? = u16::try_from(self.used + 1).ok()?;
        self.used += 1;
        Some((self.used - 1, true))
    }

    #[cold]
    fn push_tail(&mut self, tail: &[u8]) {
        let end = self.at + tail.len();
        if let Some(room) = self.out.get_mut(self.at..end) {
            room.copy_from_slice(tail);
            self.at = end;
        }
    }

    /// More room; `false` when the record might make the block too long.
    #[cold]
    fn grow(&mut self, record_bytes: usize) -> bool {
        let wanted = (self.at + ROOM + record_bytes).next_power_of_two().max(4096);
        if wanted > MAX_PAYLOAD {
            return false;
        }
        self.out.resize(wanted, 0);
        true
    }
}

/// Where a record is packed: its place is taken from the lowest bits of a number.
struct Room<'a> {
    bytes: &'a mut [u8; ROOM],
    at: usize,
}

impl Room<'_> {
    /// Writes the lowest `len` bytes of a number, and some more that come to be overwritten.
    #[inline(always)]
    fn put(&mut self, number: u64, len: usize) {
        let place = self.at & PLACE;
        if let Some(room) = self.bytes.get_mut(place..place + 8) {
            room.copy_from_slice(&number.to_le_bytes());
        }
        self.at += len;
    }

    #[inline(always)]
    fn set(&mut self, at: usize, byte: u8) {
        if let Some(place) = self.bytes.get_mut(at & PLACE) {
            *place = byte;
        }
    }
}

#[inline(always)]
fn tell_words(to: &mut Room<'_>, words: &[[u8; 8]], last: &mut [u64; WORDS]) {
    let words = words.get(..WORDS).unwrap_or(words);
    let mut codes_at = to.at;
    to.at += words.len().div_ceil(2);
    let mut last = last.chunks_exact_mut(2);
    let (pairs, single) = words.as_chunks::<2>();
    for [first, second] in pairs {
        let Some([last_first, last_second]) = last.next() else { return };
        let low = tell_word(to, *first, last_first);
        let high = tell_word(to, *second, last_second);
        to.set(codes_at, low | high << 4);
        codes_at += 1;
    }
    if let (Some([last, _]), [word]) = (last.next(), single) {
        let low = tell_word(to, *word, last);
        to.set(codes_at, low);
    }
}

/// Writes a word's bytes, and returns its code.
#[inline(always)]
fn tell_word(to: &mut Room<'_>, word: [u8; 8], last: &mut u64) -> u8 {
    let word = u64::from_le_bytes(word);
    let before = core::mem::replace(last, word);
    let number = step(before, word);
    if number < 256 {
        let code = u8::from(number != 0);
        to.put(number, code.into());
        return code;
    }
    let (code, bytes) = shrink(before, word);
    to.put(bytes, usize::from(BYTES.get(usize::from(code & 15)).copied().unwrap_or(8)));
    code
}

#[inline(always)]
fn tell_shape(to: &mut Room<'_>, number: u16, is_new: bool, word0: u64) -> u8 {
    let low = (number & 0xFF) as u8;
    if is_new {
        to.put(word0, 8);
        SHAPE_NEW << SHAPE_AT
    } else if number < u16::from(SHAPE_BYTE) {
        low << SHAPE_AT
    } else if number < 256 {
        to.put(number.into(), 1);
        SHAPE_BYTE << SHAPE_AT
    } else {
        to.put(number.into(), 2);
        SHAPE_SHORT << SHAPE_AT
    }
}

#[cold]
fn tell_thread(
    to: &mut Room<'_>,
    thread: u32,
    places: &mut [(u32, u8); 256],
    threads: &mut Vec<u32>,
) {
    let Some((known, place)) = places.get_mut(thread as usize % 256) else { return };
    if *known == thread && threads.get(usize::from(*place)) == Some(&thread) {
        to.put((*place).into(), 1);
        return;
    }
    to.put(u64::from(THREAD_NEW) | u64::from(thread) << 8, 5);
    if let Ok(next) = u8::try_from(threads.len())
        && threads.len() < MAX_THREADS
    {
        (*known, *place) = (thread, next);
    }
    threads.push(thread);
}

/// 0, 1, 2 or 3 for numbers of up to 1, 2, 4 and 8 bytes.
#[inline(always)]
fn width_of(number: u64) -> u8 {
    const WIDTHS: [u8; 8] = [0, 1, 2, 2, 3, 3, 3, 3];
    let bytes = (63 - (number | 1).leading_zeros()) / 8;
    WIDTHS.get(bytes as usize & 7).copied().unwrap_or(3)
}

/// The two words of a record's header.
#[inline(always)]
fn words_of(head: [u8; HEADER_BYTES]) -> [u64; 2] {
    let (words, _) = head.as_chunks::<8>();
    match words {
        [word0, stamp] => [u64::from_le_bytes(*word0), u64::from_le_bytes(*stamp)],
        _ => [0, 0],
    }
}
