//! The ideal ring: what any logger with a ring a thread pays at least.
//!
//! The same bytes as a log call with three arguments (a header word, a stamp, three values: 40),
//! the same clock, one compare against a cached limit and one Release store a record, and a reader
//! that copies what it finds and then sleeps as our drain does. No macro, no gate, no mark, no
//! counters. The distance between a log call and this is what we add.
#![expect(unsafe_code, reason = "two threads share the bytes of a ring")]

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, AtomicUsize};
use core::time::Duration;
use std::thread;

use crate::ord;

/// As a thread's first ring.
const CAPACITY_WORDS: usize = (64 << 10) / 8;
/// As `(u64, i32, f64)` with its header.
const RECORD_WORDS: usize = 5;
/// As a worker's pause while there is traffic.
const PAUSE: Duration = Duration::from_micros(200);

/// The last record of a lap runs over the capacity. An array, so that no bounds are checked.
type Words = [UnsafeCell<u64>; CAPACITY_WORDS + RECORD_WORDS];

/// An index with a cache line pair of its own.
#[repr(align(128))]
struct Padded(AtomicUsize);

/// One producer, one reader. Positions are in words and only grow.
///
/// I1  `head <= tail <= head + CAPACITY_WORDS`.
/// I2  words in `head..tail` belong to the reader, all others to the producer.
pub struct Ideal {
    tail: Padded,
    head: Padded,
    words: Box<Words>,
    stop: AtomicBool,
}

// SAFETY: race: the words change sides only through `tail` and `head` (I2).
unsafe impl Sync for Ideal {}

impl core::fmt::Debug for Ideal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Ideal").finish_non_exhaustive()
    }
}

impl Default for Ideal {
    fn default() -> Self {
        // Ones: every page is touched before the first record.
        let words = Box::new([const { UnsafeCell::new(1) }; CAPACITY_WORDS + RECORD_WORDS]);
        let index = || Padded(AtomicUsize::new(0));
        Self { tail: index(), head: index(), words, stop: AtomicBool::new(false) }
    }
}

/// The writing side; there is one a ring.
#[derive(Debug)]
pub struct Producer<'r> {
    ring: &'r Ideal,
    tail: usize,
    limit: usize,
}

impl Ideal {
    /// Runs `produce` with the writing side while a reader empties the ring; returns what it
    /// returned, and how many records were read.
    pub fn run<R>(&mut self, produce: impl FnOnce(&mut Producer<'_>) -> R) -> (R, usize) {
        let ring = &*self;
        thread::scope(|scope| {
            let reader = scope.spawn(|| ring.read());
            let mut producer = Producer { ring, tail: 0, limit: CAPACITY_WORDS };
            let result = produce(&mut producer);
            ring.stop.store(true, ord::stop());
            (result, reader.join().unwrap_or(0))
        })
    }

    fn read(&self) -> usize {
        let mut copy = Vec::with_capacity(CAPACITY_WORDS);
        let (mut head, mut records) = (0, 0);
        loop {
            let is_over = self.stop.load(ord::stop());
            let tail = self.tail.0.load(ord::tail_read());
            copy.clear();
            while head != tail {
                for cell in record_at(&self.words, head) {
                    // SAFETY: bounds: a reference; race: the word is below `tail`, so ours (I2).
                    copy.push(unsafe { *cell.get() });
                }
                head += RECORD_WORDS;
                records += 1;
            }
            self.head.0.store(head, ord::head_release());
            core::hint::black_box(&copy);
            if is_over && self.tail.0.load(ord::tail_read()) == head {
                return records;
            }
            thread::sleep(PAUSE);
        }
    }
}

impl Producer<'_> {
    /// Writes one record.
    #[inline(always)]
    pub fn push(&mut self, number: u64, integer: i32, real: f64) {
        let stamp = harness::clock::ticks();
        if self.limit.wrapping_sub(self.tail) < RECORD_WORDS {
            self.refresh();
        }
        let header = 0x0000_0031_0000_0005;
        let record = [header, stamp, number, i64::from(integer).cast_unsigned(), real.to_bits()];
        for (cell, word) in record_at(&self.ring.words, self.tail).iter().zip(record) {
            // SAFETY: bounds: a reference; race: the word is not below `tail` yet, so ours (I2).
            unsafe { *cell.get() = word };
        }
        self.tail += RECORD_WORDS;
        self.ring.tail.0.store(self.tail, ord::tail_publish());
    }

    /// Waits for room. A burst is a fraction of the ring, so the first look finds some.
    #[cold]
    fn refresh(&mut self) {
        loop {
            let head = self.ring.head.0.load(ord::head_read());
            self.limit = head + CAPACITY_WORDS;
            if self.limit - self.tail >= RECORD_WORDS {
                return;
            }
            thread::yield_now();
        }
    }
}

/// The words of the record at a position.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "a remainder of the capacity, and a record behind it")]
fn record_at(words: &Words, position: usize) -> &[UnsafeCell<u64>] {
    let first = position % CAPACITY_WORDS;
    &words[first..first + RECORD_WORDS]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_is_read() {
        let ((), records) = Ideal::default().run(|producer| {
            (0..100_000).for_each(|number| producer.push(number, 1, 0.5));
        });
        assert_eq!(records, 100_000);
    }
}
