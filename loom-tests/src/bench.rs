//! What models are built from: memory, rings, and records that can be told apart.
#![expect(unsafe_code, reason = "promises what the rings ask of their owners")]

use core::fmt;
use core::ptr::NonNull;
use hydra_log_core::Level;
use hydra_log_core::ring::mpsc::Peek;
use hydra_log_core::ring::mpsc::claim::Claim;
use hydra_log_core::ring::{Storage, mpsc, spsc};
use hydra_log_core::spool::{ENTRY_HEADER, Spool, entries};

/// A granule.
const WORD: usize = 8;
/// No model logs more records.
const MOST: usize = 8;

/// Something that lives as long as one schedule. Threads of a model want `'static`; the model joins
/// them all before this is dropped.
pub struct Held<T: 'static> {
    value: NonNull<T>,
    memory: NonNull<[u64]>,
}

impl<T> Held<T> {
    /// Holds a value.
    pub fn new(value: T) -> Self {
        Self::over(0, |_| value)
    }

    /// Holds a value made over zeroed memory of its own.
    pub fn over(bytes: usize, make: impl FnOnce(Storage) -> T) -> Self {
        let words = vec![0_u64; bytes.div_ceil(WORD)].into_boxed_slice();
        let memory = NonNull::from(Box::leak(words));
        // SAFETY: bounds: `bytes` zeroed, aligned bytes that live as long as `Self`; race: nobody
        // else knows them.
        let storage = unsafe { Storage::from_raw(memory.cast(), bytes) };
        let value = NonNull::from(Box::leak(Box::new(make(storage))));
        Self { value, memory }
    }

    /// The value, for threads that are joined before `self` is dropped.
    #[must_use]
    pub fn get(&self) -> &'static T {
        // SAFETY: bounds: a leaked box that only `drop` takes back; race: shared only.
        unsafe { self.value.as_ref() }
    }
}

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        // A schedule that failed leaves its values alone: its threads are not joined.
        if std::thread::panicking() {
            return;
        }
        // SAFETY: bounds: made from a box; race: the model's threads are joined.
        drop(unsafe { Box::from_raw(self.value.as_ptr()) });
        // SAFETY: bounds: made from a box; race: the model's threads are joined.
        drop(unsafe { Box::from_raw(self.memory.as_ptr()) });
    }
}

impl<T> fmt::Debug for Held<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

/// A ring of one producer whose positions begin at `start`.
#[must_use]
pub fn spsc_ring(capacity: usize, spill: usize, start: usize) -> Held<spsc::Ring> {
    Held::over(spsc::bytes_for(capacity, spill), |storage| {
        spsc::Ring::starting_at(storage, capacity, spill, start).expect("a possible geometry")
    })
}

/// A ring of many producers whose positions begin at `start`.
#[must_use]
pub fn mpsc_ring<C: Claim>(
    capacity: usize,
    spill: usize,
    start: usize,
    claim: C,
) -> Held<mpsc::Ring<C>> {
    Held::over(mpsc::bytes_for(capacity, spill), |storage| {
        mpsc::Ring::with_claim(storage, capacity, spill, start, claim).expect("a possible geometry")
    })
}

/// A spool of four entries for one reader.
#[must_use]
pub fn spool() -> Held<Spool> {
    const CAPACITY: usize = 4 * (ENTRY_HEADER + WORD);
    Held::over(Spool::bytes_for(CAPACITY, WORD), |storage| {
        // SAFETY: bounds: as many zeroed, aligned bytes as it asks for, as long-lived as itself;
        // race: nobody else knows them.
        unsafe { Spool::new(storage.start(), CAPACITY, WORD, 1) }.expect("a possible geometry")
    })
}

/// The same spool, which keeps what its reader is not done with.
pub fn kept() -> Held<Spool> {
    const CAPACITY: usize = 4 * (ENTRY_HEADER + WORD);
    Held::over(Spool::bytes_for(CAPACITY, WORD), |storage| {
        // SAFETY: bounds: as many zeroed, aligned bytes as it asks for, as long-lived as itself;
        // race: nobody else knows them.
        let spool = unsafe { Spool::new(storage.start(), CAPACITY, WORD, 1) };
        spool.expect("a possible geometry").keeping()
    })
}

/// Is done with all that was taken. For the spool's reader.
pub fn finish(spool: &Spool) {
    spool.finish(0, spool.position(0));
}

/// Appends an entry. For the spool's writer.
pub fn append(spool: &Spool, tag: u16) -> bool {
    // SAFETY: one writer, by the models; its bytes are tracked, so that a slip is reported.
    unsafe { spool.append(0, &[&u64::from(tag).to_le_bytes()]) }.is_ok()
}

/// Pushes the reader on by an entry; says how many it passed. For the spool's writer.
pub fn push_on(spool: &Spool) -> usize {
    // SAFETY: one writer, by the models.
    unsafe { spool.push_on(0, ENTRY_HEADER + WORD) }
}

/// Takes what is there. For the spool's reader.
pub fn read(spool: &Spool) -> Vec<u16> {
    let mut bytes = [0; 4 * (ENTRY_HEADER + WORD)];
    // SAFETY: one thread reads, by the models.
    let taken = unsafe { spool.read(0, &mut bytes) };
    let tags: Vec<_> = entries(&bytes[..taken.bytes])
        .map(|(_, payload)| {
            let tag = u64::from_le_bytes(payload.try_into().expect("a whole payload"));
            u16::try_from(tag).expect("a tag")
        })
        .collect();
    assert_eq!(tags.len(), taken.entries, "as many as are counted");
    tags
}

/// The producer of a ring. Each model uses it from the ring's owner only.
#[must_use]
pub fn producer(ring: &'static spsc::Ring) -> spsc::Producer<'static> {
    // SAFETY: one owner, by the models; its plain words are tracked, so that a slip is reported.
    unsafe { ring.producer() }
}

/// The consumer of a ring. Each model uses it from the holder of the drain only.
#[must_use]
pub fn consumer(ring: &'static spsc::Ring) -> spsc::Consumer<'static> {
    // SAFETY: one owner, by the models; its plain words are tracked, so that a slip is reported.
    unsafe { ring.consumer() }
}

/// The consumer of a shared ring.
#[must_use]
pub fn shared_consumer<C: Claim>(ring: &'static mpsc::Ring<C>) -> mpsc::Consumer<'static, C> {
    // SAFETY: one owner, by the models; its plain words are tracked, so that a slip is reported.
    unsafe { ring.consumer() }
}

/// Logs a record of `words` granules that carries `tag`; counts it as lost when there is no room.
pub fn log(producer: &spsc::Producer<'_>, words: usize, tag: u16) -> bool {
    assert!(producer.enter(), "no call is under way");
    let logged = put(producer, words, tag);
    if !logged {
        producer.lose(Level::Info);
    }
    producer.leave();
    logged
}

/// What is between `enter` and `leave`, without the count.
pub fn put(producer: &spsc::Producer<'_>, words: usize, tag: u16) -> bool {
    put_words(producer, &vec![word(words, tag); words])
}

/// Publishes a record of these words; its length stands in the first one.
pub fn put_words(producer: &spsc::Producer<'_>, words: &[u64]) -> bool {
    let len = size_of_val(words);
    let Some(at) = producer.claim(len).or_else(|| producer.refresh(len).ok()) else { return false };
    write(at, words);
    // SAFETY: a whole record of `len` bytes was claimed and written.
    unsafe { producer.publish(len) };
    true
}

/// Logs to a shared ring.
pub fn share<C: Claim>(ring: &mpsc::Ring<C>, words: usize, tag: u16) -> bool {
    share_within(ring, words, words, tag)
}

/// Logs to a shared ring a record that is shorter than the room it asked for.
pub fn share_within<C: Claim>(ring: &mpsc::Ring<C>, room: usize, words: usize, tag: u16) -> bool {
    let Ok(grant) = ring.reserve(room * WORD) else {
        ring.lose(Level::Info);
        return false;
    };
    write(grant.at(), &vec![word(words, tag); words]);
    // SAFETY: a whole record of that length was granted and written.
    unsafe { grant.commit(words * WORD) };
    true
}

/// Every word of a record of so many words: its length and its tag.
fn word(words: usize, tag: u16) -> u64 {
    words as u64 | u64::from(tag) << 16
}

/// Writes a record's words.
fn write(at: NonNull<u8>, words: &[u64]) {
    for (index, word) in words.iter().enumerate() {
        // SAFETY: bounds: so many granules were claimed.
        let to = unsafe { at.cast::<u64>().add(index) };
        // SAFETY: bounds: as above; race: one thread of a model runs at a time.
        unsafe { to.write(word.to_le()) };
    }
}

/// The tag of a record; fails unless it is whole.
#[must_use]
pub fn tag_of(record: &[u8]) -> u16 {
    let words: Vec<_> = record
        .chunks(WORD)
        .map(|word| u64::from_le_bytes(word.try_into().expect("whole granules")))
        .collect();
    let first = *words.first().expect("a record has a header");
    assert_eq!(first & 0xffff, words.len() as u64, "a record's length");
    assert!(words.iter().all(|word| *word == first), "a record is whole: {words:x?}");
    u16::try_from(first >> 16).expect("a tag")
}

/// Takes one record, if there is one, and gives its space back: its tag.
pub fn take_one(consumer: &spsc::Consumer<'_>) -> Option<u16> {
    consumer.poll();
    let record = consumer.peek()?;
    let (len, tag) = (record.len(), tag_of(record));
    consumer.advance(len);
    consumer.release_now();
    Some(tag)
}

/// Takes what is there, up to the first hole: the tags, and whether there was one.
pub fn take_shared<C: Claim>(consumer: &mpsc::Consumer<'_, C>) -> (Vec<u16>, bool) {
    let mut tags = Vec::new();
    loop {
        match consumer.peek() {
            Peek::Record(record) => {
                let len = record.len();
                tags.push(tag_of(record));
                assert!(tags.len() <= MOST, "the same record again and again: {tags:?}");
                consumer.advance(len);
            }
            other => {
                consumer.release();
                return (tags, other == Peek::Hole);
            }
        }
    }
}

/// Fails unless `emitted = written + lost + pending`.
pub fn conserve(ring: &spsc::Ring, written: usize, pending: u64) {
    let lost: u64 = ring.lost().iter().sum();
    assert_eq!(
        ring.emitted(),
        written as u64 + lost + pending,
        "emitted = written + lost + pending"
    );
}

/// Fails unless `emitted = written + lost + pending`, for a shared ring.
pub fn conserve_shared<C: Claim>(ring: &mpsc::Ring<C>, written: usize, pending: u64) {
    let lost: u64 = ring.lost().iter().sum();
    assert_eq!(
        ring.emitted(),
        written as u64 + lost + pending,
        "emitted = written + lost + pending"
    );
}
