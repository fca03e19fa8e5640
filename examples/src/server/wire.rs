//! The protocol: one line a request, one line an answer, in the order of the requests.
//!
//! ```text
//! GET key            VALUE text | MISSING
//! SET key text       OK
//! DEL key            OK | MISSING
//! anything else      ERR reason
//! ```

use core::fmt;

/// A line longer than this ends the connection.
pub(super) const LINE_BYTES: usize = 4096;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Set,
    Del,
}

impl Verb {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Set => "SET",
            Self::Del => "DEL",
        }
    }
}

/// One line, understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Command<'a> {
    pub(super) verb: Verb,
    pub(super) key: &'a str,
    /// Empty but for `SET`.
    pub(super) value: &'a str,
}

/// Why a line is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused(pub(super) &'static str);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Understands a line, without its end.
pub(super) fn parse(line: &[u8]) -> Result<Command<'_>, Refused> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = core::str::from_utf8(line).map_err(|_| Refused("not UTF-8"))?;
    let (verb, rest) = line.split_once(' ').ok_or(Refused("no key"))?;
    let (key, value) = match (verb, rest.split_once(' ')) {
        ("SET", Some(pair)) => pair,
        ("SET", None) => return Err(Refused("SET without a value")),
        (_, Some(_)) => return Err(Refused("a space in the key")),
        (_, None) => (rest, ""),
    };
    let verb = match verb {
        "GET" => Verb::Get,
        "SET" => Verb::Set,
        "DEL" => Verb::Del,
        _ => return Err(Refused("unknown verb")),
    };
    if key.is_empty() {
        return Err(Refused("empty key"));
    }
    Ok(Command { verb, key, value })
}

/// Bytes that arrived and were not taken yet.
#[derive(Debug)]
pub(super) struct Inbox {
    bytes: Vec<u8>,
    taken: usize,
    filled: usize,
}

impl Inbox {
    pub(super) fn new() -> Self {
        Self { bytes: vec![0; 16 * LINE_BYTES], taken: 0, filled: 0 }
    }

    /// Reads once. False at the end of the stream.
    pub(super) fn fill(&mut self, source: &mut impl std::io::Read) -> std::io::Result<bool> {
        self.bytes.copy_within(self.taken..self.filled, 0);
        self.filled -= self.taken;
        self.taken = 0;
        let room = self.bytes.get_mut(self.filled..).unwrap_or_default();
        loop {
            match source.read(room) {
                Ok(count) => {
                    self.filled += count;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The next whole line, without its end.
    pub(super) fn line(&mut self) -> Option<&[u8]> {
        let rest = self.bytes.get(self.taken..self.filled)?;
        let length = rest.iter().position(|&byte| byte == b'\n')?;
        self.taken += length + 1;
        rest.get(..length)
    }

    /// Whether what is left is longer than any line may be.
    pub(super) fn is_overlong(&self) -> bool {
        self.filled - self.taken > LINE_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn understands_the_three_verbs() {
        let of = |line: &'static str| parse(line.as_bytes());
        let command = |verb, key, value| Ok(Command { verb, key, value });
        assert_eq!(of("GET a"), command(Verb::Get, "a", ""));
        assert_eq!(of("DEL a\r"), command(Verb::Del, "a", ""));
        assert_eq!(of("SET a b c"), command(Verb::Set, "a", "b c"));
    }

    #[test]
    fn refuses_everything_else() {
        for line in ["", "GET", "GET ", "GET a b", "SET a", "set a b", "PUT a b"] {
            assert!(parse(line.as_bytes()).is_err(), "{line}");
        }
        assert_eq!(parse(b"GET \xff"), Err(Refused("not UTF-8")));
    }

    #[test]
    fn lines_arrive_in_pieces() {
        let mut inbox = Inbox::new();
        for (piece, lines) in [("ab", &[][..]), ("c\nd\n", &["abc", "d"]), ("\ne", &[""])] {
            assert!(inbox.fill(&mut piece.as_bytes()).unwrap());
            for line in lines {
                assert_eq!(inbox.line(), Some(line.as_bytes()));
            }
            assert_eq!(inbox.line(), None);
        }
        assert!(!inbox.fill(&mut &b""[..]).unwrap());
    }
}
