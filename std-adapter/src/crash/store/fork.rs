//! A forked child: it must never write into its parent's file, nor hold its parent's lock.
//!
//! Before anything else runs in a child, all mapped pieces are replaced by private copies in the
//! same places, and the descriptors are closed. The parent's file is untouched; the child's engine
//! is made anew by its first log call, with a file of its own.
#![expect(unsafe_code, reason = "walks a list of mappings in a forked child")]

use core::ptr::{NonNull, null_mut};
use std::fs;
use std::os::fd::{AsRawFd, RawFd};

use hydra_log_core::ord;
use hydra_log_core::sync::StaticPtr;

use crate::sys::{fork, owned};

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

/// Lists a mapped piece.
pub(super) fn remember(file: &fs::File, start: NonNull<u8>, bytes: usize) {
    let owner = fork::count();
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

/// In a child, before its fork is counted: leaves the files to the parent.
pub(crate) fn leave_to_parent() {
    let before = fork::count();
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
}
