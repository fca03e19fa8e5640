//! The chain: how lines carry their tags, and what checkpoints say.
//!
//! ```text
//!  text line            -> text line #17 3f2a...
//!  {"a":1}              -> {"a":1,"audit":"17 3f2a..."}
//!  a checkpoint         -> {"hydra_audit":"point","seq":17,...,"signature":"..."}
//! ```

use super::key::{PublicKey, SecretKey};

/// What a line's tag is made for, so that no other use of the hash gives the same.
const CONTEXT: &str = "hydra-log 2026 audit chain 1";
/// How a checkpoint begins.
pub(super) const CHECKPOINT: &str = "{\"hydra_audit\":\"";
const TAG_DIGITS: usize = 64;

/// A tag: a hash over everything that stands before it in the file.
pub(super) type Tag = [u8; 32];

/// The tag of a line behind another one.
pub(super) fn tag(before: &Tag, seq: u64, line: &[u8]) -> Tag {
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(before).update(&seq.to_le_bytes()).update(line);
    *hasher.finalize().as_bytes()
}

/// What stands before the first line.
pub(super) fn first_tag(key: &PublicKey) -> Tag {
    tag(&[0; 32], 0, key.as_bytes())
}

/// Appends a record's line, without its end, with its number and tag.
pub(super) fn put_record(out: &mut Vec<u8>, line: &[u8], seq: u64, tag: &Tag) {
    let tag = hex(tag);
    match line.strip_suffix(b"}") {
        Some(object) => {
            out.extend_from_slice(object);
            out.extend_from_slice(format!(",\"audit\":\"{seq} {tag}\"}}\n").as_bytes());
        }
        None => {
            out.extend_from_slice(line);
            out.extend_from_slice(format!(" #{seq} {tag}\n").as_bytes());
        }
    }
}

/// A line of an audit file, without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Record {
        body: Vec<u8>,
        seq: u64,
        tag: Tag,
    },
    Checkpoint(Checkpoint),
    /// Neither: cut in two, or somebody else's.
    Other,
}

/// Why a checkpoint stands where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The first line of a file.
    File,
    /// A process opened a file that was there.
    Begin,
    /// So far everything is signed.
    Point,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Begin => "begin",
            Self::Point => "point",
        }
    }
}

/// What the file beside said when a process opened this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// Its checkpoint stands in the file.
    Fits,
    /// It was not there, or none of this key's.
    Gone,
    /// Its checkpoint, which so many records are signed by, does not stand in the file.
    Ahead(u64),
}

impl Beside {
    fn word(self) -> String {
        match self {
            Self::Fits => "fits".to_owned(),
            Self::Gone => "gone".to_owned(),
            Self::Ahead(seq) => seq.to_string(),
        }
    }

    fn parse(word: &str) -> Option<Self> {
        match word {
            "fits" => Some(Self::Fits),
            "gone" => Some(Self::Gone),
            seq => seq.parse().ok().map(Self::Ahead),
        }
    }
}

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checkpoint {
    pub(super) kind: Kind,
    /// The number of the last record.
    pub(super) seq: u64,
    pub(super) time_ns: u64,
    /// How many bytes of a line that a process left unfinished stand before it.
    pub(super) torn: u64,
    pub(super) beside: Beside,
    /// The tag of what stands before it.
    pub(super) tag: Tag,
    pub(super) key: String,
    pub(super) signature: [u8; 64],
}

impl Checkpoint {
    pub(super) fn new(
        kind: Kind,
        (seq, tag): (u64, Tag),
        (time_ns, torn, beside): (u64, u64, Beside),
        key: &SecretKey,
    ) -> Self {
        let (id, signature) = (key.public().id(), [0; 64]);
        let unsigned = Self { kind, seq, time_ns, torn, beside, tag, key: id, signature };
        Self { signature: key.sign(unsigned.text().as_bytes()), ..unsigned }
    }

    /// What is signed.
    fn text(&self) -> String {
        let Self { kind, seq, time_ns, torn, beside, tag, key, .. } = self;
        format!(
            "{CHECKPOINT}{}\",\"seq\":{seq},\"time_ns\":{time_ns},\"torn\":{torn},\
             \"head\":\"{}\",\"tag\":\"{}\",\"key\":\"{key}\"",
            kind.name(),
            beside.word(),
            hex(tag)
        )
    }

    /// The line, without its end.
    pub(super) fn line(&self) -> String {
        format!("{},\"signature\":\"{}\"}}", self.text(), hex(&self.signature))
    }

    pub(super) fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.signed(self.text().as_bytes(), &self.signature)
    }

    /// The tag of everything up to it, itself included.
    pub(super) fn tag_behind(&self) -> Tag {
        tag(&self.tag, self.seq, self.line().as_bytes())
    }

    /// Only what [`line`](Self::line) would write: not a blank more.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let rest = core::str::from_utf8(line).ok()?.strip_prefix(CHECKPOINT)?;
        let (name, rest) = rest.split_once("\",\"seq\":")?;
        let (seq, rest) = rest.split_once(",\"time_ns\":")?;
        let (time_ns, rest) = rest.split_once(",\"torn\":")?;
        let (torn, rest) = rest.split_once(",\"head\":\"")?;
        let (beside, rest) = rest.split_once("\",\"tag\":\"")?;
        let (tag, rest) = rest.split_once("\",\"key\":\"")?;
        let (key, rest) = rest.split_once("\",\"signature\":\"")?;
        let kinds = [Kind::File, Kind::Begin, Kind::Point];
        let parsed = Self {
            kind: kinds.into_iter().find(|kind| kind.name() == name)?,
            seq: seq.parse().ok()?,
            time_ns: time_ns.parse().ok()?,
            torn: torn.parse().ok()?,
            beside: Beside::parse(beside)?,
            tag: from_hex(tag)?,
            key: key.to_owned(),
            signature: from_hex(rest.strip_suffix("\"}")?)?,
        };
        (parsed.line().as_bytes() == line).then_some(parsed)
    }
}

impl Line {
    pub(super) fn parse(line: &[u8]) -> Self {
        if let Some((body, seq, tag)) = record(line) {
            return Self::Record { body, seq, tag };
        }
        Checkpoint::parse(line).map_or(Self::Other, Self::Checkpoint)
    }
}

fn record(line: &[u8]) -> Option<(Vec<u8>, u64, Tag)> {
    let (rest, is_object) = match line.strip_suffix(b"\"}") {
        Some(rest) => (rest, true),
        None => (line, false),
    };
    let (rest, tag) = rest.split_at_checked(rest.len().checked_sub(TAG_DIGITS)?)?;
    let tag = from_hex(core::str::from_utf8(tag).ok()?)?;
    let rest = rest.strip_suffix(b" ")?;
    let digits = rest.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (rest, seq) = rest.split_at_checked(rest.len() - digits)?;
    let text = core::str::from_utf8(seq).ok()?;
    let seq: u64 = text.parse().ok().filter(|seq: &u64| seq.to_string() == text)?;
    let opening: &[u8] = if is_object { b",\"audit\":\"" } else { b" #" };
    let mut body = rest.strip_suffix(opening)?.to_vec();
    if is_object {
        body.push(b'}');
    }
    Some((body, seq, tag))
}

/// Digits of bytes.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    for byte in bytes {
        text.extend([digit(byte >> 4), digit(byte & 15)]);
    }
    text
}

/// Bytes of digits; small letters only, so that there is one way to write them.
pub(super) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    if text.len() != N * 2 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = *pair else { return None };
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_carry_their_tags_and_give_them_back() {
        let long = "x".repeat(300);
        let bodies =
            ["", "a", "12:00 INFO a: b", "{}", "{\"a\":1}", "a #1 b", "\"}", "}", long.as_str()];
        for (seq, body) in (0..).zip(bodies) {
            let tag = tag(&[7; 32], seq, body.as_bytes());
            let mut line = Vec::new();
            put_record(&mut line, body.as_bytes(), seq, &tag);
            assert_eq!(line.pop(), Some(b'\n'));
            let expected = Line::Record { body: body.as_bytes().to_vec(), seq, tag };
            assert_eq!(Line::parse(&line), expected, "{body}");
        }
        let mut line = Vec::new();
        put_record(&mut line, b"{\"a\":1}", 3, &[1; 32]);
        let value: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert!(value["audit"].as_str().unwrap().starts_with("3 0101"));
    }

    #[test]
    fn no_bytes_panic() {
        let mut seed = 1_u64;
        let mut line = Vec::new();
        put_record(&mut line, b"{\"a\":1}", 3, &[1; 32]);
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let mut damaged = line.clone();
            let at = usize::try_from(seed >> 33).unwrap() % damaged.len();
            damaged[at] = u8::try_from(seed & 0xFF).unwrap();
            damaged.truncate(usize::try_from(seed >> 20 & 0xFF).unwrap());
            let _any = Line::parse(&damaged);
        }
        for text in ["", "\"}", "{\"hydra_audit\":\"", "{\"hydra_audit\":\"point\",\"seq\":1"] {
            assert_eq!(Line::parse(text.as_bytes()), Line::Other);
        }
    }

    #[test]
    fn digits_are_written_one_way() {
        assert_eq!(from_hex::<2>(&hex(&[0x0F, 0xA0])), Some([0x0F, 0xA0]));
        for wrong in ["0FA0", "0fa", "0fa00", "0fg0", "é0a"] {
            assert_eq!(from_hex::<2>(wrong), None, "{wrong}");
        }
    }
}
