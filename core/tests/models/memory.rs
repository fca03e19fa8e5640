//! Memory for rings, and records that can be told apart.

use core::ops::Deref;
use core::ptr::NonNull;
use hydra_log_core::ring::mpsc::claim::Claim;
use hydra_log_core::ring::{Storage, mpsc, spsc};

/// A ring over memory of its own.
pub(crate) struct Held<T> {
    value: NonNull<T>,
    memory: NonNull<[u64]>,
}

// SAFETY: both are boxes, only held by their pointers.
unsafe impl<T: Send> Send for Held<T> {}
// SAFETY: shared access leads to the value alone.
unsafe impl<T: Sync> Sync for Held<T> {}

impl<T: 'static> Held<T> {
    fn over(bytes: usize, make: impl FnOnce(Storage) -> T) -> Self {
        let memory = NonNull::from(Box::leak(vec![0_u64; bytes.div_ceil(8)].into_boxed_slice()));
        // SAFETY: zeroed, aligned bytes that live as long as `Self` and that nobody else knows.
        let storage = unsafe { Storage::from_raw(memory.cast(), bytes) };
        Self { value: NonNull::from(Box::leak(Box::new(make(storage)))), memory }
    }

    /// The value, for as long as `self` lives: the tests keep it so.
    pub(crate) fn get(&self) -> &'static T {
        // SAFETY: a leaked box that only `drop` takes back.
        unsafe { self.value.as_ref() }
    }
}

impl<T: 'static> Deref for Held<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.get()
    }
}

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        // SAFETY: made from boxes; no thread of the test is left.
        unsafe {
            drop(Box::from_raw(self.value.as_ptr()));
            drop(Box::from_raw(self.memory.as_ptr()));
        }
    }
}

pub(crate) fn spsc_ring(capacity: usize, spill: usize, start: usize) -> Held<spsc::Ring> {
    Held::over(spsc::bytes_for(capacity, spill), |storage| {
        spsc::Ring::starting_at(storage, capacity, spill, start).unwrap()
    })
}

pub(crate) fn mpsc_ring<C: Claim>(
    capacity: usize,
    spill: usize,
    start: usize,
    claim: C,
) -> Held<mpsc::Ring<C>> {
    Held::over(mpsc::bytes_for(capacity, spill), |storage| {
        mpsc::Ring::with_claim(storage, capacity, spill, start, claim).unwrap()
    })
}

/// Writes a record of `len` bytes: its length, then its tag, then its tag everywhere.
pub(crate) fn write(at: NonNull<u8>, len: usize, tag: u32) {
    let words = len.div_ceil(8);
    for index in 0..words {
        let word = if index == 0 { words as u64 } else { u64::from(!tag) } | u64::from(tag) << 32;
        // SAFETY: the bytes were claimed.
        unsafe { at.cast::<u64>().add(index).write(word.to_le()) };
    }
}

/// The flag of a record that no call asked for, in the first word.
const CONTROL: u64 = 1 << 15;

/// Writes a record of the producer's own, as [`write`] does.
pub(crate) fn write_note(at: NonNull<u8>, len: usize, tag: u32) {
    write(at, len, tag);
    // SAFETY: the bytes were claimed and written.
    let first = unsafe { at.cast::<u64>().read() };
    // SAFETY: as above.
    unsafe { at.cast::<u64>().write(first | CONTROL.to_le()) };
}

/// The tag of a record, which has to be whole.
pub(crate) fn tag_of(record: &[u8]) -> u32 {
    let words: Vec<_> =
        record.chunks(8).map(|word| u64::from_le_bytes(word.try_into().unwrap())).collect();
    assert_eq!(words[0] & 0xffff_ffff & !CONTROL, words.len() as u64, "a record's length");
    let tag = (words[0] >> 32) as u32;
    let body = u64::from(!tag) | u64::from(tag) << 32;
    assert!(words[1..].iter().all(|word| *word == body), "a record is whole: {words:x?}");
    tag
}

/// Logs into a ring of one producer; whether there was room.
pub(crate) fn log(producer: &spsc::Producer<'_>, len: usize, tag: u32) -> bool {
    assert!(producer.enter());
    let room = producer.claim(len).or_else(|| producer.refresh(len).ok());
    if let Some(at) = room {
        write(at, len, tag);
        // SAFETY: a whole record was claimed and written.
        unsafe { producer.publish(len) };
    } else {
        producer.lose(hydra_log_core::Level::Debug);
    }
    producer.leave();
    room.is_some()
}

/// Logs into a shared ring; whether there was room.
pub(crate) fn share<C: Claim>(ring: &mpsc::Ring<C>, len: usize, tag: u32) -> bool {
    let Ok(grant) = ring.reserve(len) else {
        ring.lose(hydra_log_core::Level::Debug);
        return false;
    };
    write(grant.at(), len, tag);
    // SAFETY: a whole record was granted and written.
    unsafe { grant.commit(len) };
    true
}

/// The next record's tag and length; it is advanced over, and its space released.
pub(crate) fn take(consumer: &spsc::Consumer<'_>) -> Option<(u32, usize)> {
    consumer.poll();
    let record = consumer.peek()?;
    let taken = (tag_of(record), record.len());
    consumer.advance(taken.1);
    consumer.release_now();
    Some(taken)
}
