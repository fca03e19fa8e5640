//! What a sink is about to write, noted first: so that recovery writes the rest of it, once.
//!
//! A batch's rendered bytes are copied into the crash file, then where in which file they will
//! land, and at last that a batch is under way. If the process dies while it writes, recovery
//! compares the file's end with those bytes and appends what is missing: the file has each line
//! once, whole. A sink that is no regular file has no such place; its last batch is written again.

use core::ptr::NonNull;
use std::io;
use std::sync::Mutex;

use super::layout::{
    IDLE, Kind, LANE_DEVICE, LANE_INODE, LANE_LEN, LANE_OFFSET, LANE_OUTBOX, LANE_OUTBOX_BYTES,
    LANE_STATE, LANE_TO, UNPLACED, WRITING, lane_at,
};
use super::page::Page;
use super::store::{Request, Store};
use crate::engine::lock;
use crate::sink::Place;

/// A piece of a crash file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    pub(crate) start: NonNull<u8>,
    /// The same bytes as words, for who uses no `start`.
    pub(crate) page: Page,
    /// Where in the file it is.
    pub(crate) at: u64,
}

/// The least room for rendered bytes: most batches fit, so that it is taken once, at the start,
/// while there is memory.
const LEAST_OUTBOX: usize = 1 << 20;
/// Longer batches are written without a note, and so at least once.
const MOST_OUTBOX: usize = 16 << 20;

/// The notes of one sink.
#[derive(Debug)]
pub(crate) struct Intent {
    store: &'static Store,
    lane: usize,
    outbox: Mutex<Option<(Page, u64)>>,
}

impl Intent {
    pub(crate) fn new(store: &'static Store, lane: usize) -> Self {
        let intent = Self { store, lane, outbox: Mutex::new(None) };
        // Where there is no room now, the first batch asks again, and says what is wrong.
        *lock(&intent.outbox) = intent.larger(LEAST_OUTBOX).ok();
        intent
    }

    /// Notes a batch that is written to `place` next, and which position of the spool it reaches.
    pub(crate) fn begin(&self, place: &Place, bytes: &[u8], to: usize) -> io::Result<()> {
        let mut outbox = lock(&self.outbox);
        let (page, at) = match *outbox {
            Some(ready) if ready.0.len() >= bytes.len() => ready,
            _ => *outbox.insert(self.larger(bytes.len())?),
        };
        let (header, lane) = (self.store.header(), lane_at(self.lane));
        page.put(0, bytes);
        header.store(lane + LANE_OUTBOX, at);
        header.store(lane + LANE_OUTBOX_BYTES, page.len() as u64);
        header.store(lane + LANE_DEVICE, place.device);
        header.store(lane + LANE_INODE, place.inode);
        header.store(lane + LANE_OFFSET, place.offset);
        header.store(lane + LANE_LEN, bytes.len() as u64);
        header.store(lane + LANE_TO, to as u64);
        header.store(lane + LANE_STATE, WRITING);
        Ok(())
    }

    /// Notes that a batch is written next of which nobody will know how much was: all of it will be
    /// written again, on a line of its own.
    pub(crate) fn begin_unplaced(&self) {
        self.store.header().store(lane_at(self.lane) + LANE_STATE, UNPLACED);
    }

    /// The batch is out, or given up; the spool knows.
    pub(crate) fn end(&self) {
        self.store.header().store(lane_at(self.lane) + LANE_STATE, IDLE);
    }

    fn larger(&self, bytes: usize) -> io::Result<(Page, u64)> {
        if bytes > MOST_OUTBOX {
            let text = format!("a batch of {bytes} bytes is too long to be noted");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let bytes = bytes.next_power_of_two().max(LEAST_OUTBOX);
        let request = Request {
            kind: Kind::Outbox,
            bytes,
            capacity: bytes,
            longest: 0,
            touch: 0,
            or_plain: false,
        };
        let segment = self.store.segment(request)?;
        Ok((segment.page, segment.at))
    }
}
