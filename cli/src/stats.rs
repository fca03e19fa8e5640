//! `hydra stats`: how much is in a log, and which calls cost it.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;

use hydra_log::format::Buffer;
use hydra_log_core::block::Kind;
use hydra_log_core::record::{Flags, RecordRef, ValueRef};
use hydra_log_decode::{Blocks, Session, Sessions, Trouble, Unpacker, inflate};

use crate::Failure;
use crate::log_input::{self, Counted, Out, Troubles};

/// How many callsites are listed.
const LISTED: usize = 40;
/// The longest message that is shown.
const MESSAGE_LETTERS: usize = 60;

/// What `hydra stats` was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StatsOptions {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) top: usize,
}

/// Reads the words behind the command; `None` when help is asked for.
pub(crate) fn parse(words: &[OsString]) -> Result<Option<StatsOptions>, Failure> {
    let mut options = StatsOptions { files: Vec::new(), top: LISTED };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        match text.as_ref() {
            "--help" | "-h" => return Ok(None),
            "--top" => {
                let value = words.next().map(|word| word.to_string_lossy().into_owned());
                let value = value.unwrap_or_default();
                let top = value.parse().ok().filter(|top| *top > 0);
                let refused = || Failure::Usage(format!("`--top {value}`: use a number from 1"));
                options.top = top.ok_or_else(refused)?;
            }
            option if option.starts_with("--") => {
                let reason = format!("unknown argument `{option}`: use --top or --help");
                return Err(Failure::Usage(reason));
            }
            _ => options.files.push(PathBuf::from(word)),
        }
    }
    if options.files.is_empty() {
        return Err(Failure::Usage("no file: `hydra stats app.hlog`".to_owned()));
    }
    Ok(Some(options))
}

/// Counts, and shows the counts.
pub(crate) fn run(options: &StatsOptions) -> Result<(), Failure> {
    let troubles = Troubles::default();
    let mut counts = Counts { first_ns: u64::MAX, ..Counts::default() };
    for path in &options.files {
        counts.add_file(log_input::open(path)?, &troubles);
    }
    Out::new().write(counts.shown(options.top).as_bytes())?;
    troubles.outcome()
}

#[derive(Default)]
struct Counts {
    bytes: u64,
    records: u64,
    lost: u64,
    sessions: u64,
    ended: u64,
    first_ns: u64,
    last_ns: u64,
    /// By the hash of what the call says: the same in every session and build.
    calls: HashMap<u64, Call>,
}

/// One callsite.
#[derive(Default)]
struct Call {
    records: u64,
    bytes: u64,
    place: String,
    message: String,
}

/// What one block has of one shape of records.
#[derive(Clone, Copy, Default)]
struct Tally {
    records: u64,
    bytes: u64,
    site: Option<hydra_log_core::site::SiteId>,
}

impl Counts {
    fn add_file(&mut self, input: Counted, troubles: &Troubles) {
        let name = input.name.clone();
        let mut blocks = Blocks::new(input);
        let (mut sessions, mut unpacker) = (Sessions::new(), Unpacker::new());
        while let Some(block) = blocks.next() {
            let counted = block.and_then(|block| {
                let payload = inflate(&block)?;
                sessions.take(&block, &payload)?;
                match block.head.kind() {
                    Some(Kind::Session) => self.sessions += 1,
                    Some(Kind::End) => self.ended += 1,
                    Some(Kind::Records) => {
                        if let Some(session) = sessions.current() {
                            let counted = self.add_block(session, &payload, &mut unpacker);
                            let offset = block.offset;
                            counted
                                .map_err(|trouble| hydra_log_decode::Problem { offset, trouble })?;
                        }
                    }
                    _ => {}
                }
                Ok(())
            });
            if let Err(problem) = counted {
                troubles.tell(&name, &problem);
            }
        }
        self.bytes += blocks.position();
    }

    fn add_block(
        &mut self,
        session: &Session,
        payload: &[u8],
        unpacker: &mut Unpacker,
    ) -> Result<(), Trouble> {
        let mut tallies: Vec<Tally> = Vec::new();
        let mut records = unpacker.start(payload)?;
        let mut outcome = Ok(());
        while let Some(found) = records.next() {
            let found = match found {
                Ok(found) => found,
                Err(trouble) => {
                    outcome = Err(trouble);
                    continue;
                }
            };
            let Ok(record) = RecordRef::parse(found.bytes) else { continue };
            if tallies.len() <= found.shape {
                tallies.resize(found.shape + 1, Tally::default());
            }
            let Some(tally) = tallies.get_mut(found.shape) else { continue };
            tally.records += 1;
            tally.bytes += found.packed_bytes as u64;
            tally.site = Some(record.site());
            let time_ns = session.time_ns(record.stamp());
            self.first_ns = self.first_ns.min(time_ns);
            self.last_ns = self.last_ns.max(time_ns);
            // Gap records, of a ring's losses or of a sink's, count them first.
            if let (true, Some(Ok(ValueRef::U64(lost)))) =
                (record.flags().contains(Flags::CONTROL), record.get(0))
            {
                self.lost = self.lost.saturating_add(lost);
            }
        }
        for Tally { records, bytes, site } in tallies {
            let Some(id) = site else { continue };
            self.records += records;
            let site = session.site(id);
            let hash = site.as_ref().map_or(u64::from(id.0), |site| site.hash());
            let call = self.calls.entry(hash).or_insert_with(|| match &site {
                Some(site) => Call {
                    place: format!("{:<5} {} {}:{}", site.level, site.target, site.file, site.line),
                    message: site.template.chars().take(MESSAGE_LETTERS).collect(),
                    ..Call::default()
                },
                None => Call { place: format!("site {}, not described", id.0), ..Call::default() },
            });
            call.records += records;
            call.bytes += bytes;
        }
        outcome
    }

    #[expect(clippy::cast_precision_loss, reason = "shares with one digit")]
    fn shown(&self, top: usize) -> String {
        let time = |ns| {
            let mut text = Buffer::new();
            text.push_time(ns);
            String::from_utf8_lossy(text.as_bytes()).into_owned()
        };
        let mut text = format!(
            "records   {}\nlost      {}\nbytes     {}\nsessions  {}, {} of them ended in order\n",
            self.records, self.lost, self.bytes, self.sessions, self.ended
        );
        if self.records > 0 {
            let (first, last) = (time(self.first_ns), time(self.last_ns));
            text.push_str(&format!("from      {first}\nto        {last}\n"));
            let a_record = self.bytes as f64 / self.records as f64;
            text.push_str(&format!("a record  {a_record:.1} bytes of the file\n"));
        }
        let mut calls: Vec<&Call> = self.calls.values().collect();
        calls.sort_by(|a, b| b.bytes.cmp(&a.bytes).then(a.place.cmp(&b.place)));
        let all: u64 = calls.iter().map(|call| call.bytes).sum();
        text.push_str("\n    bytes  share      records  call\n");
        for call in calls.iter().take(top) {
            let Call { records, bytes, place, message } = call;
            let share = *bytes as f64 / all.max(1) as f64 * 100.0;
            let line = format!("{bytes:>9} {share:>5.1}% {records:>12}  {place}  {message}");
            text.extend(line.chars().map(|c| if c.is_control() { '?' } else { c }));
            text.push('\n');
        }
        if let Some(rest) = calls.len().checked_sub(top).filter(|rest| *rest > 0) {
            text.push_str(&format!("and {rest} more calls: `--top {}`\n", calls.len()));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Option<StatsOptions>, Failure> {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        parse(&words)
    }

    #[test]
    fn options_are_read_and_bad_ones_named() {
        let options = of("a.hlog --top 3 b.hlog").unwrap().unwrap();
        assert_eq!((options.files.len(), options.top), (2, 3));
        for (line, named) in [("", "no file"), ("a --top x", "`--top x`"), ("a --tpo", "`--tpo`")] {
            assert!(of(line).unwrap_err().reason().contains(named), "{line}");
        }
    }
}
