//! Values behind a secret name in a text: `password=…`, `"token":"…"`, `--passphrase …`.

use super::detector::Detector;
use super::scan::{Find, Wanted};

/// What a name says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// It is no secret.
    Harmless,
    /// It is one where it looks like a value: prose has such words, too.
    Weak,
    /// It is one.
    Sure,
}

/// The longest name that is looked at.
const NAME: usize = 96;
/// What may stand between a name and its sign.
const QUOTES: &[u8] = b"\"'\\]`";

/// The value behind the sign at `at`, if a secret name stands in front of it.
pub(super) fn value(text: &[u8], at: usize, what: &impl Wanted) -> Option<Find> {
    let sign = *text.get(at)?;
    let before = text.get(at.saturating_sub(NAME + 8)..at)?;
    let (name, is_quoted) = name_at_end(before)?;
    if sign == b'>' && !is_tag(before, name) || is_find(before, name, what) {
        return None;
    }
    let level = what.name(name);
    if level == Name::Harmless {
        return None;
    }
    let mut start = at + 1;
    // `==`, `=>`, `:=` and the like.
    while text.get(start).is_some_and(|byte| b"=>".contains(byte)) {
        start += 1;
    }
    let blanks = text.get(start..)?.iter().take_while(|byte| **byte == b' ').count();
    start += blanks;
    // "unexpected token: x" is prose, `token: "x"` is not.
    let is_prose = level == Name::Weak && blanks > 0 && sign == b':' && !is_quoted;
    let rest = text.get(start..)?;
    let is_quote = rest.first().is_some_and(|byte| b"\"'\\".contains(byte));
    if is_prose && !is_quote && !rest.starts_with(b"Some(") {
        return None;
    }
    let is_header = is_header(name);
    let (start, end) = extent(text, start, sign == b'>', is_header)?;
    let value = text.get(start..end)?;
    let is_value = !is_nothing(value) && !what.is_done(value);
    is_value.then(|| Find::new(Detector::Named, start, end))
}

/// The value behind `--name`, whose name is `from..to`.
pub(super) fn option(text: &[u8], from: usize, to: usize, what: &impl Wanted) -> Option<Find> {
    if text.get(to) != Some(&b' ') || what.name(text.get(from..to)?) == Name::Harmless {
        return None;
    }
    let (start, end) = extent(text, to + 1, false, false)?;
    let value = text.get(start..end)?;
    let is_value = !value.starts_with(b"-") && !is_nothing(value) && !what.is_done(value);
    is_value.then(|| Find::new(Detector::Named, start, end))
}

/// The name that a text ends in, quotes and blanks behind it left out, and whether there are
/// quotes.
fn name_at_end(text: &[u8]) -> Option<(&[u8], bool)> {
    let blanks = text.iter().rev().take_while(|byte| **byte == b' ').count();
    let text = text.get(..text.len() - blanks)?;
    let quotes = text.iter().rev().take_while(|byte| QUOTES.contains(byte)).count();
    // Between a name and its sign stands one blank at the most.
    if blanks > 1 || quotes > 3 {
        return None;
    }
    let text = text.get(..text.len() - quotes)?;
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let len = text.iter().rev().take_while(|byte| is_name(byte)).count();
    let name = text.get(text.len() - len.min(NAME)..)?;
    (name.len() > 2).then_some((name, quotes > 0))
}

/// Whether the name is that of a find, which stands there in the find's place: `[api-key]`.
fn is_find(before: &[u8], name: &[u8], what: &impl Wanted) -> bool {
    let text = before.trim_ascii_end();
    let behind = text.iter().rev().take_while(|byte| QUOTES.contains(byte)).count();
    let end = (text.len() - behind + 1).min(text.len());
    let brackets = end.checked_sub(name.len() + 2).and_then(|open| text.get(open..end));
    brackets.is_some_and(|text| text.ends_with(b"]") && what.is_done(text))
}

/// Whether `<name>` stands there.
fn is_tag(before: &[u8], name: &[u8]) -> bool {
    before.strip_suffix(name).is_some_and(|before| before.ends_with(b"<"))
}

/// Whether the value of such a field goes to the end of the line: a scheme stands in front of it.
fn is_header(name: &[u8]) -> bool {
    let is = |header: &str| name.eq_ignore_ascii_case(header.as_bytes());
    is("authorization") || is("proxy-authorization") || is("cookie") || is("set-cookie")
}

/// Words that are no values, whatever the name in front of them is.
fn is_nothing(value: &[u8]) -> bool {
    const WORDS: [&[u8]; 9] = [
        b"",
        b"null",
        b"none",
        b"nil",
        b"true",
        b"false",
        b"undefined",
        b"<missing>",
        b"<damaged>",
    ];
    WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Where the value that starts here begins and ends, without its quotes.
fn extent(text: &[u8], from: usize, is_tag: bool, is_header: bool) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    if is_tag {
        let len = rest.iter().position(|byte| *byte == b'<')?;
        return Some((from, from + len));
    }
    let slashes = rest.iter().take_while(|byte| **byte == b'\\').count();
    // `b"…"`, and `r"…"`.
    let prefix = usize::from(matches!(rest, [b'b' | b'r', b'"', ..]));
    if let Some(quote @ (b'"' | b'\'' | b'`')) = rest.get(slashes.max(prefix)).copied() {
        let mut start = from + slashes.max(prefix) + 1;
        // In CSV each quote stands twice.
        let is_double = slashes == 0 && rest.get(prefix + 1) == Some(&quote);
        let is_double = is_double && rest.get(prefix + 2).is_some_and(|byte| !ends(*byte));
        start += usize::from(is_double);
        let value = text.get(start..)?;
        return Some((start, start + quoted(value, quote, slashes, is_double)));
    }
    let name = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let is_group = rest.get(name).is_some_and(|byte| *byte == b'(' && name > 0)
        || rest.first().is_some_and(|byte| b"[{(".contains(byte));
    if is_group {
        return Some((from, from + name + group(rest.get(name..)?)));
    }
    let is_end = |byte: &u8| {
        if is_header { b"\r\n\"'\\".contains(byte) } else { ends(*byte) }
    };
    let mut len = rest.iter().position(is_end).unwrap_or(rest.len());
    // A full stop behind it ends a sentence.
    if !is_header && rest.get(..len)?.ends_with(b".") {
        len -= 1;
    }
    Some((from, from + len))
}

/// How long a value in quotes is.
fn quoted(value: &[u8], quote: u8, slashes: usize, is_double: bool) -> usize {
    let mut at = 0;
    while let Some(byte) = value.get(at) {
        let run = value.iter().skip(at).take_while(|byte| **byte == b'\\').count();
        if run > 0 {
            // As many as in front of the first quote end the value; more escape one in it.
            if run == slashes && value.get(at + run) == Some(&quote) {
                return at;
            }
            at += run + usize::from(run != slashes);
            continue;
        }
        if *byte == quote && slashes == 0 && (!is_double || value.get(at + 1) == Some(&quote)) {
            return at;
        }
        at += 1;
    }
    value.len()
}

/// How long a group in brackets is: to the bracket that closes it, or to the end.
fn group(text: &[u8]) -> usize {
    let mut depth = 0_u32;
    let mut is_text = false;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'"' => is_text = !is_text,
            b'[' | b'{' | b'(' if !is_text => depth += 1,
            b']' | b'}' | b')' if !is_text => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// Whether a value without quotes ends here.
fn ends(byte: u8) -> bool {
    byte <= b' ' || b",;&\"'`})]<>|\\".contains(&byte)
}
