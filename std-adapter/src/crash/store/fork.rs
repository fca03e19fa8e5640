//! A forked child: it must never write into its parent's file, nor hold its parent's lock.
//!
//! Before anything else runs in a child, all mapped pieces are replaced by private copies in the
//! same places, and the descriptors are closed. The child goes on as it would have without a crash
//! file; the parent's is untouched.
#![expect(unsafe_code, reason = "walks a list of mappings in a forked child")]

use core::ptr::{NonNull, null_mut};
use std::fs;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Once;

use hydra_log_core::ord;
use hydra_log_core::sync::{AtomicU32, StaticPtr};

use crate::sys::owned;

/// A mapped piece of a crash file. Never freed: a child may be reading the list at any time.
struct Piece {
    start: NonNull<u8>,
    bytes: usize,
    descriptor: RawFd,
    next: *mut Piece,
    /// The process that mapped it.
    owner: u32,
}

static PIECES: StaticPtr<Piece> = StaticPtr::new(null_mut());

static FORKS: AtomicU32 = AtomicU32::new(0);

/// Lists a mapped piece.
pub(super) fn remember(file: &fs::File, start: NonNull<u8>, bytes: usize) {
    static ONCE: Once = Once::new();
    // Without the handler a child that logs would write into its parent's rings; the system refuses
    // it only when it has no memory for a list of three words.
    ONCE.call_once(|| drop(owned::in_children(in_child)));
    let owner = FORKS.load(ord::own());
    let next = PIECES.load(ord::registry_walk());
    let piece = Piece { start, bytes, descriptor: file.as_raw_fd(), next, owner };
    let piece = Box::into_raw(Box::new(piece));
    let mut head = next;
    loop {
        // SAFETY: bounds: just made; race: nobody else knows it yet.
        unsafe { (*piece).next = head };
        let (joined, failed) = (ord::registry_join(), ord::registry_walk());
        match PIECES.compare_exchange(head, piece, joined, failed) {
            Ok(_) => return,
            Err(found) => head = found,
        }
    }
}

/// How many forks lie between this process and the first one.
pub(super) fn count() -> u32 {
    FORKS.load(ord::own())
}

extern "C" fn in_child() {
    let before = FORKS.load(ord::own());
    let mut piece = PIECES.load(ord::registry_walk());
    // SAFETY: bounds: null or a piece, which is never freed; race: only read.
    while let Some(listed) = unsafe { piece.as_ref() } {
        if listed.owner == before {
            // SAFETY: bounds: a mapping of this process, never taken back; race: it was just
            // forked.
            let _private = unsafe { owned::make_private(listed.start, listed.bytes) };
            owned::close(listed.descriptor);
        }
        piece = listed.next;
    }
    FORKS.store(before.wrapping_add(1), ord::own());
}
