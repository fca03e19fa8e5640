//! Operations on a shared ring against a queue that is obviously right, with both kinds of claim.

use crate::effort::cases;
use crate::memory::{mpsc_ring, tag_of, write};
use hydra_log_core::ring::mpsc::claim::{ByCas, Claim, InSection};
use hydra_log_core::ring::mpsc::{Grant, Peek};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use std::collections::VecDeque;

#[derive(Clone, Debug)]
enum Step {
    Reserve(usize),
    /// Commit one of the grants that are held, using a part of it.
    Commit(prop::sample::Index, usize),
    Drop(prop::sample::Index),
    Take,
    Release,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0_usize..80).prop_map(Step::Reserve),
        3 => (any::<prop::sample::Index>(), 1_usize..80)
            .prop_map(|(which, used)| Step::Commit(which, used)),
        1 => any::<prop::sample::Index>().prop_map(Step::Drop),
        4 => Just(Step::Take),
        2 => Just(Step::Release),
    ];
    prop::collection::vec(step, 1..if cfg!(miri) { 40 } else { 200 })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Held,
    Done,
    Skip,
}

/// One claim, or the rest of one.
#[derive(Clone, Copy, Debug)]
struct Part {
    tag: u32,
    bytes: usize,
    state: State,
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_shared_ring_is_a_queue(
        steps in steps(),
        capacity in prop::sample::select(vec![16_usize, 32, 64, 128]),
        spill in (1_usize..20).prop_map(|granules| granules * 8),
        start in (0_usize..300).prop_map(|back| usize::MAX - back),
    ) {
        check(ByCas, &steps, capacity, spill, start)?;
        check(InSection::new(), &steps, capacity, spill, start)?;
    }
}

fn check<C: Claim>(
    claim: C,
    steps: &[Step],
    capacity: usize,
    spill: usize,
    start: usize,
) -> TestCaseResult {
    let ring = mpsc_ring(capacity, spill, start, claim);
    let longest = spill.min(capacity);
    // SAFETY: one thread is everything.
    let consumer = unsafe { ring.consumer() };
    let mut parts: VecDeque<Part> = VecDeque::new();
    let mut grants: Vec<(u32, Grant<'_, C>)> = Vec::new();
    // Bytes that were advanced over and not released.
    let (mut held, mut published, mut written) = (0, 0, 0);
    for (tag, step) in (0_u32..).zip(steps) {
        match step {
            Step::Reserve(len) => {
                let bytes = len.next_multiple_of(8);
                let used = held + parts.iter().map(|part| part.bytes).sum::<usize>();
                let fits = *len != 0 && *len <= longest && bytes <= capacity - used;
                let grant = ring.reserve(*len);
                prop_assert_eq!(grant.is_ok(), fits, "{} of {}", len, capacity - used);
                if let Ok(grant) = grant {
                    prop_assert_eq!(grant.room(), bytes);
                    grants.push((tag, grant));
                    parts.push_back(Part { tag, bytes, state: State::Held });
                }
            }
            Step::Commit(index, used) if !grants.is_empty() => {
                let (tag, grant) = grants.swap_remove(index.index(grants.len()));
                let used = (*used).min(grant.room());
                write(grant.at(), used, tag);
                // SAFETY: a whole record was granted and written.
                unsafe { grant.commit(used) };
                published += 1;
                let at = parts.iter().position(|part| part.tag == tag).unwrap();
                let rest = parts[at].bytes - used.next_multiple_of(8);
                parts[at] = Part { tag, bytes: parts[at].bytes - rest, state: State::Done };
                if rest > 0 {
                    parts.insert(at + 1, Part { tag: u32::MAX, bytes: rest, state: State::Skip });
                }
            }
            Step::Drop(index) if !grants.is_empty() => {
                let (tag, grant) = grants.swap_remove(index.index(grants.len()));
                drop(grant);
                let at = parts.iter().position(|part| part.tag == tag).unwrap();
                parts[at].state = State::Skip;
            }
            Step::Take => {
                while parts.front().is_some_and(|part| part.state == State::Skip) {
                    held += parts.pop_front().unwrap().bytes;
                }
                match (consumer.peek(), parts.front().copied()) {
                    (Peek::Empty, None) => {}
                    (Peek::Hole, Some(part)) => prop_assert_eq!(part.state, State::Held),
                    (Peek::Record(record), Some(part)) => {
                        prop_assert_eq!(part.state, State::Done);
                        prop_assert_eq!((tag_of(record), record.len()), (part.tag, part.bytes));
                        consumer.advance(part.bytes);
                        parts.pop_front();
                        held += part.bytes;
                        written += 1;
                    }
                    (found, wanted) => prop_assert!(false, "{found:?} for {wanted:?}"),
                }
            }
            Step::Release => {
                consumer.release();
                held = 0;
            }
            Step::Commit(..) | Step::Drop(_) => {}
        }
        let pending = parts.iter().filter(|part| part.state == State::Done).count() as u64;
        prop_assert_eq!(consumer.pending(), pending);
        prop_assert_eq!(ring.emitted(), written + pending);
        prop_assert_eq!(ring.published(), published);
    }
    Ok(())
}
