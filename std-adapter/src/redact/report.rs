//! How often what was redacted.

use super::action::Action;

/// How often what was redacted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedactionReport {
    /// By detector, patterns of the program's own last.
    pub found: Vec<Redacted>,
}

/// The finds of one detector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Redacted {
    /// The detector's label, or the pattern's name.
    pub name: String,
    /// What became of them.
    pub action: Action,
    /// How many there were.
    pub count: u64,
}

impl RedactionReport {
    /// All finds.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.found.iter().map(|found| found.count).sum()
    }

    /// The finds of one detector or pattern.
    #[must_use]
    pub fn of(&self, name: &str) -> u64 {
        self.found.iter().filter(|found| found.name == name).map(|found| found.count).sum()
    }
}
