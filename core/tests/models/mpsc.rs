//! Steps on a shared ring, and the queue that it has to be.

use super::memory::{mpsc_ring, tag_of, write};
use hydra_log_core::ring::mpsc::claim::Claim;
use hydra_log_core::ring::mpsc::{Grant, Peek};
use std::collections::VecDeque;

/// What is done to the ring.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Reserve(usize),
    /// Commit one of the grants that are held, using a part of it. Which one: a number of any size.
    Commit(usize, usize),
    Drop(usize),
    Take,
    Release,
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

/// Runs the steps on a ring and on the queue, and panics where they differ.
pub(crate) fn check<C: Claim>(
    claim: C,
    steps: &[Step],
    capacity: usize,
    spill: usize,
    start: usize,
) {
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
                assert_eq!(grant.is_ok(), fits, "{} of {}", len, capacity - used);
                if let Ok(grant) = grant {
                    assert_eq!(grant.room(), bytes);
                    grants.push((tag, grant));
                    parts.push_back(Part { tag, bytes, state: State::Held });
                }
            }
            Step::Commit(index, used) if !grants.is_empty() => {
                let (tag, grant) = grants.swap_remove(index % grants.len());
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
                let (tag, grant) = grants.swap_remove(index % grants.len());
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
                    (Peek::Hole, Some(part)) => assert_eq!(part.state, State::Held),
                    (Peek::Record(record), Some(part)) => {
                        assert_eq!(part.state, State::Done);
                        assert_eq!((tag_of(record), record.len()), (part.tag, part.bytes));
                        consumer.advance(part.bytes);
                        parts.pop_front();
                        held += part.bytes;
                        written += 1;
                    }
                    (found, wanted) => panic!("{found:?} for {wanted:?}"),
                }
            }
            Step::Release => {
                consumer.release();
                held = 0;
            }
            Step::Commit(..) | Step::Drop(_) => {}
        }
        let pending = parts.iter().filter(|part| part.state == State::Done).count() as u64;
        assert_eq!(consumer.pending(), pending);
        assert_eq!(ring.emitted(), written + pending);
        assert_eq!(ring.published(), published);
    }
}
