//! What stands around an `@`: e-mail addresses, and names and passwords in URLs.

use super::detector::Detector;
use super::scan::Find;

/// The longest local part.
const LOCAL: usize = 64;

/// The address around the `@` at `at`, none of it before `done`.
pub(super) fn around(text: &[u8], at: usize, done: usize) -> Option<Find> {
    let before = text.get(done..at)?;
    let ascii = before.iter().rev().take_while(|byte| is_local(**byte)).count();
    let whole = before.iter().rev().take_while(|byte| is_local(**byte) || **byte >= 0x80).count();
    // Letters of other alphabets belong to it, unless they are all of a sentence.
    let local = if whole <= LOCAL { whole } else { ascii };
    let mut name = before.get(before.len() - local..)?;
    while let Some((b'.' | b'-' | b'+' | b'%', rest)) = name.split_first() {
        name = rest;
    }
    let is_name = !name.is_empty() && name.len() <= LOCAL && name != b"git";
    let len = is_name.then(|| domain(text.get(at + 1..)?)).flatten()?;
    Some(Find::new(Detector::Email, at - name.len(), at + 1 + len))
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte)
}

/// The length of the domain that starts here.
fn domain(text: &[u8]) -> Option<usize> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b".-".contains(byte);
    let ascii = text.iter().take_while(|byte| is_part(byte)).count();
    let whole = text.iter().take_while(|byte| is_part(byte) || **byte >= 0x80).count();
    [ascii, whole].into_iter().find_map(|len| {
        let mut domain = text.get(..len)?;
        // A full stop behind it ends a sentence.
        while let Some((b'.' | b'-', rest)) = domain.split_last() {
            domain = rest;
        }
        let top = domain.rsplit(|byte| *byte == b'.').next()?;
        let has_dot = top.len() < domain.len() && !domain.starts_with(b".");
        let is_letters = top.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80);
        let is_top = top.len() >= 2 && (is_letters || top.starts_with(b"xn--"));
        (has_dot && is_top).then_some(domain.len())
    })
}

/// `user:password` of the URL whose authority starts at `from`; or a user's name that is as long as
/// keys are.
pub(super) fn user_info(text: &[u8], from: usize) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    let ends = |byte: &u8| *byte <= b' ' || b"/?#\"'<>,;|\\".contains(byte);
    let len = rest.iter().position(ends).unwrap_or(rest.len());
    let info = rest.get(..len)?.iter().rposition(|byte| *byte == b'@')?;
    let is_secret = info >= 16 || rest.get(..info)?.contains(&b':');
    (is_secret && info > 0).then_some((from, from + info))
}
