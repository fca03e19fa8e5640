//! Memory that keeps what was written over a reset: the blocks of before can be read after it.
//!
//! ```text
//! mark 32 | end 32 | words of blocks, from the end on the oldest, around
//! ```
//!
//! A reset may come between any two stores, and what memory holds after power was lost is anything.
//! So nothing is believed: a block counts when it stands whole where one is looked for, and its
//! CRC-32 is right. One that a reset cut in half is none, and costs no other. A block's first byte
//! is written last, behind the end that counts it, so that none stands where the oldest would.
#![expect(unsafe_code, reason = "memory whose contents the compiler does not know")]

use crate::Sink;
use hydra_log_core::block::{self, HEAD_BYTES, Head};
use hydra_log_core::ord;
use hydra_log_core::sync::{self, AtomicU8, AtomicU32};
use hydra_log_core::token::Token;

/// What says that the memory was ever in use, and with this layout.
const MARK: u32 = 0x4859_5231;

/// `N` bytes that a reset leaves alone, in a section that the runtime does not zero. Made by
/// [`retained!`](crate::retained).
///
/// All of it are atomic words and bytes, so that any contents are fine.
#[repr(C)]
#[derive(Debug)]
pub struct Memory<const N: usize> {
    mark: AtomicU32,
    /// Where the next byte goes.
    end: AtomicU32,
    bytes: [AtomicU8; N],
}

impl<const N: usize> Memory<N> {
    /// Memory as it is before it was ever used.
    ///
    /// # Panics
    /// With less than 128 bytes or more than 1 MiB: in a constant, so it does not compile.
    #[must_use]
    pub const fn new() -> Self {
        assert!(N >= 128, "retained memory takes at least 128 bytes: `retained!(1024)`");
        assert!(N <= 1 << 20, "retained memory takes at most 1 MiB: `retained!(1 << 20)`");
        Self {
            mark: AtomicU32::new(0),
            end: AtomicU32::new(0),
            bytes: [const { AtomicU8::new(0) }; N],
        }
    }

    /// The writer, once; `token` says who has it.
    pub fn open(&'static self, token: &'static Token) -> Option<Retained<N>> {
        let taken = token.try_take()?;
        // For ever: there is one writer.
        core::mem::forget(taken);
        let memory = sync::opaque(self);
        // SAFETY: bounds: the static's own address, of which the compiler does not know that it
        // holds zeros; race: all of it are atomics.
        Some(Retained { memory: unsafe { &*memory } })
    }

    /// Memory with these contents, as a reset may leave them.
    #[doc(hidden)]
    #[must_use]
    pub fn holding(contents: [u8; N], end: u32) -> Self {
        let (mark, end) = (AtomicU32::new(MARK), AtomicU32::new(end));
        Self { mark, end, bytes: contents.map(AtomicU8::new) }
    }

    /// What a reset would leave.
    #[doc(hidden)]
    #[must_use]
    pub fn contents(&self) -> ([u8; N], u32) {
        (self.bytes.each_ref().map(|byte| byte.load(ord::count())), self.end.load(ord::count()))
    }

    fn put(&self, offset: usize, byte: u8) {
        if let Some(place) = self.bytes.get(offset % N) {
            place.store(byte, ord::count());
        }
    }

    fn at(&self, offset: usize) -> u8 {
        self.bytes.get(offset % N).map_or(0, |byte| byte.load(ord::count()))
    }

    /// Where the next byte goes; none: the memory holds nothing of use.
    fn end(&self) -> Option<usize> {
        let end = self.end.load(ord::count()) as usize;
        (self.mark.load(ord::count()) == MARK && end < N).then_some(end)
    }

    /// The length of the whole block at an offset, if there is one of at most `most` bytes.
    fn block(&self, offset: usize, most: usize) -> Option<usize> {
        if self.at(offset) != block::MAGIC[0] || most < HEAD_BYTES {
            return None;
        }
        let mut head = [0; HEAD_BYTES];
        (offset..).zip(&mut head).for_each(|(from, to)| *to = self.at(from));
        let read = Head::parse(&head).ok()?;
        let whole = HEAD_BYTES + read.len;
        if whole > most {
            return None;
        }
        let sum = |before| {
            let payload = offset + HEAD_BYTES..offset + whole;
            payload.fold(before, |sum, from| block::crc(sum, &[self.at(from)]))
        };
        read.fits_by(sum).then_some(whole)
    }
}

impl<const N: usize> Default for Memory<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// The writer and reader of retained memory: a [`Sink`] that always has room, for the newest.
#[derive(Debug)]
pub struct Retained<const N: usize> {
    memory: &'static Memory<N>,
}

impl<const N: usize> Retained<N> {
    /// The memory.
    #[doc(hidden)]
    #[must_use]
    pub const fn memory(&self) -> &'static Memory<N> {
        self.memory
    }

    /// Hands over the blocks that are whole, oldest first, byte by byte; how many. Called before
    /// anything is drained into the memory, it is what was there before the reset.
    pub fn read(&self, mut each: impl FnMut(u8)) -> usize {
        let Some(end) = self.memory.end() else { return 0 };
        let (mut offset, mut left, mut found) = (end, N, 0);
        while left > 0 {
            let step = match self.memory.block(offset, left) {
                Some(whole) => {
                    (offset..offset + whole).for_each(|from| each(self.memory.at(from)));
                    found += 1;
                    whole
                }
                None => 1,
            };
            offset = (offset + step) % N;
            left -= step;
        }
        found
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.memory.mark.store(0, ord::count());
        self.memory.bytes.iter().for_each(|byte| byte.store(0, ord::count()));
        self.memory.end.store(0, ord::count());
        self.memory.mark.store(MARK, ord::spool_end_publish());
    }
}

impl<const N: usize> Sink for Retained<N> {
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
        let bytes = head.len() + payload.len();
        if bytes > N {
            return false;
        }
        if self.memory.end().is_none() {
            self.clear();
        }
        let start = self.memory.end().unwrap_or_default();
        let mut parts = head.iter().chain(payload);
        let Some(first) = parts.next() else { return true };
        self.memory.put(start, 0);
        sync::signal_fence();
        (start + 1..).zip(parts).for_each(|(offset, byte)| self.memory.put(offset, *byte));
        #[expect(clippy::cast_possible_truncation, reason = "below 1 MiB")]
        let end = ((start + bytes) % N) as u32;
        self.memory.end.store(end, ord::spool_end_publish());
        sync::signal_fence();
        self.memory.put(start, *first);
        true
    }

    fn most(&self) -> usize {
        N
    }
}

/// Makes retained memory of so many bytes in `.uninit`, which the runtime leaves alone at a reset,
/// and gives its [`Retained`], once.
///
/// ```
/// use hydra_log_embedded::{Outlet, drain, retained, ring};
/// ring!(1408);
///
/// let kept = retained!(1024).expect("main runs once");
/// let blocks_of_before = kept.read(|_byte| { /* to the host */ });
/// assert_eq!(blocks_of_before, 0);
/// drain(&mut Outlet::new(kept));
/// ```
#[macro_export]
macro_rules! retained {
    // retained!(1024)
    ($bytes:expr) => {{
        #[cfg_attr(target_os = "none", unsafe(link_section = ".uninit.hydra_retained"))]
        static MEMORY: $crate::Memory<{ $bytes }> = $crate::Memory::new();
        static TOKEN: $crate::__private::Token = $crate::__private::Token::new();
        MEMORY.open(&TOKEN)
    }};
}
