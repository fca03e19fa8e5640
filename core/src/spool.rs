//! An ordered queue of bytes with one writer and several readers, each at its own place.
//!
//! ```text
//!            reader 1          reader 0        end
//!               v                 v             v
//!   [...........#################################........] spill ]
//!    free       unread by 1 only  unread by both   free
//! ```
//!
//! The drain writes entries; every sink reads them at its own pace. The writer is whoever holds the
//! drain token. A reader copies entries out and is then done with the spool, so it is *busy* only
//! for a short copy. When the spool is full, the writer may push an idle reader forward past what
//! it did not read: that reader's loss, counted, and nobody else's.
//!
//! A spool that *keeps* uses the bytes again only when their reader is [done](Spool::finish) with
//! what it took: until then they are what recovery finds of a process that died.
//!
//! | word       | written by                              | published with | read by the other side with |
//! |------------|-----------------------------------------|----------------|-----------------------------|
//! | `end`      | writer                                  | Release        | Acquire                     |
//! | `at[i]`    | reader `i`; writer, only while not busy | Release        | Acquire                     |
//! | `done[i]`  | reader `i`                              | Release        | Acquire                     |
//! | `floor[i]` | writer                                  |                | nobody                      |
//! | `limit`    | writer                                  |                | nobody                      |
//!
//! S1  `at[i] <= end`, `end - at[i] <= capacity`; both only grow and wrap by arithmetic.
//! S2  bytes in `at[i]..end` are whole entries, initialised, and not written.
//! S3  while bit 0 of `at[i]` is set, only reader `i` changes it.
//! S4  an entry lies in one piece: storage is `capacity + spill`, and an entry that starts before
//!     `capacity` may run past it.
//! S5  of a spool that keeps, bytes from the later of `done[i]` and `floor[i]` on are not written.
//! S6  no reader needs bytes in `end..limit`: what the limit is taken from only grows. So readers
//!     are asked again only when it is reached.
//!
//! | operation | progress                                               |
//! |-----------|--------------------------------------------------------|
//! | `append`  | wait-free                                              |
//! | `push_on` | wait-free; does nothing while the reader is busy       |
//! | `read`    | lock-free: tries again only when the writer pushed it  |
#![expect(unsafe_code, reason = "copies entries in and out of raw storage")]

use core::mem::offset_of;
use core::ptr::NonNull;

use crate::ord;
use crate::recover::SpoolLayout;
use crate::ring::{Full, GeometryError};
use crate::seed::Seed;
use crate::sync::{AtomicUsize, Cells, LoadOwn as _, planted, rmw};

/// How many readers a spool has at the most.
pub const MAX_READERS: usize = 16;

/// Bytes in front of every entry's payload: its payload's length (32 bits) and a tag (32 bits).
pub const ENTRY_HEADER: usize = 8;

/// A tag with this bit marks an entry that counts do not count.
pub const UNCOUNTED: u32 = 1 << 31;

const BUSY: usize = 1;

/// The queue. Storage is a raw region; the value itself may live anywhere.
#[derive(Debug)]
#[repr(C)]
pub struct Spool {
    end: AtomicUsize,
    at: [AtomicUsize; MAX_READERS],
    /// Everything before was dealt with by whoever took it.
    done: [AtomicUsize; MAX_READERS],
    /// Everything before was given up by the writer, also what the reader has in hand.
    floor: [AtomicUsize; MAX_READERS],
    /// How far the writer may go without looking at the readers.
    limit: AtomicUsize,
    keeps: bool,
    readers: usize,
    data: NonNull<u8>,
    cells: Cells,
    capacity: usize,
    largest: usize,
}

// SAFETY: bounds: the region outlives the value, by `new`; race: entries are handed over through
// `end` and `at` (S1-S3).
unsafe impl Send for Spool {}
// SAFETY: bounds: as above; race: `append` and `push_on` ask for the one writer, `read` for the one
// user of a reader, in their contracts.
unsafe impl Sync for Spool {}

/// What a reader took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Bytes copied: whole entries, headers included.
    pub bytes: usize,
    /// Entries among them that are counted.
    pub entries: usize,
    /// Everything before this position has been taken or passed over.
    pub position: usize,
}

impl Spool {
    /// Where recovery finds the spool's words.
    pub const LAYOUT: SpoolLayout = SpoolLayout {
        bytes: size_of::<Self>(),
        end: offset_of!(Self, end),
        done: offset_of!(Self, done),
        floor: offset_of!(Self, floor),
    };

    /// Bytes of storage for a capacity and a largest payload.
    #[must_use]
    pub const fn bytes_for(capacity: usize, largest: usize) -> usize {
        capacity + largest + ENTRY_HEADER
    }

    /// A spool for `readers` readers over a region.
    ///
    /// # Errors
    /// [`GeometryError`] when `capacity` is not a power of two, does not hold four of the largest
    /// entries, or there are more than [`MAX_READERS`] readers.
    ///
    /// # Safety
    /// * `data` points at [`bytes_for`](Self::bytes_for)`(capacity, largest)` initialised bytes,
    ///   aligned as a `u64` is, that live as long as the spool.
    /// * Nothing else reads or writes them.
    pub unsafe fn new(
        data: NonNull<u8>,
        capacity: usize,
        largest: usize,
        readers: usize,
    ) -> Result<Self, GeometryError> {
        let fits = capacity.is_power_of_two() && (largest + ENTRY_HEADER) * 4 <= capacity;
        if !fits || readers > MAX_READERS {
            return Err(GeometryError {
                capacity,
                spill: largest,
                storage: Self::bytes_for(capacity, largest),
            });
        }
        Ok(Self {
            end: AtomicUsize::new(0),
            at: core::array::from_fn(|_| AtomicUsize::new(0)),
            done: core::array::from_fn(|_| AtomicUsize::new(0)),
            floor: core::array::from_fn(|_| AtomicUsize::new(0)),
            limit: AtomicUsize::new(capacity),
            keeps: false,
            readers,
            data,
            cells: Cells::new(Self::bytes_for(capacity, largest)),
            capacity,
            largest,
        })
    }

    /// The same spool, which keeps entries until their reader is done with them.
    #[must_use]
    pub fn keeping(self) -> Self {
        Self { keeps: true, ..self }
    }

    /// Where the next entry will stand. Grows and wraps; compare by difference.
    #[must_use]
    pub fn end(&self) -> usize {
        self.end.load(ord::spool_end_read())
    }

    /// Where reader `reader` stands: everything before has been taken or passed over.
    #[must_use]
    pub fn position(&self, reader: usize) -> usize {
        self.at.get(reader).map_or(0, |at| at.load(ord::spool_at_read()) & !BUSY)
    }

    /// Everything before this position was dealt with by reader `reader`.
    #[must_use]
    pub fn done(&self, reader: usize) -> usize {
        self.done.get(reader).map_or(0, |done| done.load(ord::spool_at_read()))
    }

    /// Tells that everything before `position` was dealt with: what was taken before is not needed
    /// any more. By one thread at a time for each reader, in order.
    pub fn finish(&self, reader: usize, position: usize) {
        if let Some(done) = self.done.get(reader) {
            done.store(position, ord::spool_at_release());
        }
    }

    /// From where on reader `reader` needs the bytes.
    #[must_use]
    pub fn needed(&self, reader: usize) -> usize {
        if !self.keeps {
            return self.position(reader);
        }
        let floor = self.floor.get(reader).map_or(0, |floor| floor.load(ord::own()));
        let done = self.done(reader);
        if done.wrapping_sub(floor) <= usize::MAX / 2 { done } else { floor }
    }

    /// Adds an entry of `parts`, one after the other, with a tag. Returns where the spool ends now.
    ///
    /// # Errors
    /// [`Full`] when a reader still needs the room; see [`push_on`](Self::push_on).
    ///
    /// # Safety
    /// Only the one writer calls this, and what earlier writers did happens before it.
    #[inline]
    pub unsafe fn append(&self, tag: u32, parts: &[&[u8]]) -> Result<usize, Full> {
        let len: usize = parts.iter().map(|part| part.len()).sum();
        let need = ENTRY_HEADER + len.next_multiple_of(8);
        let end = self.end.load_own();
        if len > self.largest || self.limit.load_own().wrapping_sub(end) < need {
            self.look_for(len, need)?;
        }
        let offset = self.offset(end);
        self.cells.wrote(offset, need);
        let header = len as u64 | u64::from(tag) << 32;
        self.put(offset, &header.to_le_bytes());
        let mut to = offset + ENTRY_HEADER;
        for part in parts {
            self.put_part(to, part);
            to += part.len();
        }
        let end = end.wrapping_add(need);
        self.end.store(end, ord::spool_end_publish());
        Ok(end)
    }

    /// Looks at the readers again: whether an entry of `need` bytes has room.
    #[cold]
    fn look_for(&self, len: usize, need: usize) -> Result<(), Full> {
        let available = self.room();
        self.limit.store(self.end.load_own().wrapping_add(available), ord::own());
        if len > self.largest || available < need {
            return Err(Full { requested: need, available });
        }
        Ok(())
    }

    /// How many bytes an entry may take now, header included. Only the writer's answer stays true.
    #[must_use]
    pub fn room(&self) -> usize {
        self.capacity - self.behind(self.end.load_own())
    }

    /// How far the reader that is furthest behind stands behind `end`.
    fn behind(&self, end: usize) -> usize {
        (0..self.readers).map(|reader| end.wrapping_sub(self.needed(reader))).max().unwrap_or(0)
    }

    /// The reader that is furthest behind.
    #[must_use]
    pub fn slowest(&self) -> Option<usize> {
        let end = self.end();
        (0..self.readers).max_by_key(|&reader| end.wrapping_sub(self.needed(reader)))
    }

    /// Pushes a reader forward by at least `bytes`, in whole entries, and says how many counted
    /// entries it will not see. Does nothing while the reader is copying. What the reader took and
    /// is not done with is kept no longer.
    ///
    /// # Safety
    /// Only the one writer calls this, and what earlier writers did happens before it.
    pub unsafe fn push_on(&self, reader: usize, bytes: usize) -> usize {
        // SAFETY: race: as this function asks of its caller.
        unsafe { self.push_on_while(reader, bytes, |_| true) }
    }

    /// As [`push_on`](Self::push_on), but not past a counted entry whose first word, in bytes, is
    /// refused. An entry that has no whole word is not asked for.
    ///
    /// # Safety
    /// As [`push_on`](Self::push_on).
    pub unsafe fn push_on_while(
        &self,
        reader: usize,
        bytes: usize,
        mut may_lose: impl FnMut([u8; 8]) -> bool,
    ) -> usize {
        let Some(word) = self.at.get(reader) else { return 0 };
        let end = self.end.load_own();
        let from = word.load(ord::spool_at_read());
        if from & BUSY != 0 && !planted(Seed::SpoolPushBusy) {
            return 0;
        }
        let at = from & !BUSY;
        let mut to = at;
        let mut passed = 0;
        let mut refused = false;
        while to != end && to.wrapping_sub(at) < bytes {
            let (tag, size) = self.entry_at(to);
            let is_counted = tag & UNCOUNTED == 0;
            if is_counted && size >= ENTRY_HEADER + 8 {
                let mut first = [0; 8];
                self.get(self.offset(to) + ENTRY_HEADER, &mut first);
                refused = !may_lose(first);
                if refused {
                    break;
                }
            }
            to = to.wrapping_add(size);
            passed += usize::from(is_counted);
        }
        // What stands before a refused entry is not given up either, if that is all there is.
        let is_stuck = refused && to == at;
        if is_stuck || !rmw::replace_word(word, from, to, ord::spool_at_push(), ord::own()) {
            return 0;
        }
        if let Some(floor) = self.floor.get(reader).filter(|_| self.keeps) {
            floor.store(to, ord::own());
        }
        passed
    }

    /// Copies whole entries into `into`, as many as are there and fit.
    ///
    /// # Safety
    /// At most one thread at a time reads for `reader`, and what the one before did happens before.
    pub unsafe fn read(&self, reader: usize, into: &mut [u8]) -> Taken {
        let Some(word) = self.at.get(reader) else { return Taken::default() };
        let from = loop {
            let at = word.load(ord::spool_at_read());
            if self.end() == at {
                return Taken { bytes: 0, entries: 0, position: at };
            }
            if rmw::replace_word(word, at, at | BUSY, ord::spool_at_claim(), ord::own()) {
                break at;
            }
        };
        let end = self.end();
        let mut taken = Taken { bytes: 0, entries: 0, position: from };
        // Entries lie one behind the other until one ends in the next lap: they are copied at once.
        let (mut start, mut copied) = (from, 0);
        while taken.position != end {
            let (tag, size) = self.entry_at(taken.position);
            if taken.bytes + size > into.len() {
                break;
            }
            taken.bytes += size;
            taken.entries += usize::from(tag & UNCOUNTED == 0);
            taken.position = taken.position.wrapping_add(size);
            if self.offset(taken.position) < self.offset(start) {
                self.copy(start, into.get_mut(copied..taken.bytes));
                (start, copied) = (taken.position, taken.bytes);
            }
        }
        self.copy(start, into.get_mut(copied..taken.bytes));
        word.store(taken.position, ord::spool_at_release());
        taken
    }

    /// Copies what lies in one piece from a position on.
    fn copy(&self, from: usize, into: Option<&mut [u8]>) {
        if let Some(into) = into {
            self.get(self.offset(from), into);
        }
    }

    #[inline(always)]
    fn offset(&self, position: usize) -> usize {
        position & (self.capacity - 1)
    }

    /// The second word of the first entry that reader `reader` has not taken: a record's stamp.
    ///
    /// # Safety
    /// Only the one writer calls this, and what earlier writers did happens before it.
    #[must_use]
    pub unsafe fn front_stamp(&self, reader: usize) -> Option<u64> {
        let at = self.position(reader);
        if at == self.end.load_own() || self.entry_at(at).1 < ENTRY_HEADER + 16 {
            return None;
        }
        let mut words = [0; ENTRY_HEADER + 16];
        self.get(self.offset(at), &mut words);
        words.last_chunk().map(|stamp| u64::from_le_bytes(*stamp))
    }

    /// How many counted entries reader `reader` has not taken yet.
    ///
    /// # Safety
    /// Only the one writer calls this, and what earlier writers did happens before it.
    #[must_use]
    pub unsafe fn pending(&self, reader: usize) -> usize {
        let end = self.end.load_own();
        let mut at = self.position(reader);
        let mut count = 0;
        while at != end {
            let (tag, size) = self.entry_at(at);
            at = at.wrapping_add(size);
            count += usize::from(tag & UNCOUNTED == 0);
        }
        count
    }

    /// The tag and the size of the entry at a position between a reader's and `end`.
    fn entry_at(&self, position: usize) -> (u32, usize) {
        let mut header = [0; ENTRY_HEADER];
        self.get(self.offset(position), &mut header);
        let (len, tag) = parse_header(header);
        (tag, ENTRY_HEADER + len.next_multiple_of(8))
    }

    #[inline(always)]
    fn put(&self, offset: usize, bytes: &[u8]) {
        debug_assert!(offset + bytes.len() <= Self::bytes_for(self.capacity, self.largest));
        // SAFETY: bounds: `offset` is below capacity and the entry at most `largest` (S4), checked
        // by `append`; race: no reader is entitled to these bytes (S2).
        let to = unsafe { self.data.as_ptr().add(offset) };
        // SAFETY: bounds and race as above; `bytes` is no part of the region.
        unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
    }

    /// As `put`; short parts without a call, which would take longer than the copy: by their first
    /// and last bytes, which may be the same ones.
    #[inline(always)]
    fn put_part(&self, offset: usize, part: &[u8]) {
        let len = part.len();
        if let (Some(first), Some(last), 16..=32) =
            (part.first_chunk::<16>(), part.last_chunk::<16>(), len)
        {
            self.put(offset, first);
            self.put(offset + len - 16, last);
        } else if let ([word], []) = part.as_chunks::<8>() {
            self.put(offset, word);
        } else if len > 0 {
            self.put(offset, part);
        }
    }

    fn get(&self, offset: usize, into: &mut [u8]) {
        debug_assert!(offset + into.len() <= Self::bytes_for(self.capacity, self.largest));
        self.cells.read(offset, into.len());
        // SAFETY: bounds: an entry's bytes lie in the region (S4); race: the writer does not write
        // them while this reader is before their end (S2).
        let from = unsafe { self.data.as_ptr().add(offset) };
        // SAFETY: bounds and race as above; `into` is no part of the region.
        unsafe { core::ptr::copy_nonoverlapping(from, into.as_mut_ptr(), into.len()) };
    }
}

/// Walks entries that [`Spool::read`] copied: each one's tag and payload.
pub fn entries(bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = bytes;
    core::iter::from_fn(move || {
        let (header, tail) = rest.split_first_chunk::<ENTRY_HEADER>()?;
        let (len, tag) = parse_header(*header);
        let payload = tail.get(..len)?;
        rest = tail.get(len.next_multiple_of(8)..).unwrap_or(&[]);
        Some((tag, payload))
    })
}

pub(crate) fn parse_header(header: [u8; ENTRY_HEADER]) -> (usize, u32) {
    let [a, b, c, d, tag @ ..] = header;
    (u32::from_le_bytes([a, b, c, d]) as usize, u32::from_le_bytes(tag))
}
