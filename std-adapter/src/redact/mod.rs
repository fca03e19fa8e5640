//! Redaction on the drain's side: what looks like a secret is taken out before a sink sees it.
//!
//! ```
//! use hydra_log::{Builder, Output, info, redact::Redaction, sink::Memory};
//! let memory = Memory::new();
//! let redaction = Redaction::new();
//! let output = Output::new(memory.clone()).redact(redaction.clone());
//! let engine = Builder::new().sink(output).build()?;
//! engine.scope(|| info!("mail to {}", "ada@example.org", password = "hunter2"));
//! engine.flush()?;
//! assert!(memory.lines()[0].ends_with(": mail to [email] password=[redacted]"));
//! assert_eq!(redaction.report().total(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Records are looked through before they become lines or blocks of a binary log: values with the
//! callsite's texts around them, names of fields, fields of structs, names in texts (`password=…`,
//! `"token":"…"`). Where something is found, the record is written anew, so that no format, no
//! fallback sink and no binary log ever has it. Nothing changes for an output that does not
//! [ask for it](crate::Output::redact), nor for a record in which nothing is found.
//!
//! **This is no data-loss prevention.** A secret that looks like nothing in particular passes, one
//! that is cut into pieces passes, and text that merely looks like a secret is taken out.
//! `docs/redaction.md` says how often, by a corpus. What must never be in a log belongs into a
//! [`Secret`](crate::Secret), or behind `#[record(redact)]` in a [`Record`](crate::Record): then it
//! never gets into a record, nor into the memory of a crashed process that rings are kept for.
//!
//! Not looked at: targets, names of files, modules, threads and fields; slices of numbers.

mod action;
mod detector;
mod keys;
mod leaves;
mod mail;
mod named;
mod names;
mod numbers;
mod own;
mod plan;
mod redactor;
mod report;
mod rewrite;
mod rules;
mod scan;

use core::fmt;
use std::borrow::Cow;
use std::sync::Arc;

use hydra_log_core::ord;
use hydra_log_core::record::RecordRef;
use hydra_log_core::sync::{AtomicUsize, rmw};

pub use self::action::Action;
pub use self::detector::Detector;
pub use self::own::Pattern;
#[cfg(feature = "redact-regex")]
pub use self::own::PatternError;
pub(crate) use self::plan::{Plan, cleaned_blocks};
pub(crate) use self::redactor::{Redactor, Work};
pub use self::report::{Redacted, RedactionReport};
use self::rules::Rules;
use self::scan::Find;

/// What is looked for, what becomes of it, and how often it was found. Clones count together.
///
/// ```
/// use hydra_log::redact::{Action, Detector, Redaction};
/// let redaction = Redaction::new()
///     .action(Detector::Card, Action::Mask)
///     .without(&[Detector::Phone])
///     .name("nickname");
/// let shown = redaction.text("card 4111 1111 1111 1111, call +49 170 1234567, nickname=adi");
/// assert_eq!(shown, "card ****1111, call +49 170 1234567, nickname=[redacted]");
/// assert_eq!(redaction.report().of("card"), 1);
/// ```
#[derive(Clone)]
#[must_use = "an output redacts by `Output::redact`"]
pub struct Redaction {
    rules: Arc<Rules>,
    found: Arc<[AtomicUsize]>,
}

impl Redaction {
    /// Looks for everything, and replaces it.
    pub fn new() -> Self {
        Self::of(Rules::new())
    }

    /// Looks for these alone.
    pub fn only(self, detectors: &[Detector]) -> Self {
        let others = Detector::ALL.iter().filter(|detector| !detectors.contains(detector));
        self.without(&others.copied().collect::<Vec<_>>())
    }

    /// Does not look for these.
    pub fn without(self, detectors: &[Detector]) -> Self {
        self.with(|rules| detectors.iter().for_each(|detector| rules.set(*detector, None)))
    }

    /// What becomes of a detector's finds; it is looked for from now on.
    pub fn action(self, detector: Detector, action: Action) -> Self {
        self.with(|rules| rules.set(detector, Some(action)))
    }

    /// What becomes of everything that is looked for by now.
    pub fn all(self, action: Action) -> Self {
        self.with(|rules| rules.set_all(action))
    }

    /// A field is secret, too, whose name has this word in it: capitals, `_`, `-` and `.` aside.
    pub fn name(self, word: &str) -> Self {
        self.with(|rules| rules.add_word(word))
    }

    /// Looks for something of the program's own, too, and replaces it by the name in brackets.
    pub fn pattern(self, name: &str, pattern: Pattern) -> Self {
        self.with(|rules| rules.add_pattern(name, pattern, Action::Replace))
    }

    /// The key of hashes. Without it there is a random one for each process, so that hashes are the
    /// same within a run and tell nothing to others.
    ///
    /// ```
    /// use hydra_log::redact::{Action, Redaction};
    /// let redaction = Redaction::new().all(Action::Hash).key([7; 32]);
    /// let shown = redaction.text("ada@example.org, bob@example.org, ada@example.org");
    /// let names: Vec<_> = shown.split(", ").collect();
    /// assert!(names[0].starts_with("[email#") && names[0] == names[2] && names[0] != names[1]);
    /// ```
    #[cfg(feature = "redact-hash")]
    pub fn key(self, key: [u8; 32]) -> Self {
        self.with(|rules| rules.set_key(key))
    }

    /// How many finds there were, of each detector and pattern that is looked for.
    #[must_use]
    pub fn report(&self) -> RedactionReport {
        let one = |rule: usize| {
            let (name, _, action) = self.rules.of(rule)?;
            let count = self.found.get(rule)?.load(ord::count()) as u64;
            Some(Redacted { name: name.to_owned(), action, count })
        };
        RedactionReport { found: (0..self.rules.count()).filter_map(one).collect() }
    }

    /// A text without what is found in it, counted: for texts that go elsewhere.
    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut finds = Vec::new();
        self.rules.each(text.as_bytes(), |find| finds.push(find));
        if finds.is_empty() {
            return Cow::Borrowed(text);
        }
        finds.sort_unstable_by_key(|find: &Find| (find.start, usize::MAX - find.end));
        let (mut shown, mut at) = (Vec::with_capacity(text.len()), 0);
        for Find { start, end, rule } in finds {
            if start >= at {
                shown.extend_from_slice(text.as_bytes().get(at..start).unwrap_or_default());
                let secret = text.as_bytes().get(start..end).unwrap_or_default();
                self.rules.write(rule, secret, &mut shown);
                self.count(rule);
            }
            at = at.max(end);
        }
        shown.extend_from_slice(text.as_bytes().get(at..).unwrap_or_default());
        Cow::Owned(String::from_utf8_lossy(&shown).into_owned())
    }

    fn of(rules: Rules) -> Self {
        let found = (0..rules.count()).map(|_| AtomicUsize::new(0)).collect();
        Self { rules: Arc::new(rules), found }
    }

    /// The same with other rules, and counts of its own.
    fn with(self, change: impl FnOnce(&mut Rules)) -> Self {
        let mut rules = Arc::unwrap_or_clone(self.rules);
        change(&mut rules);
        Self::of(rules)
    }

    fn count(&self, rule: usize) {
        if let Some(count) = self.found.get(rule) {
            rmw::add(count, 1, ord::count());
        }
    }
}

/// The record with a text behind its values, and that value's number.
pub(crate) fn with_text(record: &RecordRef<'_>, text: &str, out: &mut Vec<u8>) -> usize {
    let nothing = |_: &rewrite::Hit, _: &[u8], _: &mut Vec<u8>| {};
    rewrite::Rewrite::new(&[], nothing).record(record, Some(text), out);
    record.values().count()
}

impl Default for Redaction {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.rules.list()).finish()
    }
}
