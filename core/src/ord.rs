//! Every memory ordering of the workspace, as a named function with its proof.
//!
//! A function's text says which access it pairs with and what would be seen without it. The ones
//! that carry an edge go through `weakened`: a model may turn them into `Relaxed` and has to fail.

use crate::seed::{Seed, weakened};
use core::sync::atomic::Ordering;

/// No edge at all: what a weakened ordering becomes.
#[inline(always)]
#[must_use]
pub const fn none() -> Ordering {
    Ordering::Relaxed
}

/// A callsite's gate. Relaxed: the byte stands alone; a call that sees it late was made earlier.
#[inline(always)]
#[must_use]
pub const fn gate() -> Ordering {
    Ordering::Relaxed
}

/// A word read or written by its only writer. Relaxed: coherence gives it back what it stored.
#[inline(always)]
#[must_use]
pub const fn own() -> Ordering {
    Ordering::Relaxed
}

/// A counter. Relaxed: whoever needs it exact got here through an edge of its own (a tail, a closed
/// ring, a mark that is clear), and counters are stored before those.
#[inline(always)]
#[must_use]
pub const fn count() -> Ordering {
    Ordering::Relaxed
}

/// Between a thread and a signal handler on it. A compiler fence costs no instruction; the handler
/// runs on the same processor, so the order of the program is the order it sees.
#[inline(always)]
#[must_use]
pub const fn signal() -> Ordering {
    Ordering::SeqCst
}

/// The in-flight mark is set. Relaxed: the mark says "a record may follow", and no byte is read on
/// its word. That it is *visible* before the clock is read is not an edge; the drain's grace (or a
/// barrier on all processors) covers the store buffer.
#[inline(always)]
#[must_use]
pub const fn mark_set() -> Ordering {
    Ordering::Relaxed
}

/// The in-flight mark is cleared. Release: pairs with [`mark_read`]. A drain that sees the mark
/// clear sees the tail of the call it stood for; otherwise it would take the ring for empty while
/// an older record sits in it.
#[inline(always)]
#[must_use]
pub fn mark_clear() -> Ordering {
    weakened(Seed::SpscMarkClear, Ordering::Release)
}

/// The drain reads the in-flight mark. Acquire: pairs with [`mark_clear`].
#[inline(always)]
#[must_use]
pub fn mark_read() -> Ordering {
    weakened(Seed::SpscMarkRead, Ordering::Acquire)
}

/// The producer publishes its tail. Release: pairs with [`tail_read`]; the record's bytes are
/// written before.
#[inline(always)]
#[must_use]
pub fn tail_publish() -> Ordering {
    weakened(Seed::SpscTailPublish, Ordering::Release)
}

/// The consumer reads the tail. Acquire: pairs with [`tail_publish`]; without it the consumer could
/// read bytes of the lap before.
#[inline(always)]
#[must_use]
pub fn tail_read() -> Ordering {
    weakened(Seed::SpscTailRead, Ordering::Acquire)
}

/// The consumer gives space back. Release: pairs with [`head_read`]; its reads of it are over.
#[inline(always)]
#[must_use]
pub fn head_release() -> Ordering {
    weakened(Seed::SpscHeadRelease, Ordering::Release)
}

/// The producer reads the head. Acquire: pairs with [`head_release`]; without it the producer could
/// overwrite a record that is still being read.
#[inline(always)]
#[must_use]
pub fn head_read() -> Ordering {
    weakened(Seed::SpscHeadRead, Ordering::Acquire)
}

/// The producer counts a loss. Release: pairs with [`loss_read`]; where the loss happened is stored
/// before.
#[inline(always)]
#[must_use]
pub fn loss_count() -> Ordering {
    weakened(Seed::SpscLossCount, Ordering::Release)
}

/// The drain reads the losses, before the place of the last one. Acquire: pairs with
/// [`loss_count`]; without it a gap would be reported in front of records that came before it.
#[inline(always)]
#[must_use]
pub fn loss_read() -> Ordering {
    weakened(Seed::SpscLossRead, Ordering::Acquire)
}

/// The owner closes its ring. Release: pairs with [`ring_closed`]; its last tail, its counters and
/// its plain words are written before.
#[inline(always)]
#[must_use]
pub fn ring_close() -> Ordering {
    weakened(Seed::RingClose, Ordering::Release)
}

/// The drain reads the state of a ring, before its tail. Acquire: pairs with [`ring_close`]; a
/// drain that sees the ring closed and then sees no record has seen its last record.
#[inline(always)]
#[must_use]
pub fn ring_closed() -> Ordering {
    weakened(Seed::RingClosed, Ordering::Acquire)
}

/// The drain frees a ring. Release: pairs with [`ring_reuse`]. Together with [`ring_closed`] it
/// hands the plain words of the last owner to the next one.
#[inline(always)]
#[must_use]
pub fn ring_retire() -> Ordering {
    weakened(Seed::RingRetire, Ordering::Release)
}

/// A new owner takes a free ring. Acquire: pairs with [`ring_retire`].
#[inline(always)]
#[must_use]
pub fn ring_reuse() -> Ordering {
    weakened(Seed::RingReuse, Ordering::Acquire)
}

/// A ring joins the list. Release: pairs with [`registry_walk`]; the ring is initialised and linked
/// before. Every join is a read-modify-write, so a walk that starts at a later ring has the edge to
/// the earlier ones too (a release sequence).
#[inline(always)]
#[must_use]
pub fn registry_join() -> Ordering {
    weakened(Seed::RegistryJoin, Ordering::Release)
}

/// A ring joins: what the list's head is, and the link to it. Relaxed: the pointer is stored, never
/// followed.
#[inline(always)]
#[must_use]
pub const fn registry_link() -> Ordering {
    Ordering::Relaxed
}

/// The list is walked. Acquire: pairs with [`registry_join`].
#[inline(always)]
#[must_use]
pub fn registry_walk() -> Ordering {
    weakened(Seed::RegistryWalk, Ordering::Acquire)
}

/// The drain token is taken. Acquire: pairs with [`token_release`]; the plain words of the last
/// holder (the readers' positions) are there.
#[inline(always)]
#[must_use]
pub fn token_take() -> Ordering {
    weakened(Seed::TokenTake, Ordering::Acquire)
}

/// The drain token is given back. Release: pairs with [`token_take`].
#[inline(always)]
#[must_use]
pub fn token_release() -> Ordering {
    weakened(Seed::TokenRelease, Ordering::Release)
}

/// A flush is requested. Release: pairs with [`flush_pending`]; what the caller logged (and what it
/// knows that others logged) is published before. Requests are read-modify-writes, so a later one
/// carries the edges of the earlier ones (a release sequence).
#[inline(always)]
#[must_use]
pub fn flush_request() -> Ordering {
    weakened(Seed::FlushRequest, Ordering::Release)
}

/// The drain looks for requests, before its pass. Acquire: pairs with [`flush_request`]; the pass
/// sees every tail that the request covers.
#[inline(always)]
#[must_use]
pub fn flush_pending() -> Ordering {
    weakened(Seed::FlushPending, Ordering::Acquire)
}

/// The drain acknowledges, after its pass. Release: pairs with [`flush_check`]; what the sinks
/// wrote is there for whoever waited.
#[inline(always)]
#[must_use]
pub fn flush_done() -> Ordering {
    weakened(Seed::FlushDone, Ordering::Release)
}

/// A caller asks whether its flush is done. Acquire: pairs with [`flush_done`].
#[inline(always)]
#[must_use]
pub fn flush_check() -> Ordering {
    weakened(Seed::FlushCheck, Ordering::Acquire)
}

/// A shared ring's producer reads the head, before the tail. Acquire: pairs with
/// [`shared_head_release`]; reads and zeroings of the lap before are over.
#[inline(always)]
#[must_use]
pub fn shared_head_read() -> Ordering {
    weakened(Seed::MpscHeadRead, Ordering::Acquire)
}

/// A shared ring's consumer gives space back. Release: pairs with [`shared_head_read`].
#[inline(always)]
#[must_use]
pub fn shared_head_release() -> Ordering {
    weakened(Seed::MpscHeadRelease, Ordering::Release)
}

/// A shared ring's tail, read and claimed. Relaxed: a read-modify-write alone makes claims
/// disjoint; what is visible rides on the head and on the map.
#[inline(always)]
#[must_use]
pub const fn shared_tail() -> Ordering {
    Ordering::Relaxed
}

/// A map entry says that a claim is complete, or not wanted. Release: pairs with [`map_read`]; the
/// record's bytes are written before.
#[inline(always)]
#[must_use]
pub fn map_commit() -> Ordering {
    weakened(Seed::MpscCommit, Ordering::Release)
}

/// The consumer reads a map entry. Acquire: pairs with [`map_commit`].
#[inline(always)]
#[must_use]
pub fn map_read() -> Ordering {
    weakened(Seed::MpscMapRead, Ordering::Acquire)
}

/// The consumer clears a map entry. Relaxed: [`shared_head_release`] follows it, and the consumer
/// itself cannot read its own store stale.
#[inline(always)]
#[must_use]
pub const fn map_clear() -> Ordering {
    Ordering::Relaxed
}

/// Inside a critical section, the load's half of a read-modify-write. Acquire: what a plain store
/// released (a ring freed) is there for whoever takes it; the section itself orders only those that
/// were in it.
#[inline(always)]
#[must_use]
pub fn section_load() -> Ordering {
    weakened(Seed::SectionLoad, Ordering::Acquire)
}

/// Inside a critical section, the store's half. Release: what a plain load acquires (a flush that
/// was requested, a ring that joined) is there, for a reader on another core that is in no section.
#[inline(always)]
#[must_use]
pub fn section_store() -> Ordering {
    weakened(Seed::SectionStore, Ordering::Release)
}

/// The spool's writer publishes an entry. Release: pairs with [`spool_end_read`].
#[inline(always)]
#[must_use]
pub fn spool_end_publish() -> Ordering {
    weakened(Seed::SpoolEndPublish, Ordering::Release)
}

/// A reader reads where the spool ends. Acquire: pairs with [`spool_end_publish`]; the entries
/// before were written.
#[inline(always)]
#[must_use]
pub fn spool_end_read() -> Ordering {
    weakened(Seed::SpoolEndRead, Ordering::Acquire)
}

/// A reader is done with what it copied. Release: pairs with [`spool_at_read`]; its reads are over
/// before the writer uses the bytes again.
#[inline(always)]
#[must_use]
pub fn spool_at_release() -> Ordering {
    weakened(Seed::SpoolAtRelease, Ordering::Release)
}

/// The writer reads where a reader stands. Acquire: pairs with [`spool_at_release`].
#[inline(always)]
#[must_use]
pub fn spool_at_read() -> Ordering {
    weakened(Seed::SpoolAtRead, Ordering::Acquire)
}

/// A reader becomes busy. Relaxed: its place was read with [`spool_at_read`] just before, and the
/// exchange proves that it is unchanged.
#[inline(always)]
#[must_use]
pub const fn spool_at_claim() -> Ordering {
    Ordering::Relaxed
}

/// The writer pushes an idle reader on. Release: pairs with [`spool_at_read`]; a reader that was
/// pushed on reads an end that is not before its place.
#[inline(always)]
#[must_use]
pub fn spool_at_push() -> Ordering {
    weakened(Seed::SpoolAtPush, Ordering::Release)
}

/// A ring joined or was taken again: the drain has to look at the registry. Release: pairs with
/// [`epoch_read`]; the ring's place in the list or its state is set before. Every bump is a
/// read-modify-write, so a later one carries the edges of the earlier ones (a release sequence).
#[inline(always)]
#[must_use]
pub fn epoch_bump() -> Ordering {
    weakened(Seed::EpochBump, Ordering::Release)
}

/// The drain asks whether the registry changed. Acquire: pairs with [`epoch_bump`]; without it the
/// drain could remember a number and miss the ring that it stands for, for ever.
#[inline(always)]
#[must_use]
pub fn epoch_read() -> Ordering {
    weakened(Seed::EpochRead, Ordering::Acquire)
}

/// An engine stops. Release: pairs with [`stop_seen`]; what was logged before is published.
#[inline(always)]
#[must_use]
pub fn stop() -> Ordering {
    weakened(Seed::Stop, Ordering::Release)
}

/// A worker asks, before its pass, whether its engine stops. Acquire: pairs with [`stop`]; the pass
/// sees every tail of before.
#[inline(always)]
#[must_use]
pub fn stop_seen() -> Ordering {
    weakened(Seed::StopSeen, Ordering::Acquire)
}

/// Whether a worker sleeps, to be asked before it is nudged. Relaxed: a hint, and so is the nudge;
/// a worker that is not woken by it wakes by itself soon.
#[inline(always)]
#[must_use]
pub const fn rest_hint() -> Ordering {
    Ordering::Relaxed
}

/// A sleeper is called. Release: pairs with [`rest_heard`]; what it is called for is there.
#[inline(always)]
#[must_use]
pub fn rest_call() -> Ordering {
    weakened(Seed::RestCall, Ordering::Release)
}

/// A sleeper hears that it was called, before it sleeps or after. Acquire: pairs with
/// [`rest_call`]; it looks for what it was called for next.
#[inline(always)]
#[must_use]
pub fn rest_heard() -> Ordering {
    weakened(Seed::RestHeard, Ordering::Acquire)
}

/// A backend is installed. Release: pairs with [`backend_read`]; the vtable was written before.
#[inline(always)]
#[must_use]
pub fn backend_install() -> Ordering {
    weakened(Seed::BackendInstall, Ordering::Release)
}

/// A call asks for the installed backend. Acquire: pairs with [`backend_install`]; otherwise a
/// vtable that was built at run time could be read before it is there.
#[inline(always)]
#[must_use]
pub fn backend_read() -> Ordering {
    weakened(Seed::BackendRead, Ordering::Acquire)
}
