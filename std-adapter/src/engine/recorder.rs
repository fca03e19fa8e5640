//! The flight recorder: records that are written only when something goes wrong.
//!
//! A spool of its own, whose one reader is pushed on by what comes: the oldest are overwritten.
//! When an error passes, a program panics, or somebody asks, what is kept goes to the sinks' spool,
//! in order, in front of what comes next. It leaves late by nature, and is flagged so.
#![expect(unsafe_code, reason = "both halves of the recorder's spool")]

use hydra_log_core::drain::Stop;
use hydra_log_core::spool::{self, ENTRY_HEADER, Spool};

use crate::crash::layout::Kind;
use crate::engine::memory;
use crate::engine::shared::Shared;
use crate::error::InitError;
use crate::stats::RecorderStats;

/// How many bytes are copied from spool to spool at once, at least one record.
const STEP_BYTES: usize = 64 << 10;

/// Part of what the drain token guards: one thread at a time has it.
pub(crate) struct Recorder {
    spool: &'static Spool,
    /// Entries that were read, and how far they are written.
    step: Box<[u8]>,
    read: usize,
    written: usize,
    /// Where in the spool the first entry stands that is not written.
    position: usize,
    counts: RecorderStats,
}

impl Recorder {
    pub(crate) fn new(shared: &Shared) -> Result<Self, InitError> {
        let bytes = shared.settings.recorder_bytes;
        Ok(Self {
            spool: memory::spool(&shared.memory, Kind::Recorder, bytes, 1)?,
            step: vec![0; STEP_BYTES].into_boxed_slice(),
            read: 0,
            written: 0,
            position: 0,
            counts: RecorderStats::default(),
        })
    }

    /// Keeps a record, in place of the oldest where there is no room. While what is kept is being
    /// written, nothing is overwritten.
    pub(crate) fn keep(&mut self, tag: u32, parts: &[&[u8]]) -> Result<(), Stop> {
        loop {
            // SAFETY: race: the drain token's holder is this spool's one writer.
            let Err(full) = (unsafe { self.spool.append(tag, parts) }) else { return Ok(()) };
            if self.is_writing() {
                return Err(Stop);
            }
            // SAFETY: race: as above.
            let passed = unsafe { self.spool.push_on(0, full.requested) };
            self.counts.overwritten += passed as u64;
            if passed == 0 {
                // Larger than the whole spool, which no record is.
                return Err(Stop);
            }
        }
    }

    /// Whether it has written a part of what is kept, and has to go on first.
    pub(crate) fn is_writing(&self) -> bool {
        self.written < self.read
    }

    /// Writes what is kept into the sinks' spool, and counts it there.
    ///
    /// # Safety
    /// The caller is the one writer of `to`.
    pub(crate) unsafe fn write(&mut self, to: &Spool, offered: &mut u64) -> Result<(), Stop> {
        loop {
            let rest = self.step.get(self.written..self.read).unwrap_or_default();
            for (tag, record) in spool::entries(rest) {
                // SAFETY: race: by the caller.
                if unsafe { to.append(tag, &[record]) }.is_err() {
                    return Err(Stop);
                }
                *offered += 1;
                self.counts.written += 1;
                let size = ENTRY_HEADER + record.len().next_multiple_of(8);
                self.written += size;
                self.position = self.position.wrapping_add(size);
                // At once: what died after this is not written again.
                self.spool.finish(0, self.position);
            }
            self.position = self.spool.position(0);
            // SAFETY: race: the drain token's holder is the reader's one user.
            let taken = unsafe { self.spool.read(0, &mut self.step) };
            (self.read, self.written) = (taken.bytes, 0);
            if taken.bytes == 0 {
                return Ok(());
            }
        }
    }

    pub(crate) fn stats(&self) -> RecorderStats {
        // SAFETY: race: the drain token's holder is this spool's one writer.
        let unread = unsafe { self.spool.pending(0) };
        let rest = self.step.get(self.written..self.read).unwrap_or_default();
        let kept = (unread + spool::entries(rest).count()) as u64;
        RecorderStats { kept, ..self.counts }
    }
}
