//! What is looked for, and what becomes of it: the settings of a [`Redaction`](super::Redaction).

use super::action::{Action, Key, MASK};
use super::detector::{COUNT, Detector};
use super::named::Name;
use super::names::{self, Word};
use super::own::Pattern;
use super::scan::{self, Find, Wanted};

/// Detectors and patterns by number, and what becomes of their finds.
#[derive(Clone)]
pub(super) struct Rules {
    /// Of each detector, what becomes of its finds; `None` if it is off.
    detectors: [Option<Action>; COUNT],
    words: Vec<Word>,
    own: Vec<(String, Pattern, Action)>,
    key: Key,
}

impl Rules {
    pub(super) fn new() -> Self {
        Self {
            detectors: [Some(Action::Replace); COUNT],
            words: Word::known(),
            own: Vec::new(),
            key: Key::random(),
        }
    }

    pub(super) fn set(&mut self, detector: Detector, action: Option<Action>) {
        if let Some(place) = self.detectors.get_mut(detector as usize) {
            *place = action;
        }
    }

    /// What becomes of all finds that are looked for.
    pub(super) fn set_all(&mut self, action: Action) {
        self.detectors.iter_mut().flatten().for_each(|place| *place = action);
        self.own.iter_mut().for_each(|(_, _, place)| *place = action);
    }

    pub(super) fn add_word(&mut self, word: &str) {
        self.words.push(Word::new(word));
    }

    pub(super) fn add_pattern(&mut self, name: &str, pattern: Pattern, action: Action) {
        self.own.push((name.to_owned(), pattern, action));
    }

    #[cfg(feature = "redact-hash")]
    pub(super) fn set_key(&mut self, bytes: [u8; 32]) {
        self.key = Key::of(bytes);
    }

    /// How many rules there are.
    pub(super) fn count(&self) -> usize {
        COUNT + self.own.len()
    }

    pub(super) fn has_no_patterns(&self) -> bool {
        self.own.is_empty()
    }

    /// The label of a rule, and what becomes of its finds; `None` if it is off.
    pub(super) fn of(&self, rule: usize) -> Option<(&str, Option<Detector>, Action)> {
        match Detector::ALL.get(rule) {
            Some(detector) => {
                let action = self.detectors.get(rule).copied().flatten()?;
                Some((detector.label(), Some(*detector), action))
            }
            None => {
                let (name, _, action) = self.own.get(rule.checked_sub(COUNT)?)?;
                Some((name, None, *action))
            }
        }
    }

    /// Calls `found` with the finds in a text; those of patterns may overlap others.
    pub(super) fn each(&self, text: &[u8], mut found: impl FnMut(Find)) {
        scan::each(text, self, &mut found);
        if self.own.is_empty() {
            return;
        }
        // A text that is none has no pattern of a text.
        let Ok(text) = core::str::from_utf8(text) else { return };
        for (place, (_, pattern, _)) in self.own.iter().enumerate() {
            pattern.each(text, COUNT + place, |find| {
                let is_done = text.as_bytes().get(find.start..find.end);
                if !is_done.is_some_and(|value| self.is_done(value)) {
                    found(find);
                }
            });
        }
    }

    /// Whether a field of that name is secret.
    pub(super) fn is_secret(&self, name: &str) -> bool {
        self.wants(Detector::Named) && self.name(name.as_bytes()) != Name::Harmless
    }

    /// Appends what stands for a find.
    pub(super) fn write(&self, rule: usize, secret: &[u8], out: &mut Vec<u8>) {
        if let Some((label, detector, action)) = self.of(rule) {
            action.write((label, detector), &self.key, secret, out);
        }
    }

    /// Names and actions, for debugging.
    pub(super) fn list(&self) -> impl Iterator<Item = (&str, Action)> {
        (0..self.count()).filter_map(|rule| self.of(rule).map(|(name, _, action)| (name, action)))
    }
}

impl Wanted for Rules {
    #[inline]
    fn wants(&self, detector: Detector) -> bool {
        self.detectors.get(detector as usize).is_some_and(Option::is_some)
    }

    fn name(&self, name: &[u8]) -> Name {
        names::look(name, &self.words)
    }

    fn is_done(&self, value: &[u8]) -> bool {
        if value.starts_with(MASK) {
            return true;
        }
        let Some(inner) = value.strip_prefix(b"[") else { return false };
        let is = |label: &str| {
            let behind = inner.strip_prefix(label.as_bytes());
            behind.is_some_and(|rest| matches!(rest.first(), Some(b']' | b'#')))
        };
        self.list().any(|(label, _)| is(label))
    }
}
