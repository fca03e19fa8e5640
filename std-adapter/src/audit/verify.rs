//! Reads an audit file from the first byte to the last, and says what was done to it, and where.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::chain::{Beside, Checkpoint, Kind, Line, Tag, first_tag, tag};
use super::end::{Head, MOST_LINE};
use super::fault::{Fault, Verified};
use super::key::PublicKey;

/// Rows of missing records that may still come, elsewhere in the file.
const MOST_MISSING: usize = 1 << 16;

/// Verifies a file, against the last checkpoint beside it.
///
/// ```no_run
/// use hydra_log::audit::{PublicKey, verify_file};
/// let verified = verify_file("audit.log", &PublicKey::read("audit.key.pub")?)?;
/// verified.faults.iter().for_each(|fault| println!("{fault}"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// What the system says.
pub fn verify_file(path: impl AsRef<Path>, key: &PublicKey) -> io::Result<Verified> {
    let verified = verify_files(&[path], key)?;
    Ok(verified.into_iter().next().unwrap_or_default())
}

/// Verifies files that were moved away one after the other, the oldest first: also that each goes
/// on where the one before it ends.
///
/// ```no_run
/// use hydra_log::audit::{PublicKey, verify_files};
/// let key = PublicKey::read("audit.key.pub")?;
/// let verified = verify_files(&["audit.log.1", "audit.log"], &key)?;
/// assert!(verified.iter().all(|file| file.is_whole()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// What the system says.
pub fn verify_files(paths: &[impl AsRef<Path>], key: &PublicKey) -> io::Result<Vec<Verified>> {
    let (mut files, mut before) = (Vec::new(), None);
    for path in paths {
        let path = path.as_ref();
        // Read first: a process that is writing has the file ahead of it, never behind.
        let head = Head::read(path, key)?;
        let mut state = State::new(key);
        (state.before, state.head) = (before, head.tag());
        state.read(BufReader::new(fs::File::open(path)?))?;
        before = Some(state.signed);
        files.push((head, state.head.is_none(), state.goes_on, state.end()));
    }
    // Where the next file goes on behind one, that tells of its end, too.
    let next: Vec<bool> = files.iter().map(|file| file.2).skip(1).chain([false]).collect();
    let with_end =
        files.into_iter().zip(next).map(|((head, is_found, _, mut verified), is_gone_on)| {
            match head {
                Head::Signed(head) if !is_found => {
                    let (expected, found) = (head.seq, verified.signed);
                    verified.add(Fault::End { expected, found });
                }
                Head::None if is_gone_on => {}
                Head::None | Head::Foreign => verified.add(Fault::Head),
                Head::Signed(_) => {}
            }
            verified
        });
    Ok(with_end.collect())
}

/// Verifies what a reader gives, in constant memory: all but whether its end was cut off.
///
/// # Errors
///
/// What the reader says.
pub fn verify(input: impl BufRead, key: &PublicKey) -> io::Result<Verified> {
    let mut state = State::new(key);
    state.read(input)?;
    Ok(state.end())
}

struct State<'k> {
    key: &'k PublicKey,
    verified: Verified,
    /// The youngest record, and the tag of the line that is next to be chained to.
    seq: u64,
    tag: Tag,
    /// Missing records, by the first of each row: the last of it, and the line that follows.
    missing: BTreeMap<u64, (u64, u64)>,
    /// The line of the last signed checkpoint; its number, and the tag behind it.
    signed_line: u64,
    signed: (u64, Tag),
    /// The same of the file before, if one was named; and whether this one goes on there.
    before: Option<(u64, Tag)>,
    goes_on: bool,
    /// The tag behind the checkpoint that is kept beside the file, until it is found.
    head: Option<Tag>,
    /// A line that is none, until what follows says whether a process left it so.
    odd: Option<Vec<u8>>,
    /// Whether the last line has no end.
    is_cut: bool,
}

impl<'k> State<'k> {
    fn new(key: &'k PublicKey) -> Self {
        let tag = first_tag(key);
        Self {
            key,
            verified: Verified::default(),
            seq: 0,
            tag,
            missing: BTreeMap::new(),
            signed_line: 0,
            signed: (0, tag),
            before: None,
            goes_on: false,
            head: None,
            odd: None,
            is_cut: false,
        }
    }

    fn read(&mut self, mut input: impl BufRead) -> io::Result<()> {
        let mut line = Vec::new();
        loop {
            line.clear();
            if input.by_ref().take(MOST_LINE).read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            match line.strip_suffix(b"\n") {
                Some(whole) => self.take(whole, true),
                None => {
                    // A line that was cut in two, or one that is too long to be one of ours.
                    let is_last = input.fill_buf()?.is_empty();
                    self.take(&line, false);
                    if !is_last {
                        self.is_cut = false;
                        input.skip_until(b'\n')?;
                    }
                }
            }
        }
    }

    fn take(&mut self, line: &[u8], is_ended: bool) {
        self.verified.lines += 1;
        let parsed = if is_ended { Line::parse(line) } else { Line::Other };
        self.is_cut = !is_ended;
        let begins = matches!(&parsed, Line::Checkpoint(it) if it.kind == Kind::File);
        match (self.verified.lines, &parsed) {
            (1, Line::Checkpoint(checkpoint)) if begins && checkpoint.is_signed_by(self.key) => {
                self.first(checkpoint);
            }
            (1, _) if begins => self.resume(&parsed),
            (1, _) => {
                self.verified.add(Fault::Beginning);
                self.resume(&parsed);
            }
            (line, _) if begins => {
                self.verified.add(Fault::Spliced { line });
                self.resume(&parsed);
            }
            _ => {}
        }
        let odd = self.odd.take();
        let left = match &parsed {
            Line::Checkpoint(it) if it.torn > 0 => Some(it.torn),
            _ => None,
        };
        match (odd, left) {
            (Some(odd), Some(torn)) if odd.len() as u64 == torn => {
                self.tag = tag(&self.tag, self.seq, &odd);
                self.verified.torn += 1;
            }
            (Some(_), _) => self.verified.add(Fault::Foreign { line: self.verified.lines - 1 }),
            (None, _) => {}
        }
        match parsed {
            Line::Record { body, seq, tag } => self.record(&body, seq, tag),
            Line::Checkpoint(checkpoint) => self.checkpoint(&checkpoint),
            Line::Other => self.odd = Some(line.to_vec()),
        }
    }

    /// The first line of a file, which may go on behind another one.
    fn first(&mut self, checkpoint: &Checkpoint) {
        let at = (checkpoint.seq, checkpoint.tag);
        if at == (self.seq, self.tag) {
            return;
        }
        match self.before {
            Some(before) if before == at => self.goes_on = true,
            Some((before, _)) if before < at.0 => {
                self.verified.add(Fault::Removed { line: 1, from: before + 1, to: at.0 });
            }
            Some(_) => self.verified.add(Fault::Joint),
            None => self.verified.add(Fault::Before { record: at.0 }),
        }
        (self.seq, self.tag) = at;
        self.verified.behind = at.0;
    }

    /// Goes on from a first line that is not the file's first: it cannot be checked itself.
    fn resume(&mut self, line: &Line) {
        match line {
            Line::Record { seq, .. } => self.seq = seq.saturating_sub(1),
            Line::Checkpoint(it) => (self.seq, self.tag) = (it.seq, it.tag),
            Line::Other => {}
        }
    }

    fn record(&mut self, body: &[u8], seq: u64, found: Tag) {
        let line = self.verified.lines;
        self.verified.records += 1;
        if seq <= self.seq {
            let fault = if self.found(seq) {
                Fault::Moved { line, record: seq }
            } else {
                Fault::Doubled { line, record: seq }
            };
            return self.verified.add(fault);
        }
        let is_next = seq == self.seq.saturating_add(1);
        if !is_next {
            self.miss(seq - 1);
        } else if line > 1 && tag(&self.tag, seq, body) != found {
            self.verified.add(Fault::Edited { line, record: seq });
        }
        (self.seq, self.tag) = (seq, found);
    }

    /// Notes that everything up to a record is missing, so far.
    fn miss(&mut self, to: u64) {
        let (from, line) = (self.seq + 1, self.verified.lines);
        if self.missing.len() < MOST_MISSING {
            self.missing.insert(from, (to, line));
        } else {
            self.verified.add(Fault::Removed { line, from, to });
        }
    }

    /// Takes a record out of the missing ones, if it was one.
    fn found(&mut self, seq: u64) -> bool {
        let Some((&from, &(to, line))) = self.missing.range(..=seq).next_back() else {
            return false;
        };
        if seq > to {
            return false;
        }
        self.missing.remove(&from);
        if from < seq {
            self.missing.insert(from, (seq - 1, line));
        }
        if seq < to {
            self.missing.insert(seq + 1, (to, line));
        }
        true
    }

    fn checkpoint(&mut self, checkpoint: &Checkpoint) {
        let line = self.verified.lines;
        self.verified.sessions += u64::from(checkpoint.kind != Kind::Point);
        let is_signed = checkpoint.is_signed_by(self.key);
        if !is_signed {
            let key = checkpoint.key.clone();
            self.verified.add(Fault::Signature { line, key });
        } else if checkpoint.seq > self.seq {
            self.miss(checkpoint.seq);
        } else if checkpoint.seq < self.seq || checkpoint.tag != self.tag {
            let since = self.signed_line;
            self.verified.add(Fault::Rewritten { line, since });
        }
        match checkpoint.beside {
            Beside::Fits => {}
            Beside::Gone => self.verified.add(Fault::HeadGone { line }),
            Beside::Ahead(records) => self.verified.add(Fault::Cut { line, records }),
        }
        if checkpoint.kind == Kind::Begin {
            self.verified.adopted += self.seq.saturating_sub(self.signed.0);
        }
        self.seq = self.seq.max(checkpoint.seq);
        self.tag = checkpoint.tag_behind();
        self.head = self.head.filter(|head| *head != self.tag);
        if is_signed {
            (self.signed, self.signed_line) = ((self.seq, self.tag), line);
        }
    }

    fn end(mut self) -> Verified {
        let line = self.verified.lines;
        if self.odd.is_some() {
            let fault =
                if self.is_cut { Fault::Unfinished { line } } else { Fault::Foreign { line } };
            self.verified.add(fault);
        }
        if line == 0 {
            self.verified.add(Fault::Beginning);
        }
        for (from, (to, line)) in core::mem::take(&mut self.missing) {
            self.verified.add(Fault::Removed { line, from, to });
        }
        self.verified.signed = self.signed.0;
        self.verified.unsigned = self.seq.saturating_sub(self.signed.0);
        self.verified
    }
}
