//! How lines are told apart on their way, and which of them are sent again.

extern crate alloc;

use alloc::borrow::Cow;
use alloc::collections::VecDeque;

/// The longest datagram of UDP.
const MOST_DATAGRAM: usize = 65_507;

/// How the lines of a stream are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Framing {
    /// Each ends in a line feed: RFC 6587's non-transparent framing, and what most collectors take.
    #[default]
    Lines,
    /// Each has its length before it, `18 <14>1 ...`, and no line feed: RFC 6587's octet counting.
    Octets,
}

/// Appends a line as it goes out. A line of nothing is none, but where line feeds separate.
pub(super) fn put(out: &mut Vec<u8>, line: &[u8], is_stream: bool, framing: Framing) {
    let bare = line.strip_suffix(b"\n").unwrap_or(line);
    match (is_stream, framing) {
        (true, Framing::Lines) => out.extend_from_slice(line),
        (true, Framing::Octets) if !bare.is_empty() => {
            out.extend_from_slice(format!("{} ", bare.len()).as_bytes());
            out.extend_from_slice(bare);
        }
        (false, _) => out.extend_from_slice(&cut(bare, MOST_DATAGRAM)),
        (true, Framing::Octets) => {}
    }
}

/// A line of so many bytes at the most.
pub(super) fn cut(line: &[u8], most: usize) -> Cow<'_, [u8]> {
    if line.len() <= most {
        return line.into();
    }
    let mark = format!(" [cut: {} bytes]", line.len());
    let mut kept = most.saturating_sub(mark.len());
    // A character is not cut in two.
    while kept > 0 && line.get(kept).is_some_and(|byte| byte & 0xC0 == 0x80) {
        kept -= 1;
    }
    let mut cut = line.get(..kept).unwrap_or_default().to_vec();
    cut.extend_from_slice(mark.as_bytes());
    cut.into()
}

/// Appends a line that was sent before.
fn put_marked(out: &mut Vec<u8>, line: &[u8]) {
    let bare = line.strip_suffix(b"\n").unwrap_or(line);
    match bare.strip_suffix(b"}") {
        Some(object) if bare.first() == Some(&b'{') => {
            out.extend_from_slice(object);
            out.extend_from_slice(if object == b"{" { b"\"" } else { b",\"" });
            out.extend_from_slice(b"resent\":true}\n");
        }
        _ if bare.is_empty() => out.push(b'\n'),
        _ => {
            out.extend_from_slice(bare);
            out.extend_from_slice(b" [resent]\n");
        }
    }
}

/// The youngest lines, for the next connection.
#[derive(Debug)]
pub(super) struct Youngest {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    most: usize,
}

impl Youngest {
    pub(super) fn of(most: usize) -> Self {
        Self { lines: VecDeque::new(), bytes: 0, most }
    }

    /// Keeps whole lines; forgets the oldest.
    pub(super) fn add(&mut self, lines: &[u8]) {
        // Only what will be kept is copied.
        let from = lines.len().saturating_sub(self.most.saturating_mul(2));
        for line in lines.get(from..).unwrap_or_default().split_inclusive(|byte| *byte == b'\n') {
            if line.len() > self.most {
                continue;
            }
            while self.bytes + line.len() > self.most {
                let Some(oldest) = self.lines.pop_front() else { break };
                self.bytes -= oldest.len();
            }
            self.bytes += line.len();
            self.lines.push_back(line.to_vec());
        }
    }

    pub(super) fn forget(&mut self) {
        self.lines.clear();
        self.bytes = 0;
    }

    /// What a new connection begins with.
    pub(super) fn frames(&self, is_stream: bool, framing: Framing) -> VecDeque<Vec<u8>> {
        let frames = self.lines.iter().map(|line| {
            let (mut marked, mut frame) = (Vec::new(), Vec::new());
            put_marked(&mut marked, line);
            put(&mut frame, &marked, is_stream, framing);
            frame
        });
        frames.filter(|frame| !frame.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(line: &[u8], is_stream: bool, framing: Framing) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, line, is_stream, framing);
        out
    }

    #[test]
    fn lines_are_told_apart() {
        assert_eq!(framed(b"one\n", true, Framing::Lines), b"one\n");
        assert_eq!(framed(b"one\n", true, Framing::Octets), b"3 one");
        assert_eq!(framed(b"\n", true, Framing::Octets), b"");
        assert_eq!(framed(b"one\n", false, Framing::Octets), b"one");
        assert_eq!(framed(b"\n", false, Framing::Lines), b"");
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let line = "ä".repeat(40_000);
        let cut = framed(line.as_bytes(), false, Framing::Lines);
        assert!(cut.len() <= MOST_DATAGRAM && cut.len() > MOST_DATAGRAM - 3);
        assert!(String::from_utf8(cut).unwrap().ends_with(" [cut: 80000 bytes]"));
    }

    #[test]
    fn the_youngest_are_sent_again_marked() {
        let mut youngest = Youngest::of(19);
        youngest.add(b"one\ntwo\n{}\n{\"a\":1}\n");
        youngest.add(b"a line longer than that\nlast\n");
        let frames: Vec<Vec<u8>> = youngest.frames(true, Framing::Lines).into();
        let expected: [&[u8]; 3] =
            [b"{\"resent\":true}\n", b"{\"a\":1,\"resent\":true}\n", b"last [resent]\n"];
        assert_eq!(frames, expected);
        let frames = youngest.frames(true, Framing::Octets);
        assert_eq!(frames.back().unwrap(), b"13 last [resent]");
        youngest.forget();
        assert!(youngest.frames(true, Framing::Lines).is_empty());
        let mut none = Youngest::of(0);
        none.add(b"one\n");
        assert!(none.frames(true, Framing::Lines).is_empty());
    }
}
