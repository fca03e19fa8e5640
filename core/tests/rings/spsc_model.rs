//! Operations on a ring of one producer against a queue that is obviously right.

use crate::effort::cases;
use crate::memory::{spsc_ring, tag_of, write};
use hydra_log_core::Level;
use proptest::prelude::*;
use std::collections::VecDeque;

#[derive(Clone, Debug)]
enum Step {
    /// Log a record of so many bytes; publish only so many of them.
    Log(usize, usize),
    /// Claim and give up.
    Abandon(usize),
    Poll,
    Take,
    Release,
    ReleaseNow,
    Gap,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let len = 1_usize..80;
    let step = prop_oneof![
        4 => (len.clone(), len.clone()).prop_map(|(a, b)| Step::Log(a.max(b), a.min(b))),
        1 => len.prop_map(Step::Abandon),
        2 => Just(Step::Poll),
        4 => Just(Step::Take),
        2 => Just(Step::Release),
        1 => Just(Step::ReleaseNow),
        1 => Just(Step::Gap),
    ];
    prop::collection::vec(step, 1..if cfg!(miri) { 40 } else { 200 })
}

/// What the ring is, in words that do not wrap.
#[derive(Default)]
struct Model {
    /// Tag and length, published and not advanced over.
    queue: VecDeque<(u32, usize)>,
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

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn a_ring_is_a_queue(
        steps in steps(),
        capacity in prop::sample::select(vec![16_usize, 32, 64, 128]),
        spill in (1_usize..20).prop_map(|granules| granules * 8),
        start in (0_usize..300).prop_map(|back| usize::MAX - back),
    ) {
        let ring = spsc_ring(capacity, spill, start);
        let longest = spill.min(capacity);
        prop_assert_eq!(ring.longest(), longest);
        // SAFETY: one thread is both.
        let (producer, consumer) = unsafe { (ring.producer(), ring.consumer()) };
        let mut model = Model::default();
        for (tag, step) in (0_u32..).zip(steps) {
            match step {
                Step::Log(room, used) => {
                    prop_assert!(producer.enter());
                    prop_assert!(!producer.enter(), "a call is under way");
                    let free = capacity - (model.tail - model.released);
                    let fits = room <= longest && up(room) <= free;
                    match producer.claim(room).map_or_else(|| producer.refresh(room), Ok) {
                        Ok(at) => {
                            prop_assert!(fits, "granted {room} of {free}");
                            prop_assert_eq!(producer.claim(room), Some(at));
                            write(at, used, tag);
                            // SAFETY: a whole record was claimed and written.
                            unsafe { producer.publish(used) };
                            model.queue.push_back((tag, up(used)));
                            model.tail += up(used);
                            model.published += 1;
                        }
                        Err(full) => {
                            prop_assert!(!fits, "refused {room} of {free}");
                            prop_assert_eq!(full.requested, room);
                            prop_assert_eq!(full.available, free.min(longest));
                            producer.lose(Level::Warn);
                            model.lost += 1;
                            model.lost_at = model.tail;
                        }
                    }
                    producer.leave();
                }
                Step::Abandon(room) => {
                    prop_assert!(producer.enter());
                    let _ = producer.claim(room).or_else(|| producer.refresh(room).ok());
                    producer.leave();
                }
                Step::Poll => {
                    model.seen = model.tail;
                    prop_assert_eq!(consumer.poll(), model.seen - model.head);
                }
                Step::Take => {
                    let may_take = model.head != model.seen;
                    let wanted = may_take.then(|| model.queue.pop_front()).flatten();
                    let found = consumer.peek().map(|record| (tag_of(record), record.len()));
                    prop_assert_eq!(found, wanted);
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
                    prop_assert_eq!(gap, due.then(|| model.lost - model.reported));
                    if due {
                        model.reported = model.lost;
                    }
                }
            }
            let written = model.published - model.queue.len() as u64;
            prop_assert_eq!(consumer.pending(), model.queue.len() as u64);
            prop_assert_eq!(ring.emitted(), written + model.lost + consumer.pending());
            prop_assert_eq!(ring.pending_bytes(), model.tail - model.released);
        }
    }
}
