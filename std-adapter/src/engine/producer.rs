//! The calling thread's side: from a log call to its ring.
//!
//! | where the call comes from | where the record goes |
//! |---|---|
//! | a thread | its own SPSC ring, opened by its first call |
//! | a signal handler or a `Display` inside another log call | the engine's shared MPSC ring |
//! | a destructor of a thread-local, an allocator while the ring is opened | the shared ring |
//!
//! The fast path is `reserve_quickly` and `commit_quickly`; everything else is cold. Where a
//! context is in force, a call finds no ring on that path, and goes on in [`open`].
#![expect(unsafe_code, reason = "the producer's half of the rings")]

use core::cell::{Cell, RefCell};
use core::ptr::NonNull;
use core::slice;
use core::time::Duration;
use std::time::Instant;

use hydra_log_core::backend::{Backend, Slot};
use hydra_log_core::gap;
use hydra_log_core::record::{self, HEADER_BYTES, MAX_BYTES, Wide, len_bytes};
use hydra_log_core::ring::{mpsc, spsc};
use hydra_log_core::site::{Gate, GateState};

use crate::context::held;
use crate::engine::shared::Shared;
use crate::engine::thread_ring::ThreadRing;
use crate::engine::{confirm, direct, overflow};
use crate::global;
use crate::sys::ticks::{self, ticks};

thread_local! {
    /// The same ring, where the processor's own counter stamps records: all that the usual call
    /// has to look up.
    static QUICK: Cell<Option<&'static ThreadRing>> = const { Cell::new(None) };
    /// The ring that this thread's calls write to, unless a context is in force.
    static CURRENT: Cell<Option<&'static ThreadRing>> = const { Cell::new(None) };
    /// The same ring in any case.
    static RING: Cell<Option<&'static ThreadRing>> = const { Cell::new(None) };
    /// Whether records of this thread get what a context adds.
    static HAS_CONTEXT: Cell<bool> = const { Cell::new(false) };
    /// Whether this thread can open a ring.
    static STAGE: Cell<Stage> = const { Cell::new(Stage::Ready) };
    /// The engine that takes this thread's records, where it is not the global one.
    static SCOPE: Cell<Option<&'static Shared>> = const { Cell::new(None) };
    /// Closes the thread's rings when it ends.
    static RINGS: Rings = const { Rings(RefCell::new(Vec::new())) };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// A call may open a ring.
    Ready,
    /// A ring is being opened, or room made: what logs now (an allocator, a signal handler) is
    /// inside that.
    Busy,
    /// The thread is ending and its rings are closed.
    Gone,
}

/// How a slot's record is finished, in the low bits of `Slot::extra`. With `SHARED`, those from 8
/// on are the claim's position, a multiple of 8.
pub(crate) const OWN: usize = 0;
pub(crate) const SHARED: usize = 1;
/// Behind the slot's room lies what a context adds.
const CONTEXT: usize = 2;
pub(crate) const PAST_THE_RINGS: usize = 4;
pub(crate) const DIRECT: usize = 8;
/// The call returns when the record is written.
pub(crate) const CONFIRM: usize = 16;

/// How long a record that has its place may take to be written out by its own call.
pub(crate) const DIRECT_BOUND: Duration = Duration::from_millis(100);

/// The backend of this crate's macros.
#[derive(Debug)]
pub(crate) struct ThreadRings;

impl Backend for ThreadRings {
    type Layout = Wide;

    #[inline(always)]
    fn reserve_quickly(gate: &'static Gate, max: usize) -> Option<Slot> {
        let thread = QUICK.get()?;
        if gate.state() == GateState::Ask {
            return None;
        }
        let producer = own(thread);
        if !producer.enter() {
            return None;
        }
        let stamp = ticks::counter();
        let Some(at) = producer.claim(max) else {
            producer.leave();
            return None;
        };
        Some(slot(thread, at, max, stamp, OWN))
    }

    #[inline]
    fn renew(max: usize) -> bool {
        QUICK.get().is_some_and(|thread| overflow::renew(thread, max))
    }

    #[inline(always)]
    unsafe fn commit_quickly(slot: Slot, used: usize) {
        let producer = own(thread_of(slot.owner));
        // SAFETY: the first `used` bytes of the claim are a whole record, by the caller.
        unsafe { producer.publish(used) };
        producer.leave();
    }

    fn reserve(gate: &'static Gate, max: usize) -> Option<Slot> {
        let Some(thread) = CURRENT.get() else { return open(gate, max) };
        reserve_in(thread, gate, max)
    }

    unsafe fn commit(slot: Slot, used: usize) {
        if slot.extra != OWN {
            // SAFETY: the caller's promise is passed on.
            return unsafe { commit_otherwise(slot, used) };
        }
        let producer = own(thread_of(slot.owner));
        // SAFETY: the first `used` bytes of the claim are a whole record, by the caller.
        unsafe { producer.publish(used) };
        producer.leave();
    }

    #[cold]
    unsafe fn abandon(mut slot: Slot) {
        if slot.extra & PAST_THE_RINGS != 0 {
            return direct::abandon(engine_of(slot.owner));
        }
        let _all_of_it = with_context(&mut slot);
        if slot.extra & SHARED != 0 {
            // SAFETY: the slot is a claim of this ring that was not committed, by the caller.
            unsafe { shared_of(slot.owner).discard_at(room_of(&slot)) };
        } else {
            own(thread_of(slot.owner)).leave();
        }
    }
}

/// Finishes a slot that is not simply its thread's own.
///
/// # Safety
/// As for [`Backend::commit`].
#[inline(never)]
unsafe fn commit_otherwise(mut slot: Slot, used: usize) {
    let used = match with_context(&mut slot) {
        Some((words, from)) => record::append(words, used, from),
        None => used,
    };
    if slot.extra & PAST_THE_RINGS != 0 {
        // SAFETY: the slot is from `direct::reserve`, its first `used` bytes a whole record, by
        // the caller.
        return unsafe { direct::commit(engine_of(slot.owner), &slot, used) };
    }
    if slot.extra & SHARED != 0 {
        let room = room_of(&slot);
        // SAFETY: the slot is a claim of this ring, its first `used` bytes a whole record, by the
        // caller.
        return unsafe { shared_of(slot.owner).commit_at(room, used) };
    }
    let thread = thread_of(slot.owner);
    let producer = own(thread);
    // SAFETY: the first `used` bytes of the claim are a whole record, by the caller.
    unsafe { producer.publish(used) };
    producer.leave();
    if slot.extra & DIRECT != 0 {
        thread.engine.write_out(Instant::now() + DIRECT_BOUND);
    }
    if slot.extra & CONFIRM != 0 {
        confirm::wait(thread.engine);
    }
}

/// Room for a call of a thread that has this ring.
#[inline(always)]
fn reserve_in(thread: &'static ThreadRing, gate: &'static Gate, max: usize) -> Option<Slot> {
    let asks = gate.state() == GateState::Ask;
    if asks && !thread.engine.takes(gate) {
        return None;
    }
    let slot = claim(thread, gate, max);
    if asks { confirm::mark(thread.engine, gate, slot) } else { slot }
}

/// Room for a call whose ring was replaced meanwhile.
pub(crate) fn reserve_again(gate: &'static Gate, max: usize) -> Option<Slot> {
    reserve_in(RING.get()?, gate, max)
}

/// As [`reserve_in`], where a context may be in force: what it adds waits behind the slot's room.
fn reserve_in_context(
    thread: &'static ThreadRing,
    gate: &'static Gate,
    max: usize,
) -> Option<Slot> {
    let extra = held::with_record(size_of_val).unwrap_or(0);
    let slot = reserve_in(thread, gate, (max + extra).min(MAX_BYTES))?;
    Some(add_context(slot, extra))
}

fn add_context(mut slot: Slot, extra: usize) -> Slot {
    if extra == 0 || slot.room < extra + HEADER_BYTES {
        return slot;
    }
    let (place, room) = (slot.at.as_ptr().wrapping_add(slot.room - extra), slot.room - extra);
    let is_there = held::with_record(|record| {
        // Another one may be in force by now, where a sink ran in this call.
        let fits = size_of_val(record) == extra;
        if fits {
            // SAFETY: bounds: the last `extra` of the slot's bytes; race: they are this call's.
            unsafe { place.cast::<u64>().copy_from_nonoverlapping(record.as_ptr(), extra / 8) };
        }
        fits
    });
    if is_there == Some(true) {
        (slot.room, slot.extra) = (room, slot.extra | CONTEXT);
    }
    slot
}

/// If there is what a context adds: gives the slot all its room back, and returns the words of it
/// and where among them that stands.
fn with_context(slot: &mut Slot) -> Option<(&'static mut [u64], usize)> {
    if slot.extra & CONTEXT == 0 {
        return None;
    }
    slot.extra &= !CONTEXT;
    let (at, from) = (slot.at.cast::<u64>().as_ptr(), slot.room / 8);
    // SAFETY: bounds: `add_context` wrote a record there; race: the room is this call's.
    let head = unsafe { at.wrapping_add(from).read() };
    slot.room += len_bytes(u64::from_le(head));
    // SAFETY: bounds: as much was reserved, of memory that the system gave with zeros; race: the
    // room is this call's until it is committed, and `Slot` lends nothing of it.
    let words = unsafe { slice::from_raw_parts_mut(at, slot.room / 8) };
    Some((words, from))
}

/// Room in this thread's ring, or where a call goes that interrupted another one.
fn claim(thread: &'static ThreadRing, gate: &'static Gate, max: usize) -> Option<Slot> {
    let producer = own(thread);
    if !producer.enter() {
        return shared(thread.engine, gate, max);
    }
    let stamp = ticks();
    match producer.claim(max) {
        Some(at) => Some(slot(thread, at, max, stamp, OWN)),
        None => overflow::claim(thread, gate, max),
    }
}

fn set_current(thread: Option<&'static ThreadRing>) {
    // First: a signal may come in between, and what it logs needs a ring.
    RING.set(thread);
    let thread = thread.filter(|_| !HAS_CONTEXT.get());
    CURRENT.set(thread);
    QUICK.set(thread.filter(|_| ticks::is_counter()));
}

/// From now on this thread's calls ask for what a context adds, or don't.
pub(crate) fn look_at_contexts(has_context: bool) {
    HAS_CONTEXT.set(has_context);
    set_current(RING.get());
}

/// The producer of this thread's ring.
#[inline(always)]
pub(crate) fn own(thread: &'static ThreadRing) -> spsc::Producer<'static> {
    // SAFETY: `thread` is in `RING` (or on its way there), so this thread opened it and has not
    // closed it; a nested call goes on only after `enter`.
    unsafe { thread.ring.producer() }
}

/// Publishes a note where room for it was found.
pub(crate) fn write_note(producer: &spsc::Producer<'static>, note: [u64; gap::BYTES / 8]) {
    let Some(at) = producer.claim(gap::BYTES) else { return };
    // SAFETY: bounds: as many bytes were claimed, aligned to 8; race: they are the producer's until
    // published.
    unsafe { at.cast().write(note) };
    // SAFETY: the claim's bytes are one whole record.
    unsafe { producer.publish_note(gap::BYTES) };
}

#[inline(always)]
pub(crate) fn slot(
    thread: &'static ThreadRing,
    at: NonNull<u8>,
    room: usize,
    stamp: u64,
    extra: usize,
) -> Slot {
    Slot { at, room, stamp, owner: core::ptr::from_ref(thread).cast(), extra }
}

#[inline(always)]
fn thread_of(owner: *const ()) -> &'static ThreadRing {
    // SAFETY: bounds: `slot` made the pointer from a `&'static ThreadRing`; race: shared reference.
    unsafe { &*owner.cast::<ThreadRing>() }
}

fn shared_of(owner: *const ()) -> &'static mpsc::Ring {
    // SAFETY: bounds: `shared` made the pointer from a `&'static mpsc::Ring`; race: shared
    // reference.
    unsafe { &*owner.cast::<mpsc::Ring>() }
}

fn engine_of(owner: *const ()) -> &'static Shared {
    // SAFETY: bounds: `direct::reserve` made the pointer from a `&'static Shared`; race: shared
    // reference.
    unsafe { &*owner.cast::<Shared>() }
}

fn room_of(slot: &Slot) -> mpsc::Room {
    mpsc::Room { at: slot.at, position: slot.extra & !SHARED, bytes: slot.room }
}

/// Room in the ring that all contexts without a ring of their own share.
#[cold]
#[inline(never)]
pub(crate) fn shared(engine: &'static Shared, gate: &'static Gate, max: usize) -> Option<Slot> {
    let ring = engine.shared_ring;
    let Ok(room) = ring.claim(max) else {
        let slot = direct::reserve(engine, max, PAST_THE_RINGS);
        if slot.is_none() {
            ring.lose(gate.level());
        }
        return slot;
    };
    Some(Slot {
        at: room.at,
        room: room.bytes,
        // Behind the claim, which the drain sees as a hole: it waits for this stamp.
        stamp: ticks(),
        owner: core::ptr::from_ref(ring).cast(),
        extra: room.position | SHARED,
    })
}

/// A call on a thread that is in a context, or has no ring (for the engine that takes its records).
#[cold]
#[inline(never)]
fn open(gate: &'static Gate, max: usize) -> Option<Slot> {
    if let Some(thread) = RING.get() {
        return reserve_in_context(thread, gate, max);
    }
    let engine = SCOPE.get().or_else(global::engine)?.living()?;
    if gate.state() == GateState::Ask && !engine.takes(gate) {
        return None;
    }
    if STAGE.get() != Stage::Ready {
        return shared(engine, gate, max);
    }
    STAGE.set(Stage::Busy);
    let opened = open_ring(engine, engine.settings.ring_bytes);
    if STAGE.get() == Stage::Busy {
        STAGE.set(Stage::Ready);
    }
    match opened {
        Some(thread) => {
            set_current(Some(thread));
            reserve_in_context(thread, gate, max)
        }
        None => shared(engine, gate, max),
    }
}

fn open_ring(engine: &'static Shared, bytes: usize) -> Option<&'static ThreadRing> {
    let thread = engine.open_ring(bytes)?;
    let kept = RINGS.try_with(|rings| rings.0.borrow_mut().push(thread));
    if kept.is_err() {
        // The thread is past its destructors.
        STAGE.set(Stage::Gone);
        own(thread).close();
        return None;
    }
    Some(thread)
}

/// Runs `f`, the slow part of a call, unless this thread is in one already.
pub(crate) fn slowly<R>(f: impl FnOnce() -> R) -> Option<R> {
    if STAGE.get() != Stage::Ready {
        return None;
    }
    STAGE.set(Stage::Busy);
    let result = f();
    STAGE.set(Stage::Ready);
    Some(result)
}

/// As [`slowly`], also on a thread that is ending.
pub(crate) fn busy<R>(f: impl FnOnce() -> Option<R>) -> Option<R> {
    let stage = STAGE.get();
    if stage == Stage::Busy {
        return None;
    }
    STAGE.set(Stage::Busy);
    let result = f();
    STAGE.set(stage);
    result
}

/// Runs `f`, in which no log call waits for anything or takes memory: a thread without a ring uses
/// the shared one.
pub(crate) fn unwaiting(f: impl FnOnce()) {
    let stage = STAGE.replace(Stage::Busy);
    f();
    STAGE.set(stage);
}

/// In a forked child: the rings of before are its parent's.
pub(crate) fn forget_rings() {
    set_current(None);
    let _gone = RINGS.try_with(|rings| {
        if let Ok(mut rings) = rings.0.try_borrow_mut() {
            rings.clear();
        }
    });
}

/// Replaces this thread's full ring by a larger one. The old one is drained first, being older.
pub(crate) fn grow(thread: &'static ThreadRing, bytes: usize) -> Option<&'static ThreadRing> {
    let larger = open_ring(thread.engine, bytes)?;
    set_current(Some(larger));
    close(thread);
    Some(larger)
}

fn close(thread: &'static ThreadRing) {
    let _ = RINGS.try_with(|rings| {
        rings.0.borrow_mut().retain(|other| !core::ptr::eq(*other, thread));
    });
    own(thread).close();
}

/// Runs `f` with `engine` taking this thread's records.
pub(crate) fn scoped<R>(engine: &'static Shared, f: impl FnOnce() -> R) -> R {
    struct Restore(Option<&'static Shared>, Option<&'static ThreadRing>);
    impl Drop for Restore {
        fn drop(&mut self) {
            set_current(None);
            SCOPE.set(self.0);
            // A child that was forked meanwhile has no use for its parent's ring.
            set_current(self.1.filter(|ring| ring.engine.is_living()));
        }
    }
    let _restore = Restore(SCOPE.get(), RING.get());
    set_current(None);
    SCOPE.set(Some(engine));
    set_current(ring_of(engine));
    f()
}

/// This thread's ring of an engine, if it has one.
fn ring_of(engine: &'static Shared) -> Option<&'static ThreadRing> {
    RINGS
        .try_with(|rings| {
            let rings = rings.0.borrow();
            rings.iter().copied().find(|ring| core::ptr::eq(ring.engine, engine))
        })
        .ok()
        .flatten()
}

/// This thread's rings, closed when it ends.
struct Rings(RefCell<Vec<&'static ThreadRing>>);

impl Drop for Rings {
    fn drop(&mut self) {
        STAGE.set(Stage::Gone);
        set_current(None);
        for thread in self.0.borrow_mut().drain(..) {
            own(thread).close();
        }
    }
}
