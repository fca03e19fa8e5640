//! How long a line may get where its template and its record are somebody else's.

use core::fmt;

use hydra_log_core::record::RecordRef;
use hydra_log_core::render::{self, Limited, MESSAGE_BYTES, Out, Types};

use super::site_info::Template;
use super::{Buffer, Event};

/// The end of a line's room in a buffer, and whether something did not fit. What escapes add is not
/// counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    end: Option<usize>,
    is_cut: bool,
}

impl Room {
    /// Room for so many bytes behind what is in the buffer, or for any number; but what recovery
    /// found in a file always has a bound.
    #[inline]
    pub(super) fn new(event: &Event<'_>, line_bytes: Option<usize>, out: &Buffer) -> Self {
        let line_bytes = line_bytes.or_else(|| event.recovered.then_some(MESSAGE_BYTES));
        let end = line_bytes.map(|bytes| out.len().saturating_add(bytes));
        Self { end, is_cut: false }
    }

    /// Whether something was left out.
    #[inline]
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Whether no more may follow: then the line is cut here.
    #[inline]
    pub(super) fn ends(&mut self, out: &Buffer) -> bool {
        let ends = self.end.is_some_and(|end| out.len() >= end);
        self.is_cut |= ends;
        ends
    }

    /// How many bytes fit behind what is in the buffer, or any number.
    #[inline]
    pub(super) fn left(&self, out: &Buffer) -> Option<usize> {
        self.end.map(|end| end.saturating_sub(out.len()))
    }

    /// Renders a message of at most `left` bytes.
    #[inline]
    pub(super) fn message(
        &mut self,
        out: &mut impl Out,
        left: Option<usize>,
        template: &Template,
        record: &RecordRef<'_>,
        types: &dyn Types,
    ) -> fmt::Result {
        let pieces = template.pieces();
        let Some(bytes) = left else { return render::message(out, pieces, record, types) };
        let mut limited = Limited::new(out, bytes);
        let rendered = render::message(&mut limited, pieces, record, types);
        self.is_cut |= limited.is_cut();
        if limited.is_cut() { Ok(()) } else { rendered }
    }
}
