//! Real rings and a real spool, "killed" between any two steps: the image equals the model.

use core::ptr::NonNull;
use std::collections::VecDeque;

use hydra_log_core::recover::{self, Geometry, Layout, Places};
use hydra_log_core::ring::{Storage, mpsc, spsc};
use hydra_log_core::spool::Spool;
use proptest::prelude::*;

use crate::cases;

const LONGEST: usize = 64;
const SPOOL: usize = 512;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A record of so many granules.
    Log(usize),
    /// A claim that is left open, or in the other ring, bytes written and not published.
    Claim(usize),
    /// The oldest open claim is committed, to so many granules, or given back.
    Commit(usize),
    Discard,
    /// The three steps of a move, and giving space back.
    Begin,
    Append,
    Advance,
    Release,
    /// Another ring's record goes to the spool.
    Other,
    /// The spool's reader takes everything.
    Read,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let granules = 1_usize..6;
    let step = prop_oneof![
        6 => granules.clone().prop_map(Step::Log),
        2 => granules.clone().prop_map(Step::Claim),
        2 => granules.prop_map(Step::Commit),
        1 => Just(Step::Discard),
        3 => Just(Step::Begin),
        3 => Just(Step::Append),
        3 => Just(Step::Advance),
        2 => Just(Step::Release),
        2 => Just(Step::Other),
        1 => Just(Step::Read),
    ];
    prop::collection::vec(step, 1..if cfg!(miri) { 40 } else { 150 })
}

/// Zeroed memory, aligned as rings want it.
struct Memory(Vec<u64>);

impl Memory {
    fn new(bytes: usize) -> Self {
        Self(vec![0; bytes.div_ceil(8)])
    }

    fn start(&mut self) -> NonNull<u8> {
        NonNull::from(self.0.as_mut_slice()).cast()
    }
}

/// What another process would find of `bytes` bytes.
fn image(start: NonNull<u8>, bytes: usize) -> Vec<u8> {
    // SAFETY: bounds: by the callers; race: one thread.
    unsafe { core::slice::from_raw_parts(start.as_ptr(), bytes) }.to_vec()
}

/// The words that recovery reads, in place; the rest of the ring is no business of it.
fn words<T>(ring: &T, layout: &Layout) -> Vec<u8> {
    let mut copy = vec![0; layout.bytes];
    assert_eq!(size_of::<T>(), layout.bytes);
    for at in [layout.tail, layout.head, layout.moving_end, layout.moving_at] {
        // SAFETY: bounds: a word of the ring; race: one thread.
        let word = unsafe { core::ptr::from_ref(ring).byte_add(at).cast::<usize>().read() };
        copy[at..at + size_of::<usize>()].copy_from_slice(&word.to_ne_bytes());
    }
    copy
}

fn write(at: NonNull<u8>, granules: usize, tag: u32) {
    for index in 0..granules {
        let word = if index == 0 { granules as u64 } else { 7 } | u64::from(tag) << 32;
        // SAFETY: the bytes were claimed.
        unsafe { at.cast::<u64>().add(index).write(word.to_le()) };
    }
}

fn tag_of(record: &[u8]) -> (u32, usize) {
    let word = u64::from_le_bytes(record[..8].try_into().unwrap());
    ((word >> 32) as u32, record.len())
}

/// A spool whose only reader has taken nothing but on [`Step::Read`].
struct Out {
    spool: Spool,
    _memory: Memory,
    start: NonNull<u8>,
    from: usize,
    model: VecDeque<(u32, usize)>,
}

impl Out {
    fn new() -> Self {
        let mut memory = Memory::new(Spool::bytes_for(SPOOL, LONGEST));
        let start = memory.start();
        // SAFETY: the memory lives as long as the spool, and only it uses it.
        let spool = unsafe { Spool::new(start, SPOOL, LONGEST, 1) }.unwrap();
        Self { spool, _memory: memory, start, from: 0, model: VecDeque::new() }
    }

    fn append(&mut self, record: &[u8]) -> bool {
        // SAFETY: one thread.
        let fits = unsafe { self.spool.append(0, &[record]) }.is_ok();
        if fits {
            self.model.push_back(tag_of(record));
        }
        fits
    }

    fn read(&mut self) {
        let mut into = [0; SPOOL];
        // SAFETY: one thread.
        self.from = unsafe { self.spool.read(0, &mut into) }.position;
        self.model.clear();
    }

    fn found(&self) -> Vec<(u32, usize)> {
        let data = image(self.start, Spool::bytes_for(SPOOL, LONGEST));
        let places = Places { head: self.from, tail: self.spool.end(), moved: false };
        let sizes = Geometry { capacity: SPOOL, longest: LONGEST };
        recover::spool(&data, sizes, places).map(|found| tag_of(found.bytes)).collect()
    }
}

/// Where in a move the drain is.
#[derive(Clone, Copy, PartialEq)]
enum Move {
    No,
    Begun,
    Appended,
}

/// Whether the record at a ring's head counts as moved: before a move, after the spool took it, and
/// after the move was taken back.
fn moved<T>(ring: &T, layout: &Layout, begin: impl Fn(usize), cancel: impl Fn()) -> [bool; 3] {
    let moved = |end| Places::of_ring(&words(ring, layout), layout, end).unwrap().moved;
    begin(40);
    let (before, taken) = (moved(40), moved(48));
    cancel();
    [before, taken, moved(48)]
}

#[test]
fn a_move_that_was_taken_back_is_none() {
    let mut memory = [Memory::new(1024), Memory::new(1024)];
    let [own, shared] = memory.each_mut().map(|memory| {
        // SAFETY: the memory outlives the ring, and only it uses it.
        unsafe { Storage::from_raw(memory.start(), 1024) }
    });
    let ring = spsc::Ring::new(own, 64, LONGEST).unwrap();
    // SAFETY: one thread is the consumer.
    let consumer = unsafe { ring.consumer() };
    let layout = &spsc::Ring::LAYOUT;
    let seen = moved(&ring, layout, |end| consumer.begin_move(end), || consumer.cancel_move());
    assert_eq!(seen, [false, true, false]);

    let ring = mpsc::Ring::new(shared, 64, LONGEST).unwrap();
    // SAFETY: one thread is the consumer.
    let consumer = unsafe { ring.consumer() };
    let layout = &<mpsc::Ring>::LAYOUT;
    let seen = moved(&ring, layout, |end| consumer.begin_move(end), || consumer.cancel_move());
    assert_eq!(seen, [false, true, false]);
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn a_ring_of_one_producer(
        steps in steps(),
        capacity in prop::sample::select(vec![64_usize, 128]),
        start in (0_usize..300).prop_map(|back| usize::MAX - back),
    ) {
        let bytes = spsc::bytes_for(capacity, LONGEST);
        let mut memory = Memory::new(bytes);
        let at = memory.start();
        // SAFETY: the memory outlives the ring, and only it uses it.
        let storage = unsafe { Storage::from_raw(at, bytes) };
        let ring = spsc::Ring::starting_at(storage, capacity, LONGEST, start).unwrap();
        // SAFETY: one thread is both.
        let (producer, consumer) = unsafe { (ring.producer(), ring.consumer()) };
        let (mut model, mut out, mut moving) = (VecDeque::new(), Out::new(), Move::No);
        for (tag, step) in (0_u32..).zip(steps) {
            match step {
                Step::Log(granules) | Step::Claim(granules) => {
                    prop_assert!(producer.enter());
                    let len = granules * 8;
                    if let Some(at) = producer.claim(len).or_else(|| producer.refresh(len).ok()) {
                        write(at, granules, tag);
                        if matches!(step, Step::Log(_)) {
                            // SAFETY: a whole record was written.
                            unsafe { producer.publish(len) };
                            model.push_back((tag, len));
                        }
                    }
                    producer.leave();
                }
                Step::Begin if moving == Move::No => {
                    consumer.poll();
                    if consumer.peek().is_some() {
                        consumer.begin_move(out.spool.end());
                        moving = Move::Begun;
                    }
                }
                Step::Append if moving == Move::Begun => {
                    if out.append(consumer.peek().unwrap()) {
                        model.pop_front();
                        moving = Move::Appended;
                    } else {
                        consumer.cancel_move();
                        moving = Move::No;
                    }
                }
                Step::Advance if moving == Move::Appended => {
                    consumer.advance(consumer.peek().unwrap().len());
                    moving = Move::No;
                }
                Step::Release if moving == Move::No => consumer.release(),
                Step::Other if moving == Move::No => {
                    let _fits = out.append(&(1 | u64::from(tag) << 32).to_le_bytes());
                }
                Step::Read => out.read(),
                _ => {}
            }
            let words = words(&ring, &spsc::Ring::LAYOUT);
            let places = Places::of_ring(&words, &spsc::Ring::LAYOUT, out.spool.end()).unwrap();
            let data = image(at, bytes);
            let sizes = Geometry { capacity, longest: LONGEST };
            let mut walk = recover::spsc(&data, sizes, places);
            let found: Vec<_> = walk.by_ref().map(|found| tag_of(found.bytes)).collect();
            prop_assert_eq!(&found, &Vec::from(model.clone()));
            prop_assert_eq!((walk.report().rejected, walk.report().holes), (None, 0));
            prop_assert_eq!(out.found(), Vec::from(out.model.clone()));
        }
    }

    #[test]
    fn a_ring_of_several_producers(
        steps in steps(),
        capacity in prop::sample::select(vec![64_usize, 128]),
        start in (0_usize..300).prop_map(|back| usize::MAX - back),
    ) {
        let bytes = mpsc::bytes_for(capacity, LONGEST);
        let mut memory = Memory::new(bytes);
        let at = memory.start();
        // SAFETY: the memory outlives the ring, and only it uses it.
        let storage = unsafe { Storage::from_raw(at, bytes) };
        let claim = mpsc::claim::ByCas;
        let ring = mpsc::Ring::with_claim(storage, capacity, LONGEST, start, claim).unwrap();
        // SAFETY: one thread is all of them.
        let consumer = unsafe { ring.consumer() };
        // Every claim in order: its tag and length once it is a record, nothing once it is none.
        let mut model: VecDeque<(usize, Option<(u32, usize)>)> = VecDeque::new();
        let (mut open, mut out, mut moving) = (VecDeque::new(), Out::new(), Move::No);
        for (tag, step) in (0_u32..).zip(steps) {
            match step {
                Step::Log(granules) | Step::Claim(granules) => {
                    if let Ok(room) = ring.claim(granules * 8) {
                        open.push_back(room);
                        model.push_back((room.position, None));
                    }
                    if let (Step::Log(_), Some(room)) = (step, open.back().copied()) {
                        open.pop_back();
                        write(room.at, room.bytes / 8, tag);
                        // SAFETY: a whole record was written.
                        unsafe { ring.commit_at(room, room.bytes) };
                        let claim = model.iter_mut().find(|claim| claim.0 == room.position);
                        claim.unwrap().1 = Some((tag, room.bytes));
                    }
                }
                Step::Commit(granules) => {
                    if let Some(room) = open.pop_front() {
                        let granules = granules.min(room.bytes / 8);
                        write(room.at, granules, tag);
                        // SAFETY: a whole record was written.
                        unsafe { ring.commit_at(room, granules * 8) };
                        let claim = model.iter_mut().find(|claim| claim.0 == room.position);
                        claim.unwrap().1 = Some((tag, granules * 8));
                    }
                }
                Step::Discard => {
                    if let Some(room) = open.pop_front() {
                        // SAFETY: an open claim.
                        unsafe { ring.discard_at(room) };
                    }
                }
                Step::Begin if moving == Move::No => {
                    if let mpsc::Peek::Record(_) = consumer.peek() {
                        consumer.begin_move(out.spool.end());
                        moving = Move::Begun;
                    }
                }
                Step::Append if moving == Move::Begun => {
                    let mpsc::Peek::Record(record) = consumer.peek() else { unreachable!() };
                    moving = if out.append(record) { Move::Appended } else { Move::No };
                    if moving == Move::No {
                        consumer.cancel_move();
                    } else {
                        let moved = tag_of(record);
                        model.retain(|claim| claim.1 != Some(moved));
                    }
                }
                Step::Advance if moving == Move::Appended => {
                    let mpsc::Peek::Record(record) = consumer.peek() else { unreachable!() };
                    consumer.advance(record.len());
                    moving = Move::No;
                }
                Step::Release if moving == Move::No => consumer.release(),
                Step::Other if moving == Move::No => {
                    let _fits = out.append(&(1 | u64::from(tag) << 32).to_le_bytes());
                }
                Step::Read => out.read(),
                _ => {}
            }
            let layout = <mpsc::Ring>::LAYOUT;
            let words = words(&ring, &layout);
            let places = Places::of_ring(&words, &layout, out.spool.end()).unwrap();
            let image = image(at, bytes);
            let (data, map) = image.split_at(capacity + LONGEST);
            let sizes = Geometry { capacity, longest: LONGEST };
            let mut walk = recover::mpsc(data, map, sizes, places);
            let found: Vec<_> = walk.by_ref().map(|found| tag_of(found.bytes)).collect();
            let expected: Vec<_> = model.iter().filter_map(|claim| claim.1).collect();
            prop_assert_eq!(found, expected);
            prop_assert!(walk.report().rejected.is_none());
            prop_assert!(walk.report().holes <= open.len());
            prop_assert_eq!(out.found(), Vec::from(out.model.clone()));
        }
    }
}
