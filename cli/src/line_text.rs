//! A line's bytes as text: what is not UTF-8 is spelled out, what is cut off is said.

use core::fmt::Write;

use crate::lines::{KEPT_BYTES, Line};

/// Makes the text of one line after another, in one buffer.
#[derive(Debug, Default)]
pub(crate) struct LineText {
    buffer: String,
    cut: u64,
}

impl LineText {
    /// The text of a line.
    pub(crate) fn of<'a>(&'a mut self, line: Line<'a>) -> &'a str {
        let is_whole = line.bytes.len() as u64 == line.total_bytes;
        match core::str::from_utf8(line.bytes) {
            Ok(text) if is_whole => text,
            _ => self.spell(line),
        }
    }

    /// How many lines were cut.
    pub(crate) fn cut(&self) -> u64 {
        self.cut
    }

    fn spell(&mut self, line: Line<'_>) -> &str {
        let text = &mut self.buffer;
        text.clear();
        // Bytes of the line that are in the text.
        let mut taken = 0;
        let mut chunks = line.bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            let valid = prefix(chunk.valid(), KEPT_BYTES.saturating_sub(text.len()));
            text.push_str(valid);
            taken += valid.len() as u64;
            if valid.len() < chunk.valid().len() {
                break;
            }
            // A character that the cut went through is no wrong byte.
            let is_split = chunks.peek().is_none() && line.total_bytes > line.bytes.len() as u64;
            for byte in chunk.invalid().iter().filter(|_| !is_split) {
                if text.len() < KEPT_BYTES {
                    // Writing to a `String` cannot fail.
                    let _ = write!(text, "\\x{byte:02x}");
                    taken += 1;
                }
            }
        }
        if taken < line.total_bytes {
            self.cut += 1;
            let _ = write!(text, " [cut: {taken} of {} bytes]", line.total_bytes);
        }
        text
    }
}

/// The longest beginning of at most `bytes` bytes that ends between two characters.
fn prefix(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8], total_bytes: usize) -> (String, u64) {
        let mut text = LineText::default();
        let shown = text.of(Line { bytes, total_bytes: total_bytes as u64 }).to_owned();
        (shown, text.cut())
    }

    #[test]
    fn text_stays_and_other_bytes_are_spelled_out() {
        assert_eq!(of("grün".as_bytes(), 5), ("grün".to_owned(), 0));
        assert_eq!(of(b"a\xffb\xfe", 4), ("a\\xffb\\xfe".to_owned(), 0));
        assert_eq!(of(b"", 0), (String::new(), 0));
    }

    #[test]
    fn a_cut_is_said_and_never_within_a_character() {
        assert_eq!(of(b"abc", 10), ("abc [cut: 3 of 10 bytes]".to_owned(), 1));
        let half = &"ab€".as_bytes()[..4];
        assert_eq!(of(half, 10), ("ab [cut: 2 of 10 bytes]".to_owned(), 1));
    }

    #[test]
    fn text_that_grows_is_cut_as_well() {
        let bytes = vec![0xff; KEPT_BYTES];
        let (text, cut) = of(&bytes, KEPT_BYTES);
        assert_eq!(cut, 1);
        assert!(text.len() < KEPT_BYTES + 64, "{}", text.len());
        assert!(text.ends_with(&format!("[cut: {} of {KEPT_BYTES} bytes]", KEPT_BYTES / 4)));
    }
}
