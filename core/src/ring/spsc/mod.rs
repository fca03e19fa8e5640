//! One producer, one consumer: the ring of a thread.
//!
//! ```text
//!        head                tail                    limit
//!          v                  v                        v
//!  [.......##################..........................:.....]~~~~~~
//!
//!  . free   # published   ~ spill
//! ```
//!
//! | field       | written by | published with    | read by the other side with |
//! |-------------|------------|-------------------|-----------------------------|
//! | `mark`      | producer   | `ord::mark_clear` | `ord::mark_read`            |
//! | `tail`      | producer   | `ord::tail_publish` | `ord::tail_read`          |
//! | `head`      | consumer   | `ord::head_release` | `ord::head_read`          |
//! | `state`     | both       | `ord::ring_close` (owner), `ord::ring_retire` (drain) | `ord::ring_closed`, `ord::ring_reuse` |
//! | `published`, `lost` | producer | before `tail`, `mark`, `state` | after those    |
//! | `own_head`, `limit` | one side only | handed over with `state` or the drain token | same |
//!
//! R1  `head <= tail <= head + capacity`; both only grow, and wrap with their type.
//! R2  `head..tail` is whole records and belongs to the consumer; all else to the producer.
//! R3  `limit <= head + capacity`, and `limit - tail` is at most the longest record or half a
//!     lap: one compare tells whether a record fits, both in the ring and in one piece.
//! R4  While `mark` is set, a call is under way on the producer's thread: whoever interrupts it
//!     there (a signal handler, a `Display` that logs) must not touch the producer's words.
//! R5  A drain that reads `mark` clear and then `tail` sees the record of every call that ended.
//! R6  A drain that reads `state` closed and then finds no record has had the last one.
//! R7  `emitted` and `lost` never restart: `emitted = written + lost + pending` holds for the ring
//!     through every owner it had.
//!
//! | operation | bound |
//! |-----------|-------|
//! | `enter`, `claim`, `publish`, `leave`, `lose`, `refresh` | wait-free, no loop, no read-modify-write |
//! | `observe`, `poll`, `peek`, `advance`, `release` | wait-free, no loop, no read-modify-write |
#![expect(unsafe_code, reason = "one side's words are shared on the promise of one owner a side")]

mod consumer;
mod producer;

pub use consumer::{Consumer, Observed};
pub use producer::Producer;

use super::storage::{Region, Storage};
use super::{CAPACITY_MAX, GeometryError, check, distance, min};
use crate::ord;
use crate::recover::Layout;
use crate::sync::{AtomicPtr, AtomicU32, AtomicUsize, Cells, LoadOwn as _, Local, const_fn};
use core::fmt;
use core::mem::offset_of;
use core::ptr::null_mut;

/// How many levels have a loss counter of their own.
pub const LEVELS: usize = 5;

/// The bytes of storage that a ring of these sizes needs.
///
/// ```
/// assert_eq!(hydra_log_core::ring::spsc::bytes_for(4096, 1024), 5120);
/// ```
#[must_use]
pub const fn bytes_for(capacity: usize, spill: usize) -> usize {
    capacity.saturating_add(spill)
}

/// Who may use a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum State {
    /// Nobody: it waits in the registry for a new owner.
    Free = 0,
    /// Its owner logs.
    Open = 1,
    /// Its owner is gone; records may be left.
    Closed = 2,
}

/// A ring of one producer and one consumer. It has to stay where it is while it is used.
///
/// ```
/// use core::ptr::NonNull;
/// use hydra_log_core::ring::{Storage, spsc};
/// let mut memory = [0_u64; 96];
/// let start = NonNull::from(&mut memory).cast();
/// // SAFETY: bounds: 768 aligned, zeroed bytes; race: nobody else uses `memory` below.
/// let storage = unsafe { Storage::from_raw(start, 768) };
/// let ring = spsc::Ring::new(storage, 512, 256)?;
/// // SAFETY: this thread is the only producer and the only consumer.
/// let (producer, consumer) = unsafe { (ring.producer(), ring.consumer()) };
///
/// assert!(producer.enter());
/// let at = producer.claim(16).or_else(|| producer.refresh(16).ok()).expect("the ring is empty");
/// // SAFETY: bounds: 16 bytes were claimed; race: they are the producer's until published.
/// unsafe { at.cast::<[u64; 2]>().write([2, 7]) };
/// // SAFETY: a whole record of 16 bytes was written.
/// unsafe { producer.publish(16) };
/// producer.leave();
///
/// assert_eq!(consumer.poll(), 16);
/// let record = consumer.peek().expect("one record");
/// assert_eq!(record.len(), 16);
/// consumer.advance(16);
/// consumer.release();
/// # Ok::<(), hydra_log_core::ring::GeometryError>(())
/// ```
#[repr(C, align(64))]
pub struct Ring {
    producer: ProducerLine,
    consumer: ConsumerLine,
    cold: ColdLine,
}

/// What a log call touches: one cache line, and its neighbour with it where processors fetch pairs.
#[repr(C)]
#[cfg_attr(any(target_arch = "x86_64", target_arch = "aarch64"), repr(align(128)))]
#[cfg_attr(not(any(target_arch = "x86_64", target_arch = "aarch64")), repr(align(64)))]
struct ProducerLine {
    mark: AtomicU32,
    tail: AtomicUsize,
    published: AtomicUsize,
    limit: Local<usize>,
    region: Region,
}

/// What the drain touches; the producer reads `head` at most once per half lap.
#[repr(C)]
#[cfg_attr(any(target_arch = "x86_64", target_arch = "aarch64"), repr(align(128)))]
#[cfg_attr(not(any(target_arch = "x86_64", target_arch = "aarch64")), repr(align(64)))]
struct ConsumerLine {
    head: AtomicUsize,
    own_head: Local<usize>,
    seen: Local<usize>,
    released: Local<usize>,
    region: Region,
    reported: [Local<usize>; LEVELS],
    reported_sum: Local<usize>,
    moving_end: Local<usize>,
    moving_at: Local<usize>,
}

/// What changes rarely.
#[repr(C, align(64))]
struct ColdLine {
    lost: [AtomicUsize; LEVELS],
    gap_at: AtomicUsize,
    state: AtomicU32,
    id: AtomicU32,
    generation: AtomicU32,
    user: AtomicUsize,
    next: AtomicPtr<Ring>,
    longest: usize,
    cells: Cells,
}

// SAFETY: the memory it points at was given up by whoever made its storage, and moves with it.
unsafe impl Send for Ring {}
// SAFETY: what both sides touch is atomic. Plain words and bytes are touched through `Producer` and
// `Consumer`, whose constructors are unsafe and ask for one owner a side; bytes change sides only
// through `tail` and `head` (R2).
unsafe impl Sync for Ring {}

impl Ring {
    const_fn! {
        /// A ring over `storage` that is open, for records of at most `spill` bytes.
        ///
        /// # Errors
        /// [`GeometryError`] unless `capacity` is a power of two of at least 16, `spill` a
        /// multiple of 8, and the storage holds [`bytes_for`] both.
        pub const fn new(
            storage: Storage,
            capacity: usize,
            spill: usize,
        ) -> Result<Self, GeometryError> {
            Self::starting_at(storage, capacity, spill, 0)
        }
    }

    const_fn! {
        /// As [`new`](Self::new), with positions that begin at `start`: for tests of the wrap.
        ///
        /// # Errors
        /// As [`new`](Self::new).
        #[doc(hidden)]
        pub const fn starting_at(
            storage: Storage,
            capacity: usize,
            spill: usize,
            start: usize,
        ) -> Result<Self, GeometryError> {
            if let Err(error) = check(&storage, capacity, spill, bytes_for(capacity, spill)) {
                return Err(error);
            }
            let (region, cells) = storage.region(capacity, spill);
            let start = start & !(super::GRANULE_BYTES - 1);
            Ok(Self {
                producer: ProducerLine {
                    mark: AtomicU32::new(0),
                    tail: AtomicUsize::new(start),
                    published: AtomicUsize::new(0),
                    limit: Local::new(start),
                    region,
                },
                consumer: ConsumerLine {
                    head: AtomicUsize::new(start),
                    own_head: Local::new(start),
                    seen: Local::new(start),
                    released: Local::new(start),
                    region,
                    reported: [
                        Local::new(0), Local::new(0), Local::new(0), Local::new(0), Local::new(0),
                    ],
                    reported_sum: Local::new(0),
                    moving_end: Local::new(0),
                    moving_at: Local::new(super::NOWHERE),
                },
                cold: ColdLine {
                    lost: [
                        AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0),
                        AtomicUsize::new(0), AtomicUsize::new(0),
                    ],
                    gap_at: AtomicUsize::new(start),
                    state: AtomicU32::new(State::Open as u32),
                    id: AtomicU32::new(u32::MAX),
                    generation: AtomicU32::new(0),
                    user: AtomicUsize::new(0),
                    next: AtomicPtr::new(null_mut()),
                    longest: min(spill, capacity),
                    cells,
                },
            })
        }
    }

    /// Where recovery finds the ring's words.
    pub const LAYOUT: Layout = Layout {
        bytes: size_of::<Self>(),
        tail: offset_of!(Self, producer.tail),
        head: offset_of!(Self, consumer.own_head),
        moving_end: offset_of!(Self, consumer.moving_end),
        moving_at: offset_of!(Self, consumer.moving_at),
        lost: offset_of!(Self, cold.lost),
        told: offset_of!(Self, consumer.reported),
        published: offset_of!(Self, producer.published),
    };

    /// Where in the ring's bytes the word of [`user`](Self::user) is.
    pub const USER_AT: usize = offset_of!(Self, cold.user);

    /// The producer's half.
    ///
    /// # Safety
    /// * One thread owns the producer at a time (the one that made the ring, or took it out of the
    ///   registry), until it closes the ring.
    /// * On that thread, whoever may have interrupted a call (a signal handler, a nested call)
    ///   goes on only if [`Producer::enter`] returned `true`.
    #[inline(always)]
    #[must_use]
    pub const unsafe fn producer(&self) -> Producer<'_> {
        Producer::new(self)
    }

    /// The consumer's half.
    ///
    /// # Safety
    /// * One thread owns the consumer at a time: whoever holds the drain token.
    /// * Records that [`Consumer::peek`] lent are no longer used when another consumer is made.
    #[inline(always)]
    #[must_use]
    pub const unsafe fn consumer(&self) -> Consumer<'_> {
        Consumer::new(self)
    }

    /// How many records the ring was asked to take: published and lost.
    #[must_use]
    pub fn emitted(&self) -> u64 {
        self.published() + self.lost().iter().sum::<u64>()
    }

    /// How many records were published.
    #[must_use]
    pub fn published(&self) -> u64 {
        self.producer.published.load(ord::count()) as u64
    }

    /// How many records were lost, by level, `Error` first.
    #[must_use]
    pub fn lost(&self) -> [u64; LEVELS] {
        self.cold.lost.each_ref().map(|count| count.load(ord::count()) as u64)
    }

    /// About how many bytes wait for the consumer. Any thread may ask.
    #[must_use]
    pub fn pending_bytes(&self) -> usize {
        let head = self.consumer.head.load(ord::count());
        distance(head, self.producer.tail.load(ord::count()), self.capacity())
    }

    /// The capacity in bytes.
    #[inline]
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.producer.region.capacity()
    }

    /// The longest record the ring can ever take, in bytes.
    #[inline]
    #[must_use]
    pub const fn longest(&self) -> usize {
        self.cold.longest
    }

    /// Who may use the ring.
    #[must_use]
    pub fn state(&self) -> State {
        match self.cold.state.load(ord::ring_closed()) {
            0 => State::Free,
            1 => State::Open,
            _ => State::Closed,
        }
    }

    /// The ring's number: its place in the registry; `u32::MAX` before it joined.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.cold.id.load(ord::count())
    }

    /// How many owners the ring had before this one.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.cold.generation.load(ord::count())
    }

    /// A word for whoever runs the ring. What its owner stores is there for the consumer as soon as
    /// it sees a record published afterwards.
    #[must_use]
    pub fn user(&self) -> usize {
        self.cold.user.load(ord::count())
    }

    /// Stores the word that [`user`](Self::user) returns. Only for the owner.
    pub fn set_user(&self, word: usize) {
        self.cold.user.store(word, ord::count());
    }

    /// The words of the registry.
    pub(crate) const fn link(&self) -> (&AtomicPtr<Self>, &AtomicU32) {
        (&self.cold.next, &self.cold.id)
    }

    /// Takes the ring if it is free; on success the caller owns the producer.
    pub(crate) fn take_free(&self) -> bool {
        use crate::seed::Seed;
        use crate::sync::{planted, rmw};
        let (free, open) = (State::Free as u32, State::Open as u32);
        if planted(Seed::ReuseUnchecked) {
            self.cold.state.store(open, ord::own());
        } else if !rmw::replace(&self.cold.state, free, open, ord::ring_reuse(), ord::own()) {
            return false;
        }
        if planted(Seed::ReuseForgets) {
            self.producer.published.store(0, ord::count());
        }
        let generation = self.cold.generation.load_own();
        self.cold.generation.store(generation.wrapping_add(1), ord::count());
        true
    }
}

impl fmt::Debug for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring")
            .field("id", &self.id())
            .field("state", &self.state())
            .field("capacity", &self.capacity())
            .field("pending_bytes", &self.pending_bytes())
            .field("published", &self.published())
            .field("lost", &self.lost())
            .finish_non_exhaustive()
    }
}

const _: () = assert!(CAPACITY_MAX <= usize::MAX / 2, "a full ring differs from an empty one");
