//! What is wrong with a configuration: everything at once, each with its place.

use core::fmt;
use std::sync::Arc;

use super::place::{Place, Source};

/// More problems are counted, not described: the rest will follow from the first.
const MOST: usize = 100;

/// What kind of thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The source can't be read, or is too large.
    Unreadable,
    /// It is no TOML, or no YAML, that is read here.
    Syntax,
    /// A key that nobody knows.
    UnknownKey,
    /// A list where a text belongs, and the like.
    WrongType,
    /// A text that is none of those that are known, or can't be read.
    BadValue,
    /// A number, a size or a time that is too small or too large.
    OutOfRange,
    /// A key without which the others mean nothing.
    Missing,
    /// Values that can't go together.
    Conflict,
    /// A path that leads out of the directory for log files.
    Outside,
    /// A file that can't be opened.
    Unopened,
    /// Something that this program was built without.
    Unavailable,
}

/// One thing that is wrong.
///
/// ```
/// use hydra_log::config::{Config, ProblemKind, Syntax};
/// let error = Config::parse("wokers = 2", Syntax::Toml).unwrap_err();
/// assert_eq!(error.problems[0].kind, ProblemKind::UnknownKey);
/// assert_eq!(
///     error.problems[0].to_string(),
///     "configuration:1:1: unknown key `wokers`\n  help: did you mean `workers`?"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// Of what kind.
    pub kind: ProblemKind,
    /// What.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Problem {
    pub(super) fn new(
        kind: ProblemKind,
        place: &Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { place: place.clone(), kind, message: message.into(), help: help.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        if self.help.is_empty() { Ok(()) } else { write!(f, "\n  help: {}", self.help) }
    }
}

/// Everything that is wrong with a configuration, by place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigError {
    /// The problems; never none.
    pub problems: Vec<Problem>,
    /// How many more there are that nobody described.
    pub more: usize,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        if self.more > 0 { write!(f, "\nand {} problems more", self.more) } else { Ok(()) }
    }
}

impl core::error::Error for ConfigError {}

/// Problems as they are found.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<Problem>,
    more: usize,
}

impl Problems {
    /// Adds a problem. What costs anything to find out about it is done only while there is room.
    pub(super) fn add(&mut self, describe: impl FnOnce() -> Problem) {
        if self.found.len() < MOST {
            self.found.push(describe());
        } else {
            self.more += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All of them, or what was to be made if there are none.
    ///
    /// # Errors
    /// The problems, by place. Where a line can't be read, what follows from that is left out.
    pub(super) fn or<T>(mut self, made: T) -> Result<T, ConfigError> {
        if self.found.is_empty() {
            return Ok(made);
        }
        self.found.sort_by(|a, b| (&a.place, a.kind).cmp(&(&b.place, b.kind)));
        let broken: Vec<(Arc<Source>, usize)> = self
            .found
            .iter()
            .filter(|problem| problem.kind == ProblemKind::Syntax)
            .map(|problem| (Arc::clone(&problem.place.source), problem.place.line))
            .collect();
        self.found.retain(|problem| {
            let at = (Arc::clone(&problem.place.source), problem.place.line);
            problem.kind == ProblemKind::Syntax || !broken.contains(&at)
        });
        self.found.dedup();
        Err(ConfigError { problems: self.found, more: self.more })
    }
}
