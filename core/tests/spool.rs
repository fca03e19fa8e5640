//! The spool against a plain queue, over every mix of appends, reads and pushes.
#![allow(missing_docs, unsafe_code, reason = "a test that is writer and readers at once")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking, and its numbers are small"
)]

#[path = "models/spool.rs"]
mod model;

use hydra_log_core::spool::{self, Spool, UNCOUNTED};
use model::{CAPACITY, Held, LARGEST, READERS, Step, check, payload};
use proptest::prelude::*;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..=LARGEST, 0..8_u32).prop_map(|(len, tag)| Step::Append {
            len,
            tag: if tag == 7 { tag | UNCOUNTED } else { tag },
        }),
        (0..READERS, 0..600_usize).prop_map(|(reader, room)| Step::Read { reader, room }),
        (0..READERS, 0..600_usize).prop_map(|(reader, bytes)| Step::Push { reader, bytes }),
    ];
    proptest::collection::vec(step, 1..200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 3 } else { 500 }))]

    #[test]
    fn behaves_like_a_queue_per_reader(steps in steps()) {
        check(&steps);
    }

    #[test]
    fn walks_any_bytes_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(spool::entries(&bytes).count() <= bytes.len() / spool::ENTRY_HEADER);
    }
}

#[test]
fn a_reader_at_the_other_thread_gets_everything_in_order() {
    let spool: &'static Spool = &Box::leak(Box::new(Held::new())).spool;
    let count: u32 = if cfg!(miri) { 200 } else { 100_000 };
    let reader = std::thread::spawn(move || {
        let (mut next, mut into) = (0, vec![0; 512]);
        while next < count {
            // SAFETY: the only user of reader 0.
            let taken = unsafe { spool.read(0, &mut into) };
            for (tag, bytes) in spool::entries(&into[..taken.bytes]) {
                assert_eq!(tag, next);
                assert_eq!(bytes, payload(next as usize % LARGEST, next as usize));
                next += 1;
            }
        }
    });
    for tag in 0..count {
        let bytes = payload(tag as usize % LARGEST, tag as usize);
        // SAFETY: this thread is the only writer.
        while unsafe { spool.append(tag, &[&bytes]) }.is_err() {
            for idle in 1..READERS {
                // SAFETY: this thread is the only writer.
                unsafe { spool.push_on(idle, CAPACITY) };
            }
            std::thread::yield_now();
        }
    }
    reader.join().unwrap();
}

#[test]
fn a_reader_is_not_pushed_past_what_is_refused() {
    let held = Held::new();
    let spool = &held.spool;
    // Each entry's first byte is its number; the second one is not counted, the third too short.
    for (number, len, tag) in [(0, 16, 0), (1, 16, UNCOUNTED), (2, 4, 0), (3, 16, 0), (4, 16, 0)] {
        // SAFETY: one thread.
        unsafe { spool.append(tag, &[&payload(len, number)]) }.unwrap();
    }
    // SAFETY: one thread.
    let push = |refused| unsafe {
        spool.push_on_while(1, CAPACITY, |first| usize::from(first[0]) != refused)
    };
    assert_eq!(push(0), 0, "nothing stands before it");
    assert_eq!(spool.position(1), 0);
    assert_eq!(push(1), 4, "what is not counted is not asked for");
    assert_eq!(push(4), 0);
    // SAFETY: one thread.
    unsafe { spool.append(0, &[&payload(16, 5)]) }.unwrap();
    // SAFETY: one thread.
    unsafe { spool.append(0, &[&payload(16, 6)]) }.unwrap();
    assert_eq!(push(6), 1, "up to it");
    assert_eq!(push(6), 0);
    assert_eq!((spool.position(0), spool.position(2)), (0, 0), "the others stay");
}

#[test]
fn what_is_kept_is_used_again_only_when_it_was_dealt_with() {
    let mut memory = vec![0_u64; Spool::bytes_for(CAPACITY, LARGEST).div_ceil(8)];
    let start = core::ptr::NonNull::from(memory.as_mut_slice()).cast();
    // SAFETY: bounds: zeroed, aligned, and there until the end; race: only the spool uses it.
    let spool = unsafe { Spool::new(start, CAPACITY, LARGEST, READERS) }.unwrap().keeping();
    let append = |number| {
        // SAFETY: one thread.
        unsafe { spool.append(0, &[&payload(LARGEST, number)]) }.is_ok()
    };
    let filled = (0..100).take_while(|number| append(*number)).count();
    let mut into = vec![0; CAPACITY];
    for reader in 0..READERS {
        // SAFETY: one thread.
        let taken = unsafe { spool.read(reader, &mut into) };
        assert_eq!(taken.entries, filled);
    }
    assert!(!append(0), "taken is not dealt with");
    (0..READERS - 1).for_each(|reader| spool.finish(reader, spool.position(reader)));
    assert!(!append(0), "one is not done");
    assert_eq!((spool.slowest(), spool.needed(2)), (Some(2), 0));
    // SAFETY: one thread.
    assert_eq!(unsafe { spool.push_on_while(2, LARGEST, |_| false) }, 0);
    // SAFETY: one thread.
    assert_eq!(unsafe { spool.push_on(2, LARGEST) }, 0, "there is nothing it did not take");
    assert!(append(0), "the writer gave up on what it has in hand");
    let ends = (0..READERS).map(|reader| spool.needed(reader)).collect::<Vec<_>>();
    assert_eq!(ends, [spool.position(0); READERS]);
}
