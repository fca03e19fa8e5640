//! Records on their way out: taken from the ring under the token, and handed to sinks.
#![expect(unsafe_code, reason = "encodes into an array; takes over from another context")]

use crate::__private::linked_store;
use crate::frame;
use hydra_log_core::record::firmware::Header;
use hydra_log_core::record::{Flags, Narrow, encode_as};
use hydra_log_core::ring::small::{Losses, NOTE_BYTES};
use hydra_log_core::site::{self, SiteId};

/// What one pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// How many records were handed over, those that tell of losses counted too.
    pub records: usize,
    /// Whether the ring was empty at the end. Otherwise a call is under way, somebody else drains,
    /// or no sink had room.
    pub is_empty: bool,
}

/// Takes what is in the ring, record by record, oldest first, as firmware records.
///
/// A record is lent while the ring is being read, so `each` should be quick: a call that interrupts
/// it and finds the ring full loses its record. Does nothing when somebody else drains.
///
/// ```
/// hydra_log_embedded::ring!(256);
/// let mut bytes = 0;
/// let taken = hydra_log_embedded::take(|record| bytes += record.len());
/// assert_eq!((taken.records, bytes), (0, 0));
/// ```
pub fn take(mut each: impl FnMut(&[u8])) -> Drained {
    linked_store().take(0, &mut |record| {
        each(record);
        true
    })
}

/// Where blocks of records go: a link to a host, a memory.
///
/// ```
/// use hydra_log_embedded::{Outlet, Sink, drain};
/// hydra_log_embedded::ring!(256);
///
/// struct Kept(Vec<u8>);
/// impl Sink for Kept {
///     fn write(&mut self, head: &[u8], payload: &[u8]) -> bool {
///         self.0.extend_from_slice(head);
///         self.0.extend_from_slice(payload);
///         true
///     }
/// }
/// let mut outlet = Outlet::new(Kept(Vec::new()));
/// assert!(drain(&mut outlet).is_empty);
/// ```
pub trait Sink {
    /// Takes a block, head and payload, or nothing of it: `false` says that there is no room now.
    fn write(&mut self, head: &[u8], payload: &[u8]) -> bool;

    /// The most bytes, head and payload, that it ever has room for: blocks are made no longer. A
    /// record that alone is longer is a loss of this sink's.
    fn most(&self) -> usize {
        usize::MAX
    }
}

/// A sink with its own count of what it missed.
#[derive(Debug)]
pub struct Outlet<S> {
    sink: S,
    lost: Losses,
    /// How many blocks may go before the image is told of.
    before_image: u8,
}

impl<S: Sink> Outlet<S> {
    /// An outlet that missed nothing yet.
    #[must_use]
    pub const fn new(sink: S) -> Self {
        Self { sink, lost: [0; 5], before_image: 0 }
    }

    /// How many records others had and this sink did not, and was not told of yet, by level.
    #[must_use]
    pub const fn lost(&self) -> Losses {
        self.lost
    }

    /// The sink.
    pub const fn sink(&mut self) -> &mut S {
        &mut self.sink
    }
}

/// One outlet, or several: `((a, b), c)`.
pub trait Outlets {
    /// Hands records over; whether anybody took them. Records that nobody takes stay in the ring.
    fn offer(&mut self, records: &[u8]) -> bool;
    /// Counts records that others took.
    fn miss(&mut self, records: &[u8]);
    /// How many bytes of records go into a block.
    fn run(&self) -> usize;
}

impl<S: Sink> Outlet<S> {
    /// The most bytes of records that the sink ever has room for.
    fn longest(&self) -> usize {
        self.sink.most().saturating_sub(frame::HEAD_BYTES)
    }

    /// Tells of the image, where it is time to.
    fn is_known(&mut self) -> bool {
        if self.before_image == 0 {
            let (head, payload, len) = frame::image(linked_store().hertz());
            if !self.sink.write(&head, payload.get(..len).unwrap_or_default()) {
                return false;
            }
            self.before_image = frame::IMAGE_EVERY;
        }
        self.before_image -= 1;
        true
    }

    fn write(&mut self, records: &[u8]) -> bool {
        if self.lost.iter().any(|lost| *lost > 0) {
            let note = note(self.lost);
            if !self.sink.write(&frame::head(&note), &note) {
                return false;
            }
            self.lost = [0; 5];
        }
        self.sink.write(&frame::head(records), records)
    }
}

impl<S: Sink> Outlets for Outlet<S> {
    fn offer(&mut self, records: &[u8]) -> bool {
        if records.len() > self.longest() {
            // Left in the ring, it would be in front of all others for ever.
            self.miss(records);
            return true;
        }
        let was_known = self.before_image > 0;
        let is_taken = self.is_known() && self.write(records);
        if !is_taken && was_known {
            // Whoever takes the next block may be another one.
            self.before_image = 0;
        }
        is_taken
    }

    fn miss(&mut self, records: &[u8]) {
        let mut rest = records;
        while let Ok(header) = Header::parse(rest) {
            let told = header.losses(rest, site::level_of);
            for (lost, told) in self.lost.iter_mut().zip(told) {
                *lost = lost.saturating_add(told);
            }
            rest = rest.get(header.bytes.next_multiple_of(8)..).unwrap_or_default();
        }
    }

    fn run(&self) -> usize {
        // With room for the image's block, if that is less than half.
        let (longest, image) = (self.longest(), frame::IMAGE_BLOCK_MAX);
        if longest < 2 * image { longest } else { longest - image }
    }
}

impl<A: Outlets, B: Outlets> Outlets for (A, B) {
    fn offer(&mut self, records: &[u8]) -> bool {
        let (first, second) = (self.0.offer(records), self.1.offer(records));
        if first && !second {
            self.1.miss(records);
        }
        if second && !first {
            self.0.miss(records);
        }
        first || second
    }

    fn miss(&mut self, records: &[u8]) {
        self.0.miss(records);
        self.1.miss(records);
    }

    fn run(&self) -> usize {
        self.0.run().min(self.1.run())
    }
}

/// A record that tells of losses.
pub(crate) fn note(lost: Losses) -> [u8; NOTE_BYTES] {
    let mut words = [0_u32; NOTE_BYTES / 4];
    let [error, warn, info, debug, trace] = lost;
    let args = (error, (warn, (info, (debug, (trace, ())))));
    let out = words.as_mut_ptr().cast();
    // SAFETY: bounds: an array of that size, aligned to words; race: a local.
    let used =
        unsafe { encode_as::<Narrow, _>(out, NOTE_BYTES, SiteId(0), 0, &args, Flags::CONTROL) };
    debug_assert!(used == NOTE_BYTES, "a note's length is constant");
    let mut bytes = [0; NOTE_BYTES];
    for (bytes, word) in bytes.chunks_mut(4).zip(words) {
        bytes.copy_from_slice(&word.to_le().to_le_bytes());
    }
    bytes
}

/// Moves what is in the ring to the outlets; from an idle loop or a task of low priority.
///
/// It never waits for other contexts. A block of records that no outlet has room for stays in the
/// ring, where the policy decides what is kept; one that some take is a loss of the others.
pub fn drain(outlets: &mut impl Outlets) -> Drained {
    // Never 0, which would ask for one record at a time.
    let run = outlets.run().clamp(1, frame::PAYLOAD_MAX);
    linked_store().take(run, &mut |records| outlets.offer(records))
}

/// As [`drain`], for a panic or a fault: takes over from whoever drained, steps over records that
/// are not complete, and ends after one pass over the ring.
///
/// ```ignore
/// #[panic_handler]
/// fn panic(info: &PanicInfo<'_>) -> ! {
///     hydra_log_embedded::error!("{info}");
///     // SAFETY: interrupts are masked, and nothing else runs from here on.
///     unsafe { hydra_log_embedded::drain_last(&mut outlet) };
///     loop {}
/// }
/// ```
///
/// # Safety
/// No context that was interrupted goes on logging or draining, and no other core does.
pub unsafe fn drain_last(outlets: &mut impl Outlets) -> Drained {
    let run = outlets.run().clamp(1, frame::PAYLOAD_MAX);
    // SAFETY: the caller's promise is passed on.
    unsafe { linked_store().take_last(run, &mut |records| outlets.offer(records)) }
}
