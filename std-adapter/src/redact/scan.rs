//! One pass over a text, from left to right, from word to word.
//!
//! Each byte's class is looked up once. What a word is made of, how long it is, and what stands
//! behind it tells which detectors have to look: for most words none. Everything works on bytes;
//! finds begin and end at characters, so that UTF-8 stays UTF-8.

use super::detector::Detector;
use super::{keys, mail, named, numbers};

/// Something secret: where it is, and who found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Find {
    pub(super) start: usize,
    pub(super) end: usize,
    /// A detector's number, or behind them that of a pattern.
    pub(super) rule: usize,
}

impl Find {
    pub(super) fn new(detector: Detector, start: usize, end: usize) -> Self {
        Self { start, end, rule: detector as usize }
    }
}

/// What the pass asks for.
pub(super) trait Wanted {
    /// Whether this detector is wanted.
    fn wants(&self, detector: Detector) -> bool;

    /// Whether a field of this name is secret, and how sure that is.
    fn name(&self, name: &[u8]) -> named::Name;

    /// Whether a value was dealt with already.
    fn is_done(&self, value: &[u8]) -> bool;
}

const WORD: u8 = 1;
const ALPHA: u8 = 2;
const DIGIT: u8 = 4;
const SIGN: u8 = 8;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "counts to 255")]
        let sign = byte as u8;
        #[expect(clippy::indexing_slicing, reason = "counts to 255")]
        {
            classes[byte] = match sign {
                b'0'..=b'9' => WORD | DIGIT,
                b'a'..=b'z' | b'A'..=b'Z' => WORD | ALPHA,
                b'_' => WORD | ALPHA,
                b'-' | b'.' => WORD,
                b'@' | b'=' | b':' | b'>' | b'+' | b'(' => SIGN,
                _ => 0,
            };
        }
        byte += 1;
    }
    classes
};

#[inline(always)]
fn class(text: &[u8], at: usize) -> Option<u8> {
    let byte = *text.get(at)?;
    CLASSES.get(usize::from(byte)).copied()
}

/// Calls `found` with each find, in order; none overlaps the one before.
pub(super) fn each(text: &[u8], what: &impl Wanted, mut found: impl FnMut(Find)) {
    let mut at = 0;
    // Where the last find ended: what stands before is not looked at again.
    let mut done = 0;
    // The word that was seen last: what a find leaves of it is not measured again.
    let (mut end, mut all) = (0, 0);
    while let Some(first) = class(text, at) {
        let find = if first & WORD != 0 {
            let start = at;
            if at >= end {
                all = first;
                at += 1;
                while let Some(next) = class(text, at)
                    && next & WORD != 0
                {
                    all |= next;
                    at += 1;
                }
                end = at;
            }
            at = end;
            word(text, start, end, all, what)
        } else {
            at += 1;
            if first & SIGN != 0 { sign(text, at - 1, done, what) } else { None }
        };
        let Some(find) = find else { continue };
        if find.start >= done && find.end > find.start {
            found(find);
            done = find.end;
            at = done;
        }
    }
}

/// What a word may be.
#[inline]
fn word(text: &[u8], start: usize, end: usize, all: u8, what: &impl Wanted) -> Option<Find> {
    let start = behind_escape(text, start, end);
    let word = text.get(start..end)?;
    let [first, second, ..] = *word else { return None };
    let find = |detector, len: usize| Some(Find::new(detector, start, start + len));
    if all & ALPHA == 0 {
        return (all & DIGIT != 0).then(|| number(text, start, what)).flatten();
    }
    if first == b'-' {
        return dashes(text, start, end, what);
    }
    if word.len() >= keys::LEAST {
        if what.wants(Detector::Jwt)
            && let Some(len) = keys::jwt(word)
        {
            return find(Detector::Jwt, len);
        }
        if what.wants(Detector::ApiKey)
            && let Some(len) = keys::api_key(word)
        {
            return find(Detector::ApiKey, len);
        }
    }
    let rest = text.get(start..)?;
    if first | 0x20 == b'b' && (word.len() == 6 || word.len() == 5) {
        let found = keys::authorization(rest).filter(|_| what.wants(Detector::Authorization));
        return found
            .map(|(from, to)| Find::new(Detector::Authorization, start + from, start + to));
    }
    let is_iban = first.is_ascii_uppercase() && second.is_ascii_uppercase();
    if is_iban && all & DIGIT != 0 && what.wants(Detector::Iban) {
        return numbers::iban(rest).and_then(|len| find(Detector::Iban, len));
    }
    // A number may stand behind what a text in quotes has for a line's end.
    if first.is_ascii_digit() { number(text, start, what) } else { None }
}

/// What a word of digits may be.
fn number(text: &[u8], start: usize, what: &impl Wanted) -> Option<Find> {
    let rest = text.get(start..)?;
    // Of words that begin so, the digits count.
    let skipped = rest.iter().take_while(|byte| b"-.".contains(byte)).count();
    if skipped > 0 || is_inside(text, start) {
        return None;
    }
    numbers::SHAPES.iter().find_map(|(detector, shape)| {
        let len = what.wants(*detector).then(|| shape(rest)).flatten()?;
        Some(Find::new(*detector, start, start + len))
    })
}

/// Whether a number that starts here goes on from something else: a `/`, a `+`, another alphabet's
/// letters are no reason, a sign that belongs to numbers is.
fn is_inside(text: &[u8], start: usize) -> bool {
    let before = start.checked_sub(1).and_then(|at| text.get(at));
    before.is_some_and(|byte| b"+%#$".contains(byte) || byte.is_ascii_digit())
}

/// What a word may be that begins with dashes.
fn dashes(text: &[u8], start: usize, end: usize, what: &impl Wanted) -> Option<Find> {
    let rest = text.get(start..)?;
    let many = rest.iter().take_while(|byte| **byte == b'-').count();
    if many >= 5 && what.wants(Detector::PrivateKey) {
        let from = many - 5;
        let len = keys::private_key(rest.get(from..)?)?;
        return Some(Find::new(Detector::PrivateKey, start + from, start + from + len));
    }
    let is_option = many == 2 && what.wants(Detector::Named);
    is_option.then(|| named::option(text, start + many, end, what)).flatten()
}

/// What a sign between words may be about.
#[inline]
fn sign(text: &[u8], at: usize, done: usize, what: &impl Wanted) -> Option<Find> {
    let byte = *text.get(at)?;
    match byte {
        b'@' if what.wants(Detector::Email) => mail::around(text, at, done),
        b'+' | b'(' if what.wants(Detector::Phone) => {
            // A find ends whatever stood before.
            let before = at.checked_sub(1).filter(|_| at > done).and_then(|at| class(text, at));
            let before = before.unwrap_or_default();
            let len = (before & WORD == 0).then(|| numbers::phone(text.get(at..)?)).flatten()?;
            Some(Find::new(Detector::Phone, at, at + len))
        }
        b':' if text.get(at..at + 3) == Some(b"://") => {
            let found = what.wants(Detector::UserInfo).then(|| mail::user_info(text, at + 3));
            let (start, end) = found.flatten()?;
            (!what.is_done(text.get(start..end)?))
                .then(|| Find::new(Detector::UserInfo, start, end))
        }
        b'=' | b':' | b'>' if what.wants(Detector::Named) => named::value(text, at, what),
        _ => None,
    }
}

/// Where the word begins behind an escape such as `\n`, which a text in quotes has in front of it.
fn behind_escape(text: &[u8], start: usize, end: usize) -> usize {
    let is_escape = start.checked_sub(1).and_then(|at| text.get(at)) == Some(&b'\\');
    match text.get(start) {
        Some(b'n' | b'r' | b't' | b'0') if is_escape => start + 1,
        Some(b'u') if is_escape && end - start > 5 => start + 5,
        Some(b'x') if is_escape && end - start > 3 => start + 3,
        _ => start,
    }
}
