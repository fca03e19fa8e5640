//! The spool against a plain queue, over every mix of appends, reads and pushes.
#![allow(missing_docs, unsafe_code, reason = "a test that is writer and readers at once")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking, and its numbers are small"
)]

use core::ptr::NonNull;
use std::collections::VecDeque;

use hydra_log_core::spool::{self, Spool, UNCOUNTED};
use proptest::prelude::*;

const CAPACITY: usize = 1024;
const LARGEST: usize = 200;
const READERS: usize = 3;

fn new_spool() -> Spool {
    let bytes = Spool::bytes_for(CAPACITY, LARGEST);
    let memory = vec![0_u64; bytes.div_ceil(8)].leak();
    // SAFETY: bounds: leaked, aligned, zeroed; race: nobody else knows it.
    unsafe { Spool::new(NonNull::from(memory).cast(), CAPACITY, LARGEST, READERS) }.unwrap()
}

#[derive(Clone, Debug)]
enum Step {
    Append { len: usize, tag: u32 },
    Read { reader: usize, room: usize },
    Push { reader: usize, bytes: usize },
}

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

fn payload(len: usize, number: usize) -> Vec<u8> {
    (0..len).map(|at| (at * 7 + number) as u8).collect()
}

fn size(len: usize) -> usize {
    spool::ENTRY_HEADER + len.next_multiple_of(8)
}

type Entry = (u32, Vec<u8>);

struct Model {
    unread: [VecDeque<Entry>; READERS],
}

impl Model {
    fn used(&self, reader: usize) -> usize {
        self.unread[reader].iter().map(|(_, bytes)| size(bytes.len())).sum()
    }

    fn counted(entries: &[Entry]) -> usize {
        entries.iter().filter(|(tag, _)| tag & UNCOUNTED == 0).count()
    }

    /// Takes whole entries while `more` allows another of that size.
    fn take(&mut self, reader: usize, mut more: impl FnMut(usize) -> bool) -> Vec<Entry> {
        let mut taken = Vec::new();
        while let Some((_, bytes)) = self.unread[reader].front() {
            if !more(size(bytes.len())) {
                break;
            }
            taken.push(self.unread[reader].pop_front().unwrap());
        }
        taken
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 3 } else { 500 }))]

    #[test]
    fn behaves_like_a_queue_per_reader(steps in steps()) {
        let spool = new_spool();
        let mut model = Model { unread: Default::default() };
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Append { len, tag } => {
                    let bytes = payload(len, number);
                    let (front, back) = bytes.split_at(len / 2);
                    // SAFETY: one thread.
                    let appended = unsafe { spool.append(tag, &[front, back]) };
                    let fullest = (0..READERS).map(|reader| model.used(reader)).max().unwrap();
                    prop_assert_eq!(appended.is_ok(), fullest + size(len) <= CAPACITY);
                    if appended.is_ok() {
                        for unread in &mut model.unread {
                            unread.push_back((tag, bytes.clone()));
                        }
                    }
                }
                Step::Read { reader, room } => {
                    let mut into = vec![0xEE; room];
                    // SAFETY: one thread.
                    let taken = unsafe { spool.read(reader, &mut into) };
                    let mut left = room;
                    let expected = model.take(reader, |size| {
                        let fits = size <= left;
                        left -= if fits { size } else { 0 };
                        fits
                    });
                    prop_assert_eq!(taken.entries, Model::counted(&expected));
                    prop_assert_eq!(taken.bytes, room - left);
                    let got: Vec<Entry> = spool::entries(&into[..taken.bytes])
                        .map(|(tag, bytes)| (tag, bytes.to_vec()))
                        .collect();
                    prop_assert_eq!(got, expected);
                }
                Step::Push { reader, bytes } => {
                    // SAFETY: one thread.
                    let passed = unsafe { spool.push_on(reader, bytes) };
                    let mut pushed = 0;
                    let expected = model.take(reader, |size| {
                        let more = pushed < bytes;
                        pushed += if more { size } else { 0 };
                        more
                    });
                    prop_assert_eq!(passed, Model::counted(&expected));
                }
            }
            for reader in 0..READERS {
                let waiting = model.unread[reader].make_contiguous();
                // SAFETY: one thread.
                let pending = unsafe { spool.pending(reader) };
                prop_assert_eq!(pending, Model::counted(waiting));
            }
        }
    }

    #[test]
    fn walks_any_bytes_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(spool::entries(&bytes).count() <= bytes.len() / spool::ENTRY_HEADER);
    }
}

#[test]
fn a_reader_at_the_other_thread_gets_everything_in_order() {
    let spool: &'static Spool = Box::leak(Box::new(new_spool()));
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
