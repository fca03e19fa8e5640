//! From a records block to records, byte for byte as they were logged.
//!
//! The other half of `hydra_log::binary::Packer`, without a belief in it: every number is compared
//! with what is there.

use core::fmt;

use hydra_log_core::block::RECORDS_HEAD;
use hydra_log_core::block::pack::{
    MAX_SHAPES, MAX_THREADS, SHAPE_AT, SHAPE_BYTE, SHAPE_NEW, SHAPE_SHORT, THREAD_CHANGED,
    THREAD_NEW, TIME_BYTES, WORDS,
};
use hydra_log_core::block::word::{BYTES, expand};
use hydra_log_core::record::{self, HEADER_BYTES, MAX_BYTES};

use crate::problem::Trouble;

/// Reads the records of one block after the other.
///
/// ```
/// use hydra_log::binary::Packer;
/// use hydra_log_core::block::HEAD_BYTES;
/// use hydra_log_core::record::{Flags, encode_words};
/// use hydra_log_core::site::SiteId;
/// use hydra_log_decode::Unpacker;
///
/// let mut words = [0; 8];
/// let used = encode_words(&mut words, SiteId(7), 1000, &("text", (0.25, ())), Flags::NONE);
/// let record = &bytemuck::cast_slice(&words)[..used];
/// let mut packer = Packer::new();
/// packer.push(3, record);
///
/// let mut unpacker = Unpacker::new();
/// let mut records = unpacker.start(&packer.finish()[HEAD_BYTES..]).unwrap();
/// let unpacked = records.next().unwrap().unwrap();
/// assert_eq!((unpacked.thread, unpacked.bytes), (3, record));
/// assert!(records.next().is_none());
/// ```
pub struct Unpacker {
    shapes: Vec<Shape>,
    threads: Vec<u32>,
    record: Box<[u8]>,
    at: usize,
    left: u32,
    time: u64,
    thread: u32,
}

struct Shape {
    word0: u64,
    last: [u64; WORDS],
}

impl Default for Unpacker {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Unpacker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unpacker").finish_non_exhaustive()
    }
}

impl Unpacker {
    /// With room for a record.
    #[must_use]
    pub fn new() -> Self {
        let record = vec![0; MAX_BYTES].into_boxed_slice();
        let (shapes, threads) = (Vec::new(), Vec::new());
        Self { shapes, threads, record, at: 0, left: 0, time: 0, thread: 0 }
    }

    /// The records of a block, by its payload.
    ///
    /// # Errors
    ///
    /// When it is too short for any.
    pub fn start<'a>(&'a mut self, payload: &'a [u8]) -> Result<Unpacking<'a>, Trouble> {
        self.begin(payload)?;
        Ok(Unpacking { state: self, payload })
    }

    pub(crate) fn begin(&mut self, payload: &[u8]) -> Result<(), Trouble> {
        let front = payload.first_chunk::<RECORDS_HEAD>();
        let Some([time @ .., c0, c1, c2, c3]) = front else {
            return Err(Trouble::Payload { what: "too few bytes", lost: 0 });
        };
        self.shapes.clear();
        self.threads.clear();
        self.time = load(time, 0);
        self.left = u32::from_le_bytes([*c0, *c1, *c2, *c3]);
        (self.at, self.thread) = (RECORDS_HEAD, 0);
        Ok(())
    }

    /// Whether [`step`](Self::step) has something to give.
    pub(crate) fn has_more(&self, payload: &[u8]) -> bool {
        self.left > 0 || self.at < payload.len()
    }

    /// The next record of the payload that was begun.
    #[inline]
    pub(crate) fn step(&mut self, payload: &[u8]) -> Option<Result<Unpacked<'_>, Trouble>> {
        if self.left == 0 {
            return self.at_end(payload).map(Err);
        }
        let start = self.at;
        match self.unpack(payload) {
            Ok((shape, len)) => {
                self.left -= 1;
                let bytes = self.record.get(..len).unwrap_or_default();
                let (thread, packed_bytes) = (self.thread, self.at - start);
                Some(Ok(Unpacked { bytes, thread, shape, packed_bytes }))
            }
            Err(Nonsense(what)) => {
                let lost = core::mem::take(&mut self.left).into();
                self.at = payload.len();
                Some(Err(Trouble::Payload { what, lost }))
            }
        }
    }

    fn at_end(&mut self, payload: &[u8]) -> Option<Trouble> {
        if self.at >= payload.len() {
            return None;
        }
        self.at = payload.len();
        Some(Trouble::Payload { what: "bytes behind its last record", lost: 0 })
    }

    /// Unpacks a record into `record`; gives its shape and its length.
    #[inline(always)]
    fn unpack(&mut self, payload: &[u8]) -> Result<(usize, usize), Nonsense> {
        let head = self.number(payload, 1)?;
        let head = (head & 0xFF) as u8;
        if head & THREAD_CHANGED != 0 {
            self.thread = self.read_thread(payload)?;
        }
        let shape = self.read_shape(payload, head >> SHAPE_AT)?;
        let width = TIME_BYTES.get(usize::from(head & 3)).copied().unwrap_or(8);
        let since = self.number(payload, width.into())?;
        self.time = self.time.wrapping_add(since);
        let known = self.shapes.get_mut(shape);
        let known = known.ok_or(Nonsense("a record of an unknown shape"))?;
        let len = record::len_bytes(known.word0);
        let record = self.record.get_mut(..len).unwrap_or_default();
        let Some((header, body)) = record.split_first_chunk_mut::<HEADER_BYTES>() else {
            return Err(Nonsense("a record shorter than its header"));
        };
        let (word0, stamp) = header.split_at_mut(8);
        word0.copy_from_slice(&known.word0.to_le_bytes());
        stamp.copy_from_slice(&self.time.to_le_bytes());
        let (words, _) = body.as_chunks_mut::<8>();
        let told = words.len().min(WORDS);
        let codes_at = self.at;
        let mut at = codes_at + told.div_ceil(2);
        for (index, (word, last)) in words.iter_mut().zip(&mut known.last).enumerate() {
            let codes = payload.get(codes_at + index / 2).copied().unwrap_or(0);
            let code = codes >> (4 * (index & 1)) & 15;
            *last = expand(*last, code, load(payload, at));
            *word = last.to_le_bytes();
            at += usize::from(BYTES.get(usize::from(code)).copied().unwrap_or(8));
        }
        if let Some(tail) = body.get_mut(8 * WORDS..).filter(|tail| !tail.is_empty()) {
            let end = at + tail.len();
            tail.copy_from_slice(payload.get(at..end).ok_or(SHORT)?);
            at = end;
        }
        if at > payload.len() {
            return Err(SHORT);
        }
        self.at = at;
        Ok((shape, len))
    }

    /// The next `bytes` bytes (1, 2, 4 or 8) as a number.
    #[inline(always)]
    fn number(&mut self, payload: &[u8], bytes: usize) -> Result<u64, Nonsense> {
        let number = load(payload, self.at);
        self.at += bytes;
        if self.at > payload.len() {
            return Err(SHORT);
        }
        Ok(number & (u64::MAX >> (64 - 8 * bytes)))
    }

    #[inline(always)]
    fn read_shape(&mut self, payload: &[u8], told: u8) -> Result<usize, Nonsense> {
        let number = match told {
            SHAPE_NEW => return self.new_shape(payload),
            SHAPE_SHORT => self.number(payload, 2)?,
            SHAPE_BYTE => self.number(payload, 1)?,
            number => number.into(),
        };
        usize::try_from(number).map_err(|_| SHORT)
    }

    #[cold]
    fn new_shape(&mut self, payload: &[u8]) -> Result<usize, Nonsense> {
        let word0 = self.number(payload, 8)?;
        let number = self.shapes.len();
        if number == MAX_SHAPES {
            return Err(Nonsense("too many shapes of records"));
        }
        self.shapes.push(Shape { word0, last: [0; WORDS] });
        Ok(number)
    }

    #[cold]
    fn read_thread(&mut self, payload: &[u8]) -> Result<u32, Nonsense> {
        let place = self.number(payload, 1)?;
        if place != THREAD_NEW.into() {
            let place = usize::try_from(place).map_err(|_| SHORT)?;
            let thread = self.threads.get(place).copied();
            return thread.ok_or(Nonsense("a record of an unknown thread"));
        }
        let thread = u32::try_from(self.number(payload, 4)?).map_err(|_| SHORT)?;
        if self.threads.len() < MAX_THREADS {
            self.threads.push(thread);
        }
        Ok(thread)
    }
}

/// The records of one block in order.
#[derive(Debug)]
pub struct Unpacking<'a> {
    state: &'a mut Unpacker,
    payload: &'a [u8],
}

impl Unpacking<'_> {
    /// How many records are to come, if the block says the truth.
    #[must_use]
    pub fn left(&self) -> u32 {
        self.state.left
    }

    /// The next record; `None` behind the last one.
    ///
    /// # Errors
    ///
    /// When the bytes make no sense; then the rest of the block is lost.
    #[inline]
    #[expect(clippy::should_implement_trait, reason = "what it gives borrows from it")]
    pub fn next(&mut self) -> Option<Result<Unpacked<'_>, Trouble>> {
        self.state.step(self.payload)
    }
}

/// One record.
#[derive(Clone, Copy, Debug)]
pub struct Unpacked<'a> {
    /// Its bytes, header and all.
    pub bytes: &'a [u8],
    /// The number of the thread that logged it.
    pub thread: u32,
    /// Which first word it has, counted in the block from 0: for who keeps something for each.
    pub shape: usize,
    /// How many bytes it takes in the block.
    pub packed_bytes: usize,
}

/// A place where no record can be read.
struct Nonsense(&'static str);

const SHORT: Nonsense = Nonsense("a record that ends behind it");

/// Eight bytes as a number; what is missing behind the end counts as zero.
#[inline(always)]
fn load(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.first_chunk().map_or_else(|| load_end(rest), |word| u64::from_le_bytes(*word))
}

#[cold]
fn load_end(rest: &[u8]) -> u64 {
    rest.iter().take(8).rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
