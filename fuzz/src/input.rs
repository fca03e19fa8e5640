//! Bytes as a row of choices: what is missing at the end counts as zero.

/// Reads choices off an input.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    /// All of an input.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// What was not read.
    #[must_use]
    pub fn rest(self) -> &'a [u8] {
        self.rest
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        *first
    }

    /// A number from 0 to `last`: one byte, two where `last` is over 255.
    pub fn up_to(&mut self, last: u16) -> usize {
        let low = self.byte();
        let high = if last > 255 { self.byte() } else { 0 };
        let number = u32::from(u16::from_le_bytes([low, high]));
        (number % (u32::from(last) + 1)) as usize
    }
}

/// Two inputs in one: a text in front of the first zero byte, and bytes behind it.
///
/// Bytes that are no UTF-8 end the text.
#[must_use]
pub fn text_and_bytes(data: &[u8]) -> (&str, &[u8]) {
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (front, back) = data.split_at(end);
    (text(front), back.get(1..).unwrap_or_default())
}

/// The text at the start of bytes that may be none.
#[must_use]
pub fn text(data: &[u8]) -> &str {
    data.utf8_chunks().next().map_or("", |chunk| chunk.valid())
}
