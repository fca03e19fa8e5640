//! What a program logged against the text beside its source.

use std::fs;
use std::path::Path;

/// What to do with an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// What differs fails.
    Compared,
    /// What was found becomes what is expected.
    Written,
}

/// Compares with the file. On success, how many lines were equal; the first difference otherwise.
pub(super) fn with(file: &Path, decoded: &str, mode: Expected) -> Result<String, String> {
    if mode == Expected::Written {
        let written = fs::write(file, decoded);
        written.map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let text = fs::read_to_string(file);
    let text = text.map_err(|error| format!("{}: {error}", file.display()))?;
    texts(&text, decoded).map(|count| format!("{count} lines as expected"))
}

/// How many lines are equal, if all are; the first difference otherwise.
pub(super) fn texts(expected: &str, decoded: &str) -> Result<usize, String> {
    let (mut wanted, mut found) = (expected.lines(), decoded.lines());
    let mut count = 0;
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return Ok(count),
            (wanted, found) if wanted == found => count += 1,
            (wanted, found) => {
                let shown = |line: Option<&str>| match line {
                    Some(line) => format!("`{line}`"),
                    None => "no line".to_owned(),
                };
                let (wanted, found) = (shown(wanted), shown(found));
                return Err(format!("line {}: {found}, not {wanted}", count + 1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_told() {
        assert_eq!(texts("a\nb\n", "a\nb\n"), Ok(2));
        let told = |text: &str| Err(text.to_owned());
        assert_eq!(texts("a\nb\n", "a\nc\n"), told("line 2: `c`, not `b`"));
        assert_eq!(texts("a\n", "a\nc\n"), told("line 2: `c`, not no line"));
        assert_eq!(texts("a\n", ""), told("line 1: no line, not `a`"));
    }
}
