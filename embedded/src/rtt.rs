//! A sink that a debug probe reads while the program runs: SEGGER's control block, one up channel.
//!
//! The host writes one word, how far it has read. Nothing else is believed of it: an offset that is
//! none means that there is no room, which its outlet counts, or which leaves records in the ring.
#![expect(unsafe_code, reason = "shares memory with a debug probe")]

use crate::Sink;
use core::cell::UnsafeCell;
use core::ptr;
use hydra_log_core::ord;
use hydra_log_core::sync::{AtomicPtr, AtomicU8, AtomicUsize};
use hydra_log_core::token::Token;

/// The control block and its buffer of `N` bytes; made by [`rtt!`](crate::rtt).
#[repr(C)]
#[derive(Debug)]
pub struct RttBlock<const N: usize> {
    id: [AtomicU8; 16],
    up_channels: AtomicUsize,
    down_channels: AtomicUsize,
    name: AtomicPtr<u8>,
    buffer: AtomicPtr<u8>,
    size: AtomicUsize,
    /// Where the next byte goes.
    written: AtomicUsize,
    /// What the host has read up to: the host's, and not to be trusted.
    read: AtomicUsize,
    flags: AtomicUsize,
    token: Token,
    bytes: UnsafeCell<[u8; N]>,
}

// SAFETY: `bytes` between `read` and `written` are the host's, the others those of the one `Rtt`,
// which the token is given to once.
unsafe impl<const N: usize> Sync for RttBlock<N> {}

/// The name that the host finds, read backwards so that this text is not taken for a block.
const ID: [u8; 16] = *b"\0\0\0\0\0\0TTR REGGES";

impl<const N: usize> RttBlock<N> {
    /// A block that no host finds yet.
    ///
    /// # Panics
    /// With less than 64 bytes: in a constant, so it does not compile.
    #[must_use]
    pub const fn new() -> Self {
        assert!(N >= 64, "an RTT buffer takes at least 64 bytes");
        Self {
            id: [const { AtomicU8::new(0) }; 16],
            up_channels: AtomicUsize::new(0),
            down_channels: AtomicUsize::new(0),
            name: AtomicPtr::new(ptr::null_mut()),
            buffer: AtomicPtr::new(ptr::null_mut()),
            size: AtomicUsize::new(0),
            written: AtomicUsize::new(0),
            read: AtomicUsize::new(0),
            flags: AtomicUsize::new(0),
            token: Token::new(),
            bytes: UnsafeCell::new([0; N]),
        }
    }

    /// Shows the block to the host, and gives the one writer; the second time, none.
    pub fn open(&'static self) -> Option<Rtt<N>> {
        let taken = self.token.try_take()?;
        // For ever: there is one writer.
        core::mem::forget(taken);
        self.name.store(c"hydra".as_ptr().cast_mut().cast(), ord::count());
        self.buffer.store(self.bytes.get().cast(), ord::count());
        self.size.store(N, ord::count());
        self.up_channels.store(1, ord::tail_publish());
        for (place, byte) in self.id.iter().zip(ID.iter().rev()) {
            place.store(*byte, ord::tail_publish());
        }
        Some(Rtt { block: self })
    }
}

impl<const N: usize> Default for RttBlock<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// The writer of an RTT channel: a [`Sink`] that never waits.
#[derive(Debug)]
pub struct Rtt<const N: usize> {
    block: &'static RttBlock<N>,
}

impl<const N: usize> RttBlock<N> {
    /// Where the next byte goes, as the host sees it.
    #[must_use]
    pub fn written(&self) -> usize {
        self.written.load(ord::tail_read())
    }

    /// What a host does: says how far it has read. Anything may be said.
    pub fn host_read(&self, offset: usize) {
        self.read.store(offset, ord::head_release());
    }
}

impl<const N: usize> Rtt<N> {
    /// The control block.
    #[must_use]
    pub const fn block(&self) -> &'static RttBlock<N> {
        self.block
    }

    /// How many bytes can be written; none where the host's offset is none.
    fn free(&self, written: usize) -> usize {
        let read = self.block.read.load(ord::head_read());
        match read {
            _ if read >= N => 0,
            _ if read > written => read - written - 1,
            _ => N - 1 - (written - read),
        }
    }

    /// Copies bytes to an offset, around the end.
    fn copy(&self, at: usize, bytes: &[u8]) -> usize {
        let start = self.block.bytes.get().cast::<u8>();
        let first = bytes.len().min(N - at);
        let (front, back) = bytes.split_at_checked(first).unwrap_or_default();
        let place = start.wrapping_add(at);
        // SAFETY: bounds: `at` is below `N`, and the front ends there; race: the caller found these
        // bytes free, so they are the writer's.
        unsafe { place.copy_from_nonoverlapping(front.as_ptr(), front.len()) };
        // SAFETY: bounds: there are fewer bytes than `N`; race: as above.
        unsafe { start.copy_from_nonoverlapping(back.as_ptr(), back.len()) };
        (at + bytes.len()) % N
    }
}

impl<const N: usize> Sink for Rtt<N> {
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
        // Written by this side alone, but in memory that a host could write: kept inside.
        let written = self.block.written.load(ord::own()) % N;
        if head.len() + payload.len() > self.free(written) {
            return false;
        }
        let end = self.copy(written, head);
        let end = self.copy(end, payload);
        self.block.written.store(end, ord::tail_publish());
        true
    }
}

/// Makes an RTT control block with a buffer of so many bytes, and gives its [`Rtt`], once: where
/// this is run again, it gives `None`.
///
/// ```
/// use hydra_log_embedded::{Outlet, drain, ring, rtt};
/// ring!(1408);
///
/// let mut outlet = Outlet::new(rtt!(512).expect("main runs once"));
/// drain(&mut outlet);
/// ```
#[macro_export]
macro_rules! rtt {
    // rtt!(512)
    ($bytes:expr) => {{
        // A debugger that looks the symbol up needs no search.
        #[unsafe(export_name = "_SEGGER_RTT")]
        static BLOCK: $crate::RttBlock<{ $bytes }> = $crate::RttBlock::new();
        BLOCK.open()
    }};
}
