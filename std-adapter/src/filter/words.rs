//! The words of a condition: names, numbers, signs, and texts between quotes.

use super::condition::ConditionError;

/// Signs, longer ones first.
const SIGNS: [&str; 10] = ["==", "!=", "<=", ">=", "=", "<", ">", "~", "(", ")"];

/// A word of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word<'t> {
    Plain(&'t str),
    Quoted(String),
    Sign(&'static str),
    End,
}

/// Words, one after the other.
pub(super) struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Words<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// Where the next word stands.
    pub(super) fn position(&self) -> usize {
        let rest = self.rest();
        self.at + (rest.len() - rest.trim_start().len())
    }

    /// The next word, and where it stands.
    pub(super) fn next(&mut self) -> Result<(Word<'t>, usize), ConditionError> {
        self.at = self.position();
        let position = self.at;
        let rest = self.rest();
        let (word, length) = if rest.is_empty() {
            (Word::End, 0)
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            (Word::Sign(sign), sign.len())
        } else if rest.starts_with('"') {
            let (text, length) =
                quoted(rest).ok_or(ConditionError { position, wanted: "a second `\"`" })?;
            (Word::Quoted(text), length)
        } else {
            let ends = |letter: char| letter.is_whitespace() || "=!<>~()\"".contains(letter);
            let length = rest.find(ends).unwrap_or(rest.len());
            if length == 0 {
                return Err(ConditionError { position, wanted: "a name or a sign" });
            }
            (Word::Plain(rest.get(..length).unwrap_or_default()), length)
        };
        self.at += length;
        Ok((word, position))
    }

    /// Takes the next word if it is this one.
    pub(super) fn take_if(&mut self, wanted: &Word<'_>) -> Result<bool, ConditionError> {
        let before = self.at;
        let is_it = self.next()?.0 == *wanted;
        if !is_it {
            self.at = before;
        }
        Ok(is_it)
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }
}

/// A text between quotes, and how long it is with them: `\"` and `\\` stand for the signs.
fn quoted(rest: &str) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((text, at + 1)),
            '\\' => match letters.next()? {
                (_, escaped @ ('"' | '\\')) => text.push(escaped),
                (_, other) => text.extend(['\\', other]),
            },
            _ => text.push(letter),
        }
    }
    None
}
