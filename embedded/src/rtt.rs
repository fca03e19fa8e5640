//! A sink that a debug probe reads while the program runs: SEGGER's control block, one channel up,
//! and one down for what a host has to say.
//!
//! The host writes two words, how far it has read and how far it has written. Nothing else is
//! believed of it: an offset that is none means that there is no room, which its outlet counts, or
//! which leaves records in the ring; or that there is nothing to read.
#![expect(unsafe_code, reason = "shares memory with a debug probe")]

use crate::Sink;
use core::cell::UnsafeCell;
use core::ffi::CStr;
use core::ptr;
use hydra_log_core::ord;
use hydra_log_core::sync::{AtomicPtr, AtomicU8, AtomicUsize};
use hydra_log_core::token::Token;

/// The control block, its buffer of `N` bytes up, and of `D` bytes down; made by
/// [`rtt!`](crate::rtt).
#[repr(C)]
#[derive(Debug)]
pub struct RttBlock<const N: usize, const D: usize = 0> {
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
    down_name: AtomicPtr<u8>,
    down_buffer: AtomicPtr<u8>,
    down_size: AtomicUsize,
    /// Where the host's next byte goes: the host's, and not to be trusted.
    down_written: AtomicUsize,
    /// What was taken up to.
    down_read: AtomicUsize,
    down_flags: AtomicUsize,
    token: Token,
    bytes: UnsafeCell<[u8; N]>,
    /// Of the host's bytes, each may change at any time.
    down: [AtomicU8; D],
}

// SAFETY: `bytes` between `read` and `written` are the host's, the others those of the one `Rtt`,
// which the token is given to once.
unsafe impl<const N: usize, const D: usize> Sync for RttBlock<N, D> {}

/// The name that the host finds, read backwards so that this text is not taken for a block.
const ID: [u8; 16] = *b"\0\0\0\0\0\0TTR REGGES";

impl<const N: usize, const D: usize> RttBlock<N, D> {
    /// A block that no host finds yet.
    ///
    /// # Panics
    /// With less than 64 bytes: in a constant, so it does not compile.
    #[must_use]
    pub const fn new() -> Self {
        assert!(N >= 64, "an RTT buffer takes at least 64 bytes: `rtt!(512)`");
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
            down_name: AtomicPtr::new(ptr::null_mut()),
            down_buffer: AtomicPtr::new(ptr::null_mut()),
            down_size: AtomicUsize::new(0),
            down_written: AtomicUsize::new(0),
            down_read: AtomicUsize::new(0),
            down_flags: AtomicUsize::new(0),
            token: Token::new(),
            bytes: UnsafeCell::new([0; N]),
            down: [const { AtomicU8::new(0) }; D],
        }
    }

    /// Shows the block to the host with a channel of this name, and gives the one writer; the
    /// second time, none.
    pub fn open(&'static self, name: &'static CStr) -> Option<Rtt<N, D>> {
        let taken = self.token.try_take()?;
        // For ever: there is one writer.
        core::mem::forget(taken);
        self.name.store(name.as_ptr().cast_mut().cast(), ord::count());
        self.buffer.store(self.bytes.get().cast(), ord::count());
        self.size.store(N, ord::count());
        if D > 0 {
            self.down_name.store(c"hydra".as_ptr().cast_mut().cast(), ord::count());
            self.down_buffer.store(self.down.as_ptr().cast_mut().cast(), ord::count());
            self.down_size.store(D, ord::count());
            self.down_channels.store(1, ord::tail_publish());
        }
        self.up_channels.store(1, ord::tail_publish());
        for (place, byte) in self.id.iter().zip(ID.iter().rev()) {
            place.store(*byte, ord::tail_publish());
        }
        Some(Rtt { block: self })
    }
}

impl<const N: usize, const D: usize> Default for RttBlock<N, D> {
    fn default() -> Self {
        Self::new()
    }
}

/// The writer of an RTT channel: a [`Sink`] that never waits.
#[derive(Debug)]
pub struct Rtt<const N: usize, const D: usize = 0> {
    block: &'static RttBlock<N, D>,
}

impl<const N: usize, const D: usize> RttBlock<N, D> {
    /// Where the next byte goes, as the host sees it.
    #[must_use]
    pub fn written(&self) -> usize {
        self.written.load(ord::tail_read())
    }

    /// What a host does that has something to say.
    #[doc(hidden)]
    pub fn host_writes(&self, bytes: &[u8]) {
        let mut at = self.down_written.load(ord::own());
        for byte in bytes {
            if let Some(place) = self.down.get(at) {
                place.store(*byte, ord::count());
            }
            at = (at + 1) % D.max(1);
        }
        self.down_written.store(at, ord::tail_publish());
    }

    /// What a host does: says how far it has read. Anything may be said.
    pub fn host_read(&self, offset: usize) {
        self.read.store(offset, ord::head_release());
    }
}

impl<const N: usize, const D: usize> Rtt<N, D> {
    /// The control block.
    #[must_use]
    pub const fn block(&self) -> &'static RttBlock<N, D> {
        self.block
    }

    /// Takes what the host has written since, at most as much as fits into `bytes`; how much that
    /// is.
    pub fn read(&mut self, bytes: &mut [u8]) -> usize {
        let written = self.block.down_written.load(ord::tail_read());
        let mut at = self.block.down_read.load(ord::own());
        if written >= D || at >= D {
            return 0;
        }
        let mut count = 0;
        for to in bytes {
            let Some(from) = self.block.down.get(at).filter(|_| at != written) else { break };
            *to = from.load(ord::count());
            at = (at + 1) % D;
            count += 1;
        }
        self.block.down_read.store(at, ord::head_release());
        count
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

impl<const N: usize, const D: usize> Sink for Rtt<N, D> {
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

    fn most(&self) -> usize {
        N - 1
    }
}

/// Makes an RTT control block with a buffer of so many bytes, and gives its [`Rtt`], once: where
/// this is run again, it gives `None`. A program has one block: a second one, or that of a crate
/// like `defmt-rtt`, is the symbol `_SEGGER_RTT` twice, which is not compiled or not linked.
///
/// ```
/// use hydra_log_embedded::{Outlet, drain, ring, rtt};
/// ring!(1408);
///
/// let mut outlet = Outlet::new(rtt!(512).expect("main runs once"));
/// drain(&mut outlet);
///
/// // With a channel down, for a host that switches calls on and off:
/// // let mut rtt = rtt!(512, down = 64).unwrap();
/// // let count = rtt.read(&mut bytes);
/// // control.take(&bytes[..count]);
/// ```
#[macro_export]
macro_rules! rtt {
    // rtt!(512)
    ($bytes:expr $(,)?) => {
        $crate::rtt!($bytes, down = 0)
    };
    // rtt!(512, name = c"defmt")
    ($bytes:expr, name = $name:expr $(,)?) => {
        $crate::rtt!(@ $bytes, 0, $name)
    };
    // rtt!(512, down = 64)
    ($bytes:expr, down = $down:expr $(,)?) => {
        $crate::rtt!(@ $bytes, $down, c"hydra")
    };
    (@ $bytes:expr, $down:expr, $name:expr) => {{
        // A debugger that looks the symbol up needs no search.
        #[unsafe(export_name = "_SEGGER_RTT")]
        static BLOCK: $crate::RttBlock<{ $bytes }, { $down }> = $crate::RttBlock::new();
        BLOCK.open($name)
    }};
}
