//! From bytes to blocks: damage is stepped over, and what it cost is said.
//!
//! A head has a check of its own, so the length of a block can be believed even where its payload
//! cannot. Only a *session* may stand inside the room of another block: a process that died wrote
//! the front of a block, and the next process went on right there.

use core::ops::Range;
use std::io::{ErrorKind, Read};

use hydra_log_core::block::{HEAD_BYTES, Head, Kind, MAGIC, MAX_SESSION, SESSION_MAGIC};

use crate::problem::{Problem, Trouble};
use crate::sum;

/// How much is read at once.
const READ_BYTES: usize = 256 << 10;
/// So much may be summed in vain while a block is searched for; then lengths are believed.
const VAIN_BYTES: u64 = 16 << 20;

/// One block as it stands in the log; its sum matches.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// Where it begins.
    pub offset: u64,
    /// Its head.
    pub head: Head,
    /// What it holds.
    pub payload: &'a [u8],
}

/// Cuts a log into blocks.
///
/// ```
/// use hydra_log_core::block::{self, Kind};
/// use hydra_log_decode::{Blocks, Trouble};
/// let block = block::head(Kind::End, 0, &[]).unwrap();
/// let log = [&block[..], b"noise", &block[..]].concat();
/// let mut blocks = Blocks::new(&log[..]);
/// assert_eq!(blocks.next().unwrap().unwrap().offset, 0);
/// let noise = blocks.next().unwrap().unwrap_err();
/// assert!(matches!((noise.offset, noise.trouble), (12, Trouble::Skipped { bytes: 5 })));
/// assert_eq!(blocks.next().unwrap().unwrap().offset, 17);
/// assert!(blocks.next().is_none());
/// ```
#[derive(Debug)]
pub struct Blocks<R> {
    input: R,
    buffer: Vec<u8>,
    /// What was read and not taken yet.
    unread: Range<usize>,
    /// Where `unread` starts in the log.
    offset: u64,
    /// Bytes in front of `unread` that are no block, and nobody was told of.
    skipped: u64,
    /// Whether the place of the next block is not known.
    is_lost: bool,
    vain: u64,
    /// Whether any block was found.
    found: bool,
    follows: bool,
    is_over: bool,
}

/// What stands at the start of `unread`.
enum Step {
    Block(Head),
    /// So many bytes are wrong.
    Wrong(usize, Trouble),
    /// So many bytes are none, and a block is searched for.
    Search(usize),
    /// The end of what is there.
    End,
}

impl<R: Read> Blocks<R> {
    /// Reads a log from where `input` stands.
    pub fn new(input: R) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            unread: 0..0,
            offset: 0,
            skipped: 0,
            is_lost: false,
            vain: 0,
            found: false,
            follows: false,
            is_over: false,
        }
    }

    /// Whether the log may still grow: then its end is no problem, and [`next`](Self::next) may be
    /// asked again after `None`.
    #[must_use]
    pub fn follow(mut self, follows: bool) -> Self {
        self.follows = follows;
        self
    }

    /// How many bytes of the log were gone through.
    pub fn position(&self) -> u64 {
        self.offset
    }

    /// What is read from.
    pub fn input(&self) -> &R {
        &self.input
    }

    /// The next block, or what is wrong in front of it; `None` at the end.
    ///
    /// # Errors
    ///
    /// A [`Problem`]; the next call goes on behind it. After one of reading nothing follows.
    #[expect(clippy::should_implement_trait, reason = "what it gives borrows from it")]
    pub fn next(&mut self) -> Option<Result<Block<'_>, Problem>> {
        loop {
            if self.is_over {
                return None;
            }
            let step = match self.step() {
                Ok(step) => step,
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(Trouble::Read(error).at(self.offset)));
                }
            };
            // What was skipped comes first.
            if self.skipped > 0 && !matches!(step, Step::Search(_)) && !self.is_waiting(&step) {
                return Some(Err(self.tell_skipped()));
            }
            match step {
                Step::Block(head) => return self.take_block(head).map(Ok),
                Step::Wrong(bytes, trouble) => {
                    let problem = trouble.at(self.offset);
                    self.consume(bytes);
                    return Some(Err(problem));
                }
                Step::Search(bytes) => {
                    self.is_lost = true;
                    self.skipped += bytes as u64;
                    self.consume(bytes);
                }
                Step::End => {
                    self.is_over = !self.follows;
                    return None;
                }
            }
        }
    }

    /// A log that grows may still become whole.
    fn is_waiting(&self, step: &Step) -> bool {
        self.follows && matches!(step, Step::End)
    }

    fn tell_skipped(&mut self) -> Problem {
        let bytes = core::mem::take(&mut self.skipped);
        Trouble::Skipped { bytes }.at(self.offset - bytes)
    }

    fn take_block(&mut self, head: Head) -> Option<Block<'_>> {
        (self.found, self.is_lost) = (true, false);
        let offset = self.offset;
        let at = self.unread.start + HEAD_BYTES;
        self.consume(HEAD_BYTES + head.len);
        let payload = self.buffer.get(at..at + head.len)?;
        Some(Block { offset, head, payload })
    }

    fn consume(&mut self, bytes: usize) {
        let bytes = bytes.min(self.unread.len());
        self.unread.start += bytes;
        self.offset += bytes as u64;
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.unread.clone()).unwrap_or_default()
    }

    fn step(&mut self) -> std::io::Result<Step> {
        if !self.fill(HEAD_BYTES)? {
            return Ok(self.short());
        }
        let head = self.rest().first_chunk().map(Head::parse);
        let Some(Ok(head)) = head else { return Ok(self.no_head()) };
        let whole = HEAD_BYTES + head.len;
        if !self.fill(whole)? {
            return Ok(self.incomplete(whole));
        }
        let payload = self.rest().get(HEAD_BYTES..whole).unwrap_or_default();
        if head.fits(payload, sum) {
            return Ok(Step::Block(head));
        }
        self.vain += whole as u64;
        if self.is_lost && self.vain < VAIN_BYTES + 8 * self.offset {
            return Ok(self.no_head());
        }
        self.fill(whole + HEAD_BYTES + MAX_SESSION)?;
        Ok(match self.session_within(whole) {
            Some(bytes) => Step::Wrong(bytes, torn(bytes, whole)),
            None => Step::Wrong(whole, Trouble::Damaged { bytes: whole as u64 }),
        })
    }

    /// Fewer bytes than a head has, and no more to come.
    fn short(&mut self) -> Step {
        let bytes = self.unread.len();
        match bytes {
            0 => Step::End,
            _ if self.follows => Step::End,
            _ if !self.found && !self.is_lost => Step::Wrong(bytes, self.not_a_log()),
            _ if self.is_lost => Step::Search(bytes),
            _ => Step::Wrong(bytes, torn(bytes, 0)),
        }
    }

    /// A block that ends behind all that is there.
    fn incomplete(&mut self, whole: usize) -> Step {
        let bytes = self.unread.len();
        match self.session_within(bytes) {
            Some(bytes) => Step::Wrong(bytes, torn(bytes, whole)),
            None if self.follows => Step::End,
            None if self.is_lost => self.no_head(),
            None => Step::Wrong(bytes, torn(bytes, whole)),
        }
    }

    /// No block begins here: as many bytes as there are in front of the next that might be one.
    fn no_head(&mut self) -> Step {
        if !self.found && !self.is_lost {
            self.is_lost = true;
            return Step::Wrong(0, self.not_a_log());
        }
        let rest = self.rest().get(1..).unwrap_or_default();
        let [first, _] = MAGIC;
        let next = rest.iter().position(|byte| *byte == first).unwrap_or(rest.len());
        Step::Search(1 + next)
    }

    fn not_a_log(&self) -> Trouble {
        Trouble::NotALog { begins: self.rest().iter().take(8).copied().collect() }
    }

    /// Where a session begins in the next so many bytes, behind the first.
    fn session_within(&self, bytes: usize) -> Option<usize> {
        let rest = self.rest();
        (1..bytes.min(rest.len())).find(|at| {
            let rest = rest.get(*at..).unwrap_or_default();
            rest.starts_with(&MAGIC) && is_session(rest)
        })
    }

    /// Reads until so many bytes are unread; `false` if there are no more.
    fn fill(&mut self, wanted: usize) -> std::io::Result<bool> {
        while self.unread.len() < wanted {
            if self.unread.start > 0 && self.buffer.len() - self.unread.start < wanted {
                self.buffer.copy_within(self.unread.clone(), 0);
                self.unread = 0..self.unread.len();
            }
            if self.buffer.len() == self.unread.end {
                self.buffer.resize(self.unread.end + READ_BYTES, 0);
            }
            let into = self.buffer.get_mut(self.unread.end..).unwrap_or_default();
            match self.input.read(into) {
                Ok(0) => return Ok(false),
                Ok(count) => self.unread.end += count.min(into.len()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

fn torn(bytes: usize, whole: usize) -> Trouble {
    Trouble::Torn { bytes: bytes as u64, wanted: whole as u64 }
}

/// Whether a session's block stands at the start of `bytes`, whole.
fn is_session(bytes: &[u8]) -> bool {
    let Some(Ok(head)) = bytes.first_chunk().map(Head::parse) else { return false };
    if head.kind() != Some(Kind::Session) || head.len > MAX_SESSION {
        return false;
    }
    let payload = bytes.get(HEAD_BYTES..HEAD_BYTES + head.len);
    payload.is_some_and(|payload| payload.starts_with(&SESSION_MAGIC) && head.fits(payload, sum))
}
