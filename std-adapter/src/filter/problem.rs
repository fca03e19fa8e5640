//! What can be wrong with a filter, as a warning and as an error.

use core::fmt;

use hydra_log_core::LevelFilter;

/// What can't be read, or not be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FilterProblem {
    /// A word that is no level.
    UnknownLevel {
        /// The word.
        word: String,
        /// A level that looks like it.
        nearest: Option<LevelFilter>,
    },
    /// Another logger's name for a level.
    OtherName {
        /// The word.
        word: String,
        /// The level that it stands for.
        meant: LevelFilter,
    },
    /// A target that nothing logs to.
    UnknownTarget {
        /// The target.
        target: String,
        /// One that exists and looks like it.
        nearest: Option<String>,
    },
    /// A directive without a target.
    MissingTarget {
        /// The directive.
        directive: String,
    },
    /// A directive that fits no form.
    Malformed {
        /// The directive.
        directive: String,
    },
    /// A part in `[…]`, which is about spans.
    Span {
        /// The part.
        part: String,
        /// What the directive is applied to instead: nothing, if empty.
        target: String,
    },
    /// A `/pattern` for messages.
    Pattern {
        /// The pattern.
        pattern: String,
    },
}

impl FilterProblem {
    /// What happens where a filter is read as far as possible.
    fn outcome(&self) -> &'static str {
        match self {
            Self::UnknownLevel { nearest: Some(_), .. } => " The directive is ignored",
            Self::UnknownLevel { .. } | Self::Malformed { .. } | Self::MissingTarget { .. } => {
                "; the directive is ignored"
            }
            Self::Span { target, .. } if target.is_empty() => "; the directive is ignored",
            Self::Span { .. } => "; the directive is applied to the whole target",
            Self::Pattern { .. } => "; it is ignored",
            Self::OtherName { .. } | Self::UnknownTarget { .. } => "",
        }
    }
}

impl fmt::Display for FilterProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownLevel { word, nearest: Some(level) } => {
                write!(f, "`{word}` is no level, did you mean `{level}`?")
            }
            Self::UnknownLevel { word, nearest: None } => {
                write!(f, "`{word}` is no level, use off, error, warn, info, debug or trace")
            }
            Self::OtherName { word, meant } => write!(f, "`{word}` is called `{meant}` here"),
            Self::UnknownTarget { target, nearest: Some(nearest) } => {
                write!(f, "nothing logs to `{target}`, did you mean `{nearest}`?")
            }
            Self::UnknownTarget { target, nearest: None } => {
                write!(f, "nothing logs to `{target}`")
            }
            Self::MissingTarget { directive } => {
                write!(f, "`{directive}` has no target, write `target=level` or `level`")
            }
            Self::Malformed { directive } => write!(
                f,
                "cannot read `{directive}`, write `target=level` with commas between directives"
            ),
            Self::Span { part, .. } => write!(f, "spans are not supported, leave `{part}` out"),
            Self::Pattern { pattern } => {
                write!(f, "message patterns are not supported, leave `/{pattern}` out")
            }
        }
    }
}

/// Something in a filter that was ignored or guessed.
///
/// Shows as a line for the user: see [`Filter::parse`](super::Filter::parse).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilterWarning {
    /// The byte of the text where it stands.
    pub position: usize,
    /// What it is.
    pub problem: FilterProblem,
}

impl fmt::Display for FilterWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "filter: {}{}", self.problem, self.problem.outcome())
    }
}

/// Why a filter was refused.
///
/// See [`Filter::parse_strict`](super::Filter::parse_strict).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilterError {
    /// The byte of the text where it goes wrong.
    pub position: usize,
    /// What is wrong there.
    pub problem: FilterProblem,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.problem, self.position)
    }
}

impl core::error::Error for FilterError {}
