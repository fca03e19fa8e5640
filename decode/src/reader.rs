//! Events of a log, one after the other.

use std::io::Read;
use std::sync::Arc;

use hydra_log_core::block::Kind;
use hydra_log_core::record::RecordRef;
use hydra_log_core::record::dictionary::Entry;

use crate::blocks::Blocks;
use crate::inflate::inflate;
use crate::problem::{Problem, Trouble};
use crate::session::{Session, Sessions, Thread};
use crate::unpack::{Unpacked, Unpacker};

/// Reads a log from its start to its end.
///
/// The [crate](crate) has an example.
#[derive(Debug)]
pub struct Reader<R> {
    blocks: Blocks<R>,
    sessions: Sessions,
    unpacker: Unpacker,
    /// The block whose records come now, and where it stands.
    payload: Vec<u8>,
    offset: u64,
    is_inside: bool,
}

impl<R: Read> Reader<R> {
    /// Reads a log from where `input` stands.
    pub fn new(input: R) -> Self {
        Self {
            blocks: Blocks::new(input),
            sessions: Sessions::new(),
            unpacker: Unpacker::new(),
            payload: Vec::new(),
            offset: 0,
            is_inside: false,
        }
    }

    /// Whether the log may still grow: then [`next`](Self::next) may be asked again after `None`.
    #[must_use]
    pub fn follow(self, follows: bool) -> Self {
        Self { blocks: self.blocks.follow(follows), ..self }
    }

    /// How many bytes of the log were gone through.
    pub fn position(&self) -> u64 {
        self.blocks.position()
    }

    /// The next record, or what is wrong in front of it; `None` at the end.
    #[expect(clippy::should_implement_trait, reason = "what it gives borrows from it")]
    pub fn next(&mut self) -> Option<Found<'_>> {
        let unpacked = loop {
            if self.is_inside && self.unpacker.has_more(&self.payload) {
                break self.unpacker.step(&self.payload)?;
            }
            self.is_inside = false;
            match self.next_block() {
                None => return None,
                Some(Ok(())) => {}
                Some(Err(problem)) => return Some(Found::Problem(problem)),
            }
        };
        let offset = self.offset;
        let Some(session) = self.sessions.current() else {
            return Some(Found::Problem(Trouble::NoSession.at(offset)));
        };
        Some(match unpacked {
            Ok(Unpacked { bytes, thread, .. }) => match RecordRef::parse(bytes) {
                Ok(record) => Found::Event(Event { record, thread, session }),
                Err(_) => {
                    let trouble = Trouble::Payload { what: "bytes that are no record", lost: 1 };
                    Found::Problem(trouble.at(offset))
                }
            },
            Err(trouble) => Found::Problem(trouble.at(offset)),
        })
    }

    /// Takes in the next block.
    fn next_block(&mut self) -> Option<Result<(), Problem>> {
        let block = match self.blocks.next()? {
            Ok(block) => block,
            Err(problem) => return Some(Err(problem)),
        };
        Some(inflate(&block).and_then(|payload| {
            self.sessions.take(&block, &payload)?;
            if block.head.kind() == Some(Kind::Records) {
                self.unpacker.begin(&payload).map_err(|trouble| trouble.at(block.offset))?;
                self.payload.clear();
                self.payload.extend_from_slice(&payload);
                (self.offset, self.is_inside) = (block.offset, true);
            }
            Ok(())
        }))
    }
}

/// What a reader finds.
#[derive(Debug)]
pub enum Found<'a> {
    /// A record.
    Event(Event<'a>),
    /// Something that cannot be read.
    Problem(Problem),
}

/// A record of a log.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// The record: time in the units of the session, flags and values.
    pub record: RecordRef<'a>,
    /// The number of the thread that logged it.
    pub thread: u32,
    /// Who wrote it.
    pub session: &'a Arc<Session>,
}

impl<'a> Event<'a> {
    /// When the call was made: nanoseconds since the Unix epoch.
    #[must_use]
    pub fn time_ns(&self) -> u64 {
        self.session.time_ns(self.record.stamp())
    }

    /// The call's place in the program, if a dictionary described it.
    #[must_use]
    pub fn site(&self) -> Option<Entry<'a>> {
        self.session.site(self.record.site())
    }

    /// Who made the call, if it is known.
    #[must_use]
    pub fn thread(&self) -> Option<&'a Thread> {
        self.session.thread(self.thread)
    }
}
