//! Escaping: no value ends a line, starts another one, or sends commands to a terminal.
//!
//! | character                         | text      | text in quotes | JSON     |
//! |-----------------------------------|-----------|----------------|----------|
//! | line feed, carriage return, tab   | `\n`      | `\n`           | `\n`     |
//! | other controls below U+0020, DEL  | `\x1b`    | `\x1b`         | `\u001b` |
//! | controls U+0080 to U+009F         | `\u{9b}`  | `\u{9b}`       | `\u009b` |
//! | line separators U+2028, U+2029    | `\u{2028}`| `\u{2028}`     | `\u2028` |
//! | `"` and `\`                       | as it is  | `\"`           | `\"`     |
//! | everything else                   | as it is  | as it is       | as it is |
//!
//! A CSV file's fields are as text, with `""` for `"`; a syslog parameter is as text in quotes,
//! with `\]` for `]`.
//!
//! Most texts need none of it, so sixteen bytes at a time are looked at for the few that start
//! such a character: controls, DEL, and the lead bytes of U+0080 and U+2028.

use core::fmt::{self, Write};
use core::marker::PhantomData;

use hydra_log_core::render::Out;

use super::Buffer;

/// Which characters are escaped, and how.
pub(super) trait Dialect {
    /// Whether quotes and backslashes are escaped too.
    const QUOTED: bool;
    /// A sign that is escaped with them.
    const ALSO: u8 = b'"';

    /// Writes a character that has to be escaped.
    fn escape(out: &mut Buffer, letter: char) -> fmt::Result;
}

/// Text as it stands in a line.
pub(super) struct Plain;
/// Text between quotes in a line.
pub(super) struct Quoted;
/// Text between quotes in JSON.
pub(super) struct JsonString;

impl Dialect for Plain {
    const QUOTED: bool = false;

    fn escape(out: &mut Buffer, letter: char) -> fmt::Result {
        match letter {
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            '\t' => out.write_str("\\t"),
            '"' | '\\' => {
                out.write_char('\\')?;
                out.write_char(letter)
            }
            '\0'..='\x7F' => write!(out, "\\x{:02x}", u32::from(letter)),
            _ => write!(out, "\\u{{{:x}}}", u32::from(letter)),
        }
    }
}

impl Dialect for Quoted {
    const QUOTED: bool = true;

    fn escape(out: &mut Buffer, letter: char) -> fmt::Result {
        Plain::escape(out, letter)
    }
}

impl Dialect for JsonString {
    const QUOTED: bool = true;

    fn escape(out: &mut Buffer, letter: char) -> fmt::Result {
        match letter {
            '\n' | '\r' | '\t' | '"' | '\\' => Plain::escape(out, letter),
            _ => write!(out, "\\u{:04x}", u32::from(letter)),
        }
    }
}

/// Text between quotes in a CSV file.
pub(super) struct CsvField;
/// Text between quotes in a syslog message's structured data.
pub(super) struct SyslogParam;

impl Dialect for CsvField {
    const QUOTED: bool = true;

    fn escape(out: &mut Buffer, letter: char) -> fmt::Result {
        match letter {
            '"' => out.write_str("\"\""),
            '\\' => out.write_char(letter),
            _ => Plain::escape(out, letter),
        }
    }
}

impl Dialect for SyslogParam {
    const QUOTED: bool = true;
    const ALSO: u8 = b']';

    fn escape(out: &mut Buffer, letter: char) -> fmt::Result {
        match letter {
            ']' => out.write_str("\\]"),
            _ => Plain::escape(out, letter),
        }
    }
}

/// Appends `text`, escaped.
#[inline]
pub(super) fn push<D: Dialect>(out: &mut Buffer, text: &str) {
    if is_plain::<D>(text.as_bytes()) {
        out.push_str(text);
    } else {
        push_escaped::<D>(out, text);
    }
}

/// Whether nothing of `text` would be escaped.
pub(super) fn is_clean<D: Dialect>(text: &str) -> bool {
    !text.chars().any(needs_escape::<D>)
}

fn push_escaped<D: Dialect>(out: &mut Buffer, text: &str) {
    let mut rest = text;
    loop {
        let bytes = rest.as_bytes();
        let suspect = bytes.iter().position(|byte| is_suspect::<D>(*byte)).unwrap_or(bytes.len());
        // A suspect starts a character, so nothing is cut in the middle.
        let Some((before, behind)) = rest.split_at_checked(suspect) else { return };
        out.push_str(before);
        let mut letters = behind.chars();
        let Some(letter) = letters.next() else { return };
        let done =
            if needs_escape::<D>(letter) { D::escape(out, letter) } else { out.write_char(letter) };
        debug_assert!(done.is_ok(), "a buffer takes everything");
        rest = letters.as_str();
    }
}

fn needs_escape<D: Dialect>(letter: char) -> bool {
    match letter {
        '"' | '\\' => D::QUOTED,
        _ if D::QUOTED && letter == char::from(D::ALSO) => true,
        '\u{2028}' | '\u{2029}' => true,
        _ => letter.is_control(),
    }
}

/// Whether no byte is a suspect. The last bytes are looked at once more rather than one by one.
#[inline]
fn is_plain<D: Dialect>(bytes: &[u8]) -> bool {
    let (chunks, _) = bytes.as_chunks::<16>();
    if let Some(last) = bytes.last_chunk::<16>() {
        return chunks.iter().all(|chunk| has_none::<D, 16>(chunk)) && has_none::<D, 16>(last);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        return has_none::<D, 8>(first) && has_none::<D, 8>(last);
    }
    !bytes.iter().any(|byte| is_suspect::<D>(*byte))
}

/// Whether no byte of a chunk is a suspect: compares all of them at once.
#[inline(always)]
fn has_none<D: Dialect, const N: usize>(chunk: &[u8; N]) -> bool {
    let suspects = chunk.map(|byte| u8::from(is_suspect::<D>(byte)));
    suspects.iter().fold(0, |sum, suspect| sum | suspect) == 0
}

/// Whether a byte may start a character that is escaped.
#[inline(always)]
fn is_suspect<D: Dialect>(byte: u8) -> bool {
    const LEAD_OF_C1: u8 = 0xC2;
    const LEAD_OF_SEPARATORS: u8 = 0xE2;
    (byte < 0x20)
        | (byte == 0x7F)
        | (byte == LEAD_OF_C1)
        | (byte == LEAD_OF_SEPARATORS)
        | (D::QUOTED & ((byte == b'"') | (byte == b'\\') | (byte == D::ALSO)))
}

/// The renderer's way into a buffer. With `ALL`, the program's own texts are escaped too; without,
/// they are known to need nothing.
pub(super) struct Escaped<'b, D, const ALL: bool> {
    out: &'b mut Buffer,
    dialect: PhantomData<D>,
}

impl<'b, D: Dialect, const ALL: bool> Escaped<'b, D, ALL> {
    pub(super) fn new(out: &'b mut Buffer) -> Self {
        Self { out, dialect: PhantomData }
    }
}

impl<D: Dialect, const ALL: bool> Write for Escaped<'_, D, ALL> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        push::<D>(self.out, text);
        Ok(())
    }
}

impl<D: Dialect, const ALL: bool> Out for Escaped<'_, D, ALL> {
    #[inline]
    fn raw(&mut self, text: &str) -> fmt::Result {
        if ALL {
            push::<D>(self.out, text);
        } else {
            self.out.push_str(text);
        }
        Ok(())
    }

    #[inline]
    fn raw_ascii(&mut self, bytes: &[u8]) -> fmt::Result {
        self.out.push_bytes(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn escaped<D: Dialect>(text: &str) -> String {
        let mut out = Buffer::new();
        push::<D>(&mut out, text);
        String::from_utf8(out.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn follows_the_table() {
        let text = "a\n\r\t\x1b[31m\u{7f}\u{85}\u{9b}\u{2028}\u{2029}\"\\ °“€ж…\u{202a}";
        let kept = " °“€ж…\u{202a}";
        assert_eq!(
            escaped::<Plain>(text),
            format!(r#"a\n\r\t\x1b[31m\x7f\u{{85}}\u{{9b}}\u{{2028}}\u{{2029}}"\{kept}"#)
        );
        assert_eq!(
            escaped::<Quoted>(text),
            format!(r#"a\n\r\t\x1b[31m\x7f\u{{85}}\u{{9b}}\u{{2028}}\u{{2029}}\"\\{kept}"#)
        );
        assert_eq!(
            escaped::<JsonString>(text),
            format!(r#"a\n\r\t\u001b[31m\u007f\u0085\u009b\u2028\u2029\"\\{kept}"#)
        );
    }

    #[test]
    fn finds_a_control_at_every_place() {
        for len in 0..70 {
            for at in 0..len {
                let mut text = "x".repeat(len);
                text.replace_range(at..=at, "\n");
                assert_eq!(escaped::<Plain>(&text), text.replace('\n', "\\n"));
                assert!(!is_clean::<Plain>(&text));
            }
            assert!(is_clean::<Plain>(&"é“x".repeat(len)));
        }
    }

    proptest! {
        #[test]
        fn leaves_no_control(text in any::<String>()) {
            for out in [escaped::<Plain>(&text), escaped::<Quoted>(&text)] {
                prop_assert!(!out.chars().any(needs_escape::<Plain>));
            }
        }

        #[test]
        fn is_json(text in any::<String>()) {
            let json = format!("\"{}\"", escaped::<JsonString>(&text));
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
