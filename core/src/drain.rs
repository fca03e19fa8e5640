//! The pure drain step: rings in, records out, oldest first.
//!
//! No thread, no sleep, no clock of its own: the caller passes the time, so that a test can drive
//! it tick by tick and firmware can call it from idle.
//!
//! Order. A producer marks its call in flight *before* it reads the clock. A pass reads `now`, then
//! every ring's mark, then its tail. What a ring without a mark publishes later is stamped later
//! than `now - grace` (the grace covers the time a mark takes to become visible). A ring that is
//! marked may publish a stamp as old as the last moment it was seen quiet, less the grace of then.
//! So everything older than the *horizon*, the least of these bounds, can go out, merged by stamp.
//!
//! D1  records of one ring leave in the order they were published.
//! D2  a record leaves before any record with a younger stamp, unless its call took longer than
//!     `patience`: then it is marked out of order, never reordered silently.
//! D3  every record leaves exactly once; so does a gap, between the records before and after the
//!     loss: at the producer's note of it, or when its ring is empty.

use crate::gap;
use crate::record::{self, Flags};
use crate::ring::spsc::LEVELS;
use crate::ring::{mpsc, spsc};

/// What a pass may do.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The time before the pass looked at any ring, in ticks.
    pub now: u64,
    /// How long a producer's mark may take to become visible, in ticks. 0 if, after `now` was read,
    /// every processor that runs a producer has passed a barrier.
    pub grace: u64,
    /// How long a call in flight may hold back younger records, in ticks.
    pub patience: u64,
    /// How many records may leave.
    pub records: usize,
}

/// The output has no room: the record stays where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop;

/// Takes what a pass lets go, in order.
pub trait Output {
    /// One record of ring `lane`.
    ///
    /// # Errors
    /// [`Stop`] when there is no room; the pass ends and the record is offered again.
    fn record(&mut self, lane: u32, bytes: &[u8], flags: Flags) -> Result<(), Stop>;

    /// Where what is given next will stand, for who has to know after a crash what was given.
    fn position(&self) -> usize {
        0
    }

    /// Whether there is room for a gap.
    fn has_room(&self) -> bool;

    /// Records of ring `lane` were lost here: how many of each level, `Error` first. Called only
    /// after [`has_room`](Self::has_room) said yes.
    fn gap(&mut self, lane: u32, stamp: u64, lost: [u64; LEVELS]);
}

/// What a pass did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Records that left.
    pub records: usize,
    /// Everything stamped up to here has left.
    pub horizon: u64,
    /// The output had no room or the budget was used up: call again.
    pub stopped: bool,
    /// Records that left behind a younger one.
    pub late: usize,
}

/// One ring as the drain sees it.
#[derive(Debug)]
pub struct Lane<'r> {
    id: u32,
    source: Source<'r>,
    /// The stamp of the next record, if there is one.
    front: Option<u64>,
    in_flight: bool,
    /// Bytes of records that the last pass found.
    found: usize,
    quiet_at: u64,
    last: u64,
    /// Losses the output was told of, by level.
    told: [u64; LEVELS],
    /// Whether there are losses that it was not told of.
    losing: bool,
    drained: u64,
}

#[derive(Debug)]
enum Source<'r> {
    Spsc(spsc::Consumer<'r>),
    Mpsc(mpsc::Consumer<'r>),
}

impl<'r> Lane<'r> {
    /// The lane of one producer's ring. `id` comes back in [`Output`].
    #[must_use]
    pub fn spsc(id: u32, consumer: spsc::Consumer<'r>) -> Self {
        Self::new(id, Source::Spsc(consumer))
    }

    /// The lane of a ring that several producers share.
    #[must_use]
    pub fn mpsc(id: u32, consumer: mpsc::Consumer<'r>) -> Self {
        Self::new(id, Source::Mpsc(consumer))
    }

    fn new(id: u32, source: Source<'r>) -> Self {
        Self {
            id,
            source,
            front: None,
            in_flight: false,
            found: 0,
            quiet_at: 0,
            last: 0,
            told: [0; LEVELS],
            losing: false,
            drained: 0,
        }
    }

    /// The number given at the start.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Records that left.
    #[must_use]
    pub fn drained(&self) -> u64 {
        self.drained
    }

    /// How many bytes of records the last pass found in a producer's own ring. Known from that
    /// pass, because each look at the ring takes a cache line from its producer.
    #[must_use]
    pub fn found_bytes(&self) -> usize {
        self.found
    }

    /// The stamp of the oldest record in the ring now.
    #[must_use]
    pub fn oldest(&mut self) -> Option<u64> {
        let _looked_anew = self.source.observe();
        self.source.peek().map(stamp_of)
    }

    /// Whether the last pass left nothing behind and saw no call in flight.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.front.is_none() && !self.in_flight
    }

    /// Starts with a ring whose thread is new: nothing in it is older than `since`.
    pub fn begin(&mut self, since: u64) {
        self.quiet_at = since.max(self.quiet_at);
    }

    /// Frees the ring if its thread is gone and all is out; says whether it did.
    #[must_use]
    pub fn retire(&self) -> bool {
        match &self.source {
            Source::Spsc(ring) => ring.retire(),
            Source::Mpsc(_) => false,
        }
    }

    /// Looks at the mark, then the tail; returns what this lane allows the horizon to be.
    fn scan(&mut self, limits: &Limits) -> u64 {
        (self.in_flight, self.found) = self.source.observe();
        self.losing = self.source.lost() != self.told;
        self.look();
        if !self.in_flight {
            // A call that read the clock just before may not have its mark visible yet.
            self.quiet_at = limits.now.saturating_sub(limits.grace).max(self.quiet_at);
            return u64::MAX;
        }
        // While records are left, they stand before the one in flight: `run` asks again.
        if self.front.is_some() { u64::MAX } else { self.bound(limits) }
    }

    /// How old the stamp of the call in flight may be.
    fn bound(&self, limits: &Limits) -> u64 {
        let bound = self.quiet_at.max(self.last);
        if limits.now.saturating_sub(bound) > limits.patience { u64::MAX } else { bound }
    }

    fn look(&mut self) {
        self.front = self.source.peek().map(stamp_of);
    }

    /// Lets records go while they are not younger than `until`.
    fn run(
        &mut self,
        until: u64,
        pass: &mut Pass,
        limits: &Limits,
        newest: &mut u64,
        out: &mut impl Output,
    ) {
        let Self { id, source, front, last, told, drained, .. } = self;
        let mut run = Run { id: *id, until, pass, limits, newest, last, told, drained };
        // Which kind of ring it is, is asked once and not for each record.
        *front = match source {
            Source::Spsc(ring) => run.over(ring, out),
            Source::Mpsc(ring) => run.over(ring, out),
        };
    }

    /// Tells of losses that no record followed.
    fn settle(&mut self, now: u64, out: &mut impl Output) -> Result<(), Stop> {
        if self.losing && self.is_idle() {
            tell(self.id, &mut self.told, self.source.lost(), now, out)?;
            self.source.note_told(self.told);
            self.source.note_losses_told();
        }
        Ok(())
    }
}

/// What changes while records of one lane go.
struct Run<'p> {
    id: u32,
    until: u64,
    pass: &'p mut Pass,
    limits: &'p Limits,
    newest: &'p mut u64,
    last: &'p mut u64,
    told: &'p mut [u64; LEVELS],
    drained: &'p mut u64,
}

impl Run<'_> {
    /// Lets records of a ring go; the stamp of the first one that stays.
    #[inline(always)]
    fn over(&mut self, ring: &impl Front, out: &mut impl Output) -> Option<u64> {
        loop {
            let bytes = ring.front()?;
            let stamp = stamp_of(bytes);
            if stamp > self.until {
                return Some(stamp);
            }
            if self.pass.records == self.limits.records {
                self.pass.stopped = true;
                return Some(stamp);
            }
            let (late, len) = (stamp < *self.newest, bytes.len());
            let is_note = record::is_control(bytes);
            ring.begin_move(out.position());
            let moved = if is_note {
                pass_on_note(bytes, (self.id, self.told), ring, out)
            } else {
                out.record(self.id, bytes, if late { Flags::OUT_OF_ORDER } else { Flags::NONE })
            };
            if moved.is_err() {
                ring.cancel_move();
                self.pass.stopped = true;
                return Some(stamp);
            }
            ring.advance(len);
            *self.drained += u64::from(!is_note);
            self.pass.late += usize::from(late);
            self.pass.records += 1;
            *self.newest = stamp.max(*self.newest);
            *self.last = stamp;
        }
    }
}

/// A ring's oldest record, and what is done with it.
trait Front {
    fn front(&self) -> Option<&[u8]>;
    fn begin_move(&self, position: usize);
    fn cancel_move(&self);
    fn advance(&self, len: usize);
    fn note_told(&self, told: [u64; LEVELS]);
}

impl Front for spsc::Consumer<'_> {
    #[inline(always)]
    fn front(&self) -> Option<&[u8]> {
        self.peek()
    }

    #[inline(always)]
    fn begin_move(&self, position: usize) {
        self.begin_move(position);
    }

    fn cancel_move(&self) {
        self.cancel_move();
    }

    #[inline(always)]
    fn advance(&self, len: usize) {
        self.advance(len);
    }

    fn note_told(&self, told: [u64; LEVELS]) {
        self.note_told(told);
    }
}

impl Front for mpsc::Consumer<'_> {
    fn front(&self) -> Option<&[u8]> {
        match self.peek() {
            mpsc::Peek::Record(bytes) => Some(bytes),
            mpsc::Peek::Empty | mpsc::Peek::Hole => None,
        }
    }

    fn begin_move(&self, position: usize) {
        self.begin_move(position);
    }

    fn cancel_move(&self) {
        self.cancel_move();
    }

    fn advance(&self, len: usize) {
        self.advance(len);
    }

    fn note_told(&self, told: [u64; LEVELS]) {
        self.note_told(told);
    }
}

impl Source<'_> {
    /// Looks at the ring anew: whether a call is in flight, and how many bytes are there.
    fn observe(&self) -> (bool, usize) {
        match self {
            Self::Spsc(ring) => {
                let observed = ring.observe();
                (observed.in_flight, observed.bytes)
            }
            Self::Mpsc(ring) => (matches!(ring.peek(), mpsc::Peek::Hole), 0),
        }
    }

    fn peek(&self) -> Option<&[u8]> {
        match self {
            Self::Spsc(ring) => ring.front(),
            Self::Mpsc(ring) => ring.front(),
        }
    }

    fn note_told(&self, told: [u64; LEVELS]) {
        match self {
            Self::Spsc(ring) => ring.note_told(told),
            Self::Mpsc(ring) => ring.note_told(told),
        }
    }

    fn release(&self) {
        match self {
            Self::Spsc(ring) => ring.release(),
            Self::Mpsc(ring) => ring.release(),
        }
    }

    fn lost(&self) -> [u64; LEVELS] {
        match self {
            Self::Spsc(ring) => ring.ring().lost(),
            Self::Mpsc(ring) => ring.ring().lost(),
        }
    }

    /// Lets the ring be retired: all its losses are told.
    fn note_losses_told(&self) {
        let _told = match self {
            Self::Spsc(ring) => ring.gap(),
            Self::Mpsc(ring) => ring.gap(),
        };
    }
}

/// Tells of what a producer had lost when it left this note.
#[cold]
fn pass_on_note(
    note: &[u8],
    (id, told): (u32, &mut [u64; LEVELS]),
    ring: &impl Front,
    out: &mut impl Output,
) -> Result<(), Stop> {
    let lost = gap::read(note).unwrap_or(*told);
    let outcome = tell(id, told, lost, stamp_of(note), out);
    ring.note_told(*told);
    outcome
}

/// Tells the output of what was lost beyond `told`.
fn tell(
    lane: u32,
    told: &mut [u64; LEVELS],
    lost: [u64; LEVELS],
    stamp: u64,
    out: &mut impl Output,
) -> Result<(), Stop> {
    let mut fresh = lost;
    for (count, told) in fresh.iter_mut().zip(*told) {
        *count = count.saturating_sub(told);
    }
    if fresh == [0; LEVELS] {
        return Ok(());
    }
    if !out.has_room() {
        return Err(Stop);
    }
    out.gap(lane, stamp, fresh);
    for (told, fresh) in told.iter_mut().zip(fresh) {
        *told += fresh;
    }
    Ok(())
}

/// Lets everything go that is certain to be oldest, within the limits.
///
/// `newest` is the youngest stamp that ever left; keep it from pass to pass.
pub fn step(
    lanes: &mut [Lane<'_>],
    limits: &Limits,
    newest: &mut u64,
    out: &mut impl Output,
) -> Pass {
    let mut pass = Pass { records: 0, horizon: 0, stopped: false, late: 0 };
    let mut horizon = limits.now.saturating_sub(limits.grace);
    for lane in &mut *lanes {
        horizon = horizon.min(lane.scan(limits));
    }
    // Lanes with something to give stand in front, so that the merge looks at no others.
    let mut busy = gather_busy(lanes);
    while let Some((oldest, next)) = two_oldest(busy) {
        let Some(lane) = busy.get_mut(oldest) else { break };
        if lane.front.is_none_or(|stamp| stamp > horizon) {
            break;
        }
        lane.run(next.min(horizon), &mut pass, limits, newest, out);
        if pass.stopped {
            break;
        }
        if lane.front.is_none() {
            if lane.in_flight {
                horizon = horizon.min(lane.bound(limits));
            }
            let last = busy.len() - 1;
            busy.swap(oldest, last);
            busy = busy.split_at_mut(last).0;
        }
    }
    for lane in &mut *lanes {
        lane.source.release();
        pass.stopped |= lane.settle(limits.now, out) == Err(Stop);
    }
    pass.horizon = if pass.stopped { newest.saturating_sub(1).min(horizon) } else { horizon };
    pass
}

fn gather_busy<'l, 'r>(lanes: &'l mut [Lane<'r>]) -> &'l mut [Lane<'r>] {
    let mut count = 0;
    for index in 0..lanes.len() {
        if lanes.get(index).is_some_and(|lane| lane.front.is_some()) {
            lanes.swap(index, count);
            count += 1;
        }
    }
    lanes.split_at_mut(count).0
}

/// The index of the lane with the oldest front, and the oldest front of the others.
fn two_oldest(busy: &[Lane<'_>]) -> Option<(usize, u64)> {
    let mut best: Option<(usize, u64)> = None;
    let mut next = u64::MAX;
    for (index, lane) in busy.iter().enumerate() {
        let stamp = lane.front.unwrap_or(u64::MAX);
        match best {
            Some((_, oldest)) if stamp >= oldest => next = next.min(stamp),
            _ => {
                next = best.map_or(u64::MAX, |(_, oldest)| oldest);
                best = Some((index, stamp));
            }
        }
    }
    best.map(|(index, _)| (index, next))
}

fn stamp_of(bytes: &[u8]) -> u64 {
    match bytes {
        [_, _, _, _, _, _, _, _, a, b, c, d, e, f, g, h, ..] => {
            u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h])
        }
        _ => 0,
    }
}
