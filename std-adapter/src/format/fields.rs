//! Values by index, for the fields of a record.

use hydra_log_core::record::{DecodeError, RecordRef, ValueRef, Values};

/// Reads values in order at the cost of one step each, others by a walk from the start.
pub(super) struct Cursor<'a> {
    record: RecordRef<'a>,
    values: Values<'a>,
    next: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(record: RecordRef<'a>) -> Self {
        Self { record, values: record.values(), next: 0 }
    }

    #[inline]
    pub(super) fn get(&mut self, index: usize) -> Option<Result<ValueRef<'a>, DecodeError>> {
        if index < self.next {
            self.values = self.record.values();
            self.next = 0;
        }
        let skipped = index - self.next;
        self.next = index.saturating_add(1);
        self.values.nth(skipped)
    }
}
