//! Steps on a ring of one producer, and the queue that it has to be.

use super::memory::{spsc_ring, tag_of, write, write_note};
use hydra_log_core::Level;
use hydra_log_core::ring::spsc::Producer;
use std::collections::{BTreeSet, VecDeque};

/// What is done to the ring.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Log a record of so many bytes; publish only so many of them.
    Log(usize, usize),
    /// Leave a note.
    Note(usize),
    /// Claim and give up.
    Abandon(usize),
    /// Ask for room with so many bytes left free.
    Keep(usize, usize),
    /// Ask for room for one record.
    Once(usize),
    Poll,
    Take,
    Release,
    ReleaseNow,
    Gap,
}

/// What the ring is, in words that do not wrap.
#[derive(Default)]
struct Model {
    /// Tag and length, published and not advanced over.
    queue: VecDeque<(u32, usize)>,
    /// The tags of notes.
    notes: BTreeSet<u32>,
    tail: usize,
    head: usize,
    seen: usize,
    released: usize,
    published: u64,
    lost: u64,
    lost_at: usize,
    reported: u64,
}

const fn up(len: usize) -> usize {
    len.next_multiple_of(8)
}

impl Model {
    /// Logs where there is room, and is refused where there is none.
    fn log(
        &mut self,
        producer: &Producer<'_>,
        capacity: usize,
        longest: usize,
        (room, used, tag): (usize, usize, u32),
    ) {
        assert!(producer.enter());
        assert!(!producer.enter(), "a call is under way");
        let free = capacity - (self.tail - self.released);
        let fits = room <= longest && up(room) <= free;
        match producer.claim(room).map_or_else(|| producer.refresh(room), Ok) {
            Ok(at) => {
                assert!(fits, "granted {room} of {free}");
                assert_eq!(producer.claim(room), Some(at));
                write(at, used, tag);
                // SAFETY: a whole record was claimed and written.
                unsafe { producer.publish(used) };
                self.publish(tag, used);
                self.published += 1;
            }
            Err(full) => {
                assert!(!fits, "refused {room} of {free}");
                assert_eq!(full.requested, room);
                assert_eq!(full.available, free.min(longest));
                producer.lose(Level::Warn);
                self.lost += 1;
                self.lost_at = self.tail;
            }
        }
        producer.leave();
    }

    /// Leaves a note where there is room.
    fn note(&mut self, producer: &Producer<'_>, len: usize, tag: u32) {
        let Ok(at) = producer.refresh(len) else { return };
        write_note(at, len, tag);
        // SAFETY: a whole record was claimed and written.
        unsafe { producer.publish_note(len) };
        self.notes.insert(tag);
        self.publish(tag, len);
    }

    fn publish(&mut self, tag: u32, used: usize) {
        self.queue.push_back((tag, up(used)));
        self.tail += up(used);
    }

    /// How many records wait that a call asked for.
    fn pending(&self) -> u64 {
        self.queue.iter().filter(|(tag, _)| !self.notes.contains(tag)).count() as u64
    }
}

/// The most bytes that a claim gets without a look at the reader.
fn reach(producer: &Producer<'_>) -> usize {
    (0..).step_by(8).take_while(|len| producer.claim(*len).is_some()).last().unwrap()
}

/// Asks for room with `keep` of the `free` bytes left.
fn keep(producer: &Producer<'_>, room: usize, keep: usize, free: usize) {
    let (capacity, longest) = (producer.ring().capacity(), producer.ring().longest());
    // What could never be granted otherwise is granted.
    let left = free.saturating_sub(up(keep.min(capacity - up(room.min(longest)))));
    let fits = room <= longest && up(room) <= left;
    match producer.refresh_keeping(room, keep) {
        Ok(at) => {
            assert!(fits, "granted {room} of {left}");
            assert_eq!(producer.claim(room), Some(at));
            let reach = reach(producer);
            assert!(reach <= left, "what is kept is not claimed");
            assert!(reach <= up(room).max(capacity / 2), "half a lap");
        }
        Err(full) => {
            assert!(!fits, "refused {room} of {left}");
            assert_eq!((full.requested, full.available), (room, left.min(longest)));
        }
    }
}

/// Asks for room for one record out of the `free` bytes.
fn once(producer: &Producer<'_>, room: usize, free: usize) {
    let longest = producer.ring().longest();
    let fits = room <= longest && up(room) <= free;
    match producer.refresh_once(room) {
        Ok(at) => {
            assert!(fits, "granted {room} of {free}");
            assert_eq!(producer.claim(room), Some(at));
            assert_eq!(reach(producer), up(room), "the next claim looks again");
        }
        Err(full) => {
            assert!(!fits, "refused {room} of {free}");
            assert_eq!((full.requested, full.available), (room, free.min(longest)));
        }
    }
}

/// Runs the steps on a ring and on the queue, and panics where they differ.
pub(crate) fn check(steps: &[Step], capacity: usize, spill: usize, start: usize) {
    let ring = spsc_ring(capacity, spill, start);
    let longest = spill.min(capacity);
    assert_eq!(ring.longest(), longest);
    // SAFETY: one thread is both.
    let (producer, consumer) = unsafe { (ring.producer(), ring.consumer()) };
    let mut model = Model::default();
    for (tag, step) in (0_u32..).zip(steps.iter().cloned()) {
        let free = capacity - (model.tail - model.released);
        match step {
            Step::Log(room, used) => model.log(&producer, capacity, longest, (room, used, tag)),
            Step::Note(len) => model.note(&producer, len, tag),
            Step::Keep(room, bytes) => keep(&producer, room, bytes, free),
            Step::Once(room) => once(&producer, room, free),
            Step::Abandon(room) => {
                assert!(producer.enter());
                let _ = producer.claim(room).or_else(|| producer.refresh(room).ok());
                producer.leave();
            }
            Step::Poll => {
                model.seen = model.tail;
                assert_eq!(consumer.poll(), model.seen - model.head);
            }
            Step::Take => {
                let may_take = model.head != model.seen;
                let wanted = may_take.then(|| model.queue.pop_front()).flatten();
                let found = consumer.peek().map(|record| (tag_of(record), record.len()));
                assert_eq!(found, wanted);
                if let Some((_, len)) = wanted {
                    consumer.advance(len);
                    model.head += len;
                }
            }
            Step::Release => {
                consumer.release();
                let held = model.head - model.released;
                if held >= capacity / 4 || model.head == model.seen {
                    model.released = model.head;
                }
            }
            Step::ReleaseNow => {
                consumer.release_now();
                model.released = model.head;
            }
            Step::Gap => {
                let due = model.lost != model.reported && model.head >= model.lost_at;
                let gap = consumer.gap().map(|gap| gap.iter().sum::<u64>());
                assert_eq!(gap, due.then(|| model.lost - model.reported));
                if due {
                    model.reported = model.lost;
                }
            }
        }
        let written = model.published - model.pending();
        assert_eq!(consumer.pending(), model.pending());
        assert_eq!(ring.emitted(), written + model.lost + consumer.pending());
        assert_eq!(ring.pending_bytes(), model.tail - model.released);
    }
}
