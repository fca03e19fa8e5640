//! Records on their way out: taken from the ring under the token, and handed to a sink.

use crate::__private::linked_store;

/// What one pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// How many records were handed over, those that tell of losses not counted.
    pub records: usize,
    /// How many records such records told of.
    pub lost: usize,
    /// Whether the ring was empty at the end; otherwise a call is under way, or somebody else
    /// drains.
    pub is_empty: bool,
}

/// Takes what is in the ring, record by record, oldest first, as firmware records.
///
/// The record is lent while the ring is being read, so `each` should be quick: a call that
/// interrupts it and finds the ring full loses its record. Does nothing when somebody else drains.
///
/// ```
/// hydra_log_embedded::ring!(256);
/// let mut bytes = 0;
/// let taken = hydra_log_embedded::take(|record| bytes += record.len());
/// assert_eq!((taken.records, bytes), (0, 0));
/// ```
pub fn take(mut each: impl FnMut(&[u8])) -> Drained {
    linked_store().take(&mut each)
}

/// Where records go: a link to a host, a memory.
///
/// ```
/// use hydra_log_embedded::{Sink, drain};
/// hydra_log_embedded::ring!(256);
///
/// struct Kept(Vec<u8>);
/// impl Sink for Kept {
///     fn write(&mut self, bytes: &[u8]) -> bool {
///         self.0.extend_from_slice(bytes);
///         true
///     }
/// }
/// assert!(drain(&mut Kept(Vec::new())).is_empty);
/// ```
pub trait Sink {
    /// Takes all of the bytes, or none: `false` says that there is no room now.
    fn write(&mut self, bytes: &[u8]) -> bool;
}

/// Moves what is in the ring to a sink; from an idle loop or a task of low priority.
pub fn drain(sink: &mut impl Sink) -> Drained {
    take(|record| {
        let _taken = sink.write(record);
    })
}
