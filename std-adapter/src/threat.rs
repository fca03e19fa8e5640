//! Threat tags: values that try something are marked and counted, and written all the same.
//!
//! ```
//! use hydra_log::{Builder, Output, info, sink::Memory, threat::{Threat, Threats}};
//! let (memory, threats) = (Memory::new(), Threats::new());
//! let output = Output::new(memory.clone()).threats(threats.clone());
//! let engine = Builder::new().sink(output).build()?;
//! engine.scope(|| {
//!     info!("login of {}", "eve\n2026-11-21T10:12:20Z ERROR disk full");
//!     info!("login of {}", "ada");
//! });
//! engine.flush()?;
//! assert!(memory.lines()[0].ends_with(" threat=line-break,forged-line"));
//! assert!(memory.lines()[1].ends_with("login of ada"));
//! assert_eq!(threats.report().of(Threat::ForgedLine), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! No format lets a value end a line, forge one, or talk to a terminal, whether this is on or not:
//! a tag says that somebody tried, or that a program logs what it should not. It is never a gate.
//! Tags stand in a field `threat` of lines; of a binary log, whose records stay as they are, finds
//! are counted alone. What recovery writes has no tags.

use core::fmt;
use std::sync::Arc;

use hydra_log_core::ord;
use hydra_log_core::record::{RecordRef, ValueRef};
use hydra_log_core::sync::{AtomicUsize, rmw};

/// What a value tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Threat {
    /// A control character other than a tab, a line's end, or the one that begins commands.
    Control,
    /// A line's end, or a separator of lines.
    LineBreak,
    /// Behind a line's end stands what lines of logs begin with: a date, a level, a brace.
    ForgedLine,
    /// A command to a terminal.
    Escape,
    /// A character that changes the direction of text, so that it reads as something else.
    Bidi,
    /// A text that is longer than it may be.
    Overlong,
}

impl Threat {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Control,
        Self::LineBreak,
        Self::ForgedLine,
        Self::Escape,
        Self::Bidi,
        Self::Overlong,
    ];

    /// The tag.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::LineBreak => "line-break",
            Self::ForgedLine => "forged-line",
            Self::Escape => "escape",
            Self::Bidi => "bidi",
            Self::Overlong => "overlong",
        }
    }
}

/// Looks for threats in the values of records, and counts them. Clones count together.
#[derive(Clone)]
#[must_use = "an output tags by `Output::threats`"]
pub struct Threats {
    longest: usize,
    found: Arc<[AtomicUsize; Threat::ALL.len()]>,
}

/// Longer texts are told of, unless another length is given.
const LONGEST: usize = 8 << 10;
/// Values inside of values are looked at so far.
const DEPTH: u32 = 32;

impl Threats {
    /// Looks for everything; texts are overlong from 8 KiB on.
    pub fn new() -> Self {
        Self { longest: LONGEST, found: Arc::new([const { AtomicUsize::new(0) }; 6]) }
    }

    /// Texts of more bytes than this are overlong.
    pub fn longest(self, bytes: usize) -> Self {
        Self { longest: bytes, ..self }
    }

    /// How many records had which threat.
    #[must_use]
    pub fn report(&self) -> ThreatReport {
        let count = |count: &AtomicUsize| count.load(ord::count()) as u64;
        let counts = self.found.iter().map(count);
        ThreatReport { found: Threat::ALL.into_iter().zip(counts).collect() }
    }

    /// The tags of a record, counted; `None` if it has none.
    pub(crate) fn look(&self, record: &RecordRef<'_>) -> Option<String> {
        let mut found = Found::default();
        for value in record.values() {
            // What cannot be read has nothing to say.
            let Ok(value) = value else { break };
            self.value(&value, 0, &mut found);
        }
        found.any().then(|| {
            let mut tags = String::new();
            for (threat, count) in Threat::ALL.into_iter().zip(self.found.iter()) {
                if found.has(threat) {
                    rmw::add(count, 1, ord::count());
                    tags.push_str(if tags.is_empty() { "" } else { "," });
                    tags.push_str(threat.name());
                }
            }
            tags
        })
    }

    fn value(&self, value: &ValueRef<'_>, depth: u32, found: &mut Found) {
        match value {
            ValueRef::Str(text) | ValueRef::Text(text) => self.text(text, found),
            ValueRef::Char(letter) => self.text(letter.encode_utf8(&mut [0; 4]), found),
            ValueRef::Some(inner) if depth < DEPTH => {
                if let Ok(inner) = inner.get() {
                    self.value(&inner, depth + 1, found);
                }
            }
            ValueRef::Struct(inner) if depth < DEPTH => {
                for value in inner.values().flatten() {
                    self.value(&value, depth + 1, found);
                }
            }
            _ => {}
        }
    }

    fn text(&self, text: &str, found: &mut Found) {
        if text.len() > self.longest {
            found.add(Threat::Overlong);
        }
        if !text.as_bytes().iter().any(|byte| is_suspect(*byte)) {
            return;
        }
        for (at, letter) in text.char_indices() {
            match letter {
                '\t' => {}
                '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                    found.add(Threat::LineBreak);
                    let rest = text.get(at + letter.len_utf8()..).unwrap_or_default();
                    if is_head(rest) {
                        found.add(Threat::ForgedLine);
                    }
                }
                '\u{1b}' | '\u{9b}' => found.add(Threat::Escape),
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => found.add(Threat::Bidi),
                letter if letter.is_control() => found.add(Threat::Control),
                _ => {}
            }
        }
    }
}

impl Default for Threats {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Threats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threats").field("longest", &self.longest).finish_non_exhaustive()
    }
}

/// The threats of one record.
#[derive(Clone, Copy, Default)]
struct Found(u8);

impl Found {
    fn add(&mut self, threat: Threat) {
        self.0 |= 1 << threat as u8;
    }

    fn has(self, threat: Threat) -> bool {
        self.0 & (1 << threat as u8) != 0
    }

    fn any(self) -> bool {
        self.0 != 0
    }
}

/// Whether a byte may begin a character that is told of.
fn is_suspect(byte: u8) -> bool {
    (byte < 0x20) | (byte == 0x7F) | (byte == 0xC2) | (byte == 0xE2)
}

/// Whether lines of logs begin so.
fn is_head(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_date = bytes.get(..5).is_some_and(|head| {
        head.iter().take(4).all(u8::is_ascii_digit) && head.last() == Some(&b'-')
    });
    let levels = ["ERROR", "WARN", "INFO", "DEBUG", "TRACE", "FATAL", "CRITICAL"];
    let has_level = |text: &str| levels.iter().any(|level| text.starts_with(level));
    is_date || bytes.starts_with(b"{\"") || has_level(text.trim_start_matches(['[', ' ', '<']))
}

/// How many records had which threat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ThreatReport {
    /// By threat.
    pub found: Vec<(Threat, u64)>,
}

impl ThreatReport {
    /// How many records had this one.
    #[must_use]
    pub fn of(&self, threat: Threat) -> u64 {
        self.found.iter().filter(|(found, _)| *found == threat).map(|(_, count)| count).sum()
    }
}
