//! Steps on a spool, and the queue for each reader that it has to be.

use core::ptr::NonNull;
use hydra_log_core::spool::{self, Spool, UNCOUNTED};
use std::collections::VecDeque;

pub(crate) const CAPACITY: usize = 1024;
pub(crate) const LARGEST: usize = 200;
pub(crate) const READERS: usize = 3;

/// A spool over memory of its own.
pub(crate) struct Held {
    pub(crate) spool: Spool,
    memory: NonNull<[u64]>,
}

impl Held {
    pub(crate) fn new() -> Self {
        let bytes = Spool::bytes_for(CAPACITY, LARGEST);
        let memory = NonNull::from(Box::leak(vec![0_u64; bytes.div_ceil(8)].into_boxed_slice()));
        // SAFETY: bounds: aligned, zeroed, and there until `drop`; race: nobody else knows it.
        let spool = unsafe { Spool::new(memory.cast(), CAPACITY, LARGEST, READERS) }.unwrap();
        Self { spool, memory }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: bounds: made from a box; race: no thread of the test is left.
        drop(unsafe { Box::from_raw(self.memory.as_ptr()) });
    }
}

/// What is done to the spool.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Append { len: usize, tag: u32 },
    Read { reader: usize, room: usize },
    Push { reader: usize, bytes: usize },
}

/// An entry's bytes.
pub(crate) fn payload(len: usize, number: usize) -> Vec<u8> {
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

/// Runs the steps on a spool and on the queues, and panics where they differ.
pub(crate) fn check(steps: &[Step]) {
    let held = Held::new();
    let spool = &held.spool;
    let mut model = Model { unread: Default::default() };
    for (number, step) in steps.iter().cloned().enumerate() {
        match step {
            Step::Append { len, tag } => {
                let bytes = payload(len, number);
                let (front, back) = bytes.split_at(len / 2);
                // SAFETY: one thread.
                let appended = unsafe { spool.append(tag, &[front, back]) };
                let fullest = (0..READERS).map(|reader| model.used(reader)).max().unwrap();
                assert_eq!(appended.is_ok(), fullest + size(len) <= CAPACITY);
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
                assert_eq!(taken.entries, Model::counted(&expected));
                assert_eq!(taken.bytes, room - left);
                let got: Vec<Entry> = spool::entries(&into[..taken.bytes])
                    .map(|(tag, bytes)| (tag, bytes.to_vec()))
                    .collect();
                assert_eq!(got, expected);
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
                assert_eq!(passed, Model::counted(&expected));
            }
        }
        for reader in 0..READERS {
            let waiting = model.unread[reader].make_contiguous();
            // SAFETY: one thread.
            let pending = unsafe { spool.pending(reader) };
            assert_eq!(pending, Model::counted(waiting));
        }
    }
}
