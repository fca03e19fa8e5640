//! Where a value was said: a file with line and column, or a variable.

use core::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// What a value was read from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// A text that the program gave.
    Text,
    /// A variable of the environment.
    Variable(String),
}

/// Where in a source a value stands.
///
/// ```
/// use hydra_log::config::{Config, Syntax};
/// let error = Config::parse("level = \"loud\"", Syntax::Toml).unwrap_err();
/// let place = &error.problems[0].place;
/// assert_eq!((place.line, place.column), (1, 9));
/// assert_eq!(place.to_string(), "configuration:1:9");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The source.
    pub source: Arc<Source>,
    /// The line, from 1; 0 where the source has no lines.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

impl Place {
    /// The source as a whole.
    pub(super) fn whole(source: &Arc<Source>) -> Self {
        Self { source: Arc::clone(source), line: 0, column: 0 }
    }

    /// Whether it is in a file or a text, not in the environment.
    pub(super) fn is_in_file(&self) -> bool {
        !matches!(*self.source, Source::Variable(_))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.source {
            Source::File(path) => write!(f, "{}", path.display())?,
            Source::Text => f.write_str("configuration")?,
            Source::Variable(name) => f.write_str(name)?,
        }
        if self.line == 0 { Ok(()) } else { write!(f, ":{}:{}", self.line, self.column) }
    }
}

/// The lines of a text, for the places of its bytes.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    source: &'t Arc<Source>,
}

/// In a longer line, what lies behind is counted in bytes: counting must not cost more than
/// reading.
const COUNTED: usize = 1 << 10;

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str, source: &'t Arc<Source>) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = core::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { text, starts, source }
    }

    /// The place of a byte.
    pub(super) fn at(&self, byte: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= byte).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let before = self.text.as_bytes().get(start..byte).unwrap_or_default();
        let (near, far) = before.split_at(before.len().min(COUNTED));
        let is_first = |byte: &&u8| **byte & 0xc0 != 0x80;
        let column = near.iter().filter(is_first).count() + far.len() + 1;
        Place { source: Arc::clone(self.source), line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_in_lines() {
        let source = Arc::new(Source::Text);
        let lines = Lines::new("é=1\nb\n", &source);
        let at = |byte| (lines.at(byte).line, lines.at(byte).column);
        assert_eq!([at(0), at(2), at(5), at(6), at(7)], [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1)]);
        assert_eq!(at(1000), (3, 1), "past the end is at the end");
        let long = "x".repeat(COUNTED + 9);
        assert_eq!(Lines::new(&long, &source).at(COUNTED + 5).column, COUNTED + 6);
    }
}
