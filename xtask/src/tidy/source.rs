//! A Rust source in two readings: as written, and with comments and literals masked.
//!
//! The mask keeps every byte's place, so a line of the one is the line of the other. Comments
//! become spaces, the insides of literals become quotes: what is left is code.

/// One source file.
pub(super) struct Source {
    /// The path from the root, with forward slashes.
    pub(super) path: String,
    /// As written.
    pub(super) text: String,
    /// Masked.
    pub(super) code: String,
}

impl Source {
    pub(super) fn new(path: String, text: String) -> Self {
        let code = mask(&text);
        Self { path, text, code }
    }

    /// The file's name without its directories.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Masked lines with their numbers.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Lines that hold more than a comment.
    pub(super) fn code_line_count(&self) -> usize {
        self.code.lines().filter(|line| !line.trim().is_empty()).count()
    }
}

/// Whether `line` has `word` as a word of its own, and what follows its first occurrence.
pub(super) fn after_word<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let mut from = 0;
    while let Some(at) = line.get(from..).and_then(|rest| rest.find(word)) {
        let start = from + at;
        let (before, rest) = line.split_at(start);
        let after = rest.get(word.len()..).unwrap_or_default();
        if !before.ends_with(is_word) && !after.starts_with(is_word) {
            return Some(after);
        }
        from = start + word.len();
    }
    None
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn mask(text: &str) -> String {
    let mut masker = Masker { bytes: text.as_bytes(), at: 0, out: Vec::with_capacity(text.len()) };
    while masker.at < masker.bytes.len() {
        masker.step();
    }
    String::from_utf8_lossy(&masker.out).into_owned()
}

struct Masker<'a> {
    bytes: &'a [u8],
    at: usize,
    out: Vec<u8>,
}

impl Masker<'_> {
    /// Masks the next token, or copies the next byte.
    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            (b'/', b'/') => self.cover(b' ', |masker| masker.peek(0) == b'\n'),
            (b'/', b'*') => self.block_comment(),
            (b'"', _) => self.string(),
            (b'\'', _) => self.character(),
            (b'r', b'"' | b'#') if !self.is_inside_word() => self.raw_string(),
            _ => self.copy(1),
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// `br` and `cr` are prefixes as `r` is; any other letter before makes it the end of a word.
    fn is_inside_word(&self) -> bool {
        let mut before = self.out.iter().rev();
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        match before.next() {
            Some(b'b' | b'c') => before.next().is_some_and(|&byte| is_word(byte)),
            Some(&byte) => is_word(byte),
            None => false,
        }
    }

    fn copy(&mut self, count: usize) {
        for _ in 0..count {
            if let Some(&byte) = self.bytes.get(self.at) {
                self.out.push(byte);
                self.at += 1;
            }
        }
    }

    /// Writes `filler` for each byte until `is_end` says so; line ends stay.
    fn cover(&mut self, filler: u8, is_end: impl Fn(&Self) -> bool) {
        while self.at < self.bytes.len() && !is_end(self) {
            self.cover_one(filler);
        }
    }

    fn cover_one(&mut self, filler: u8) {
        let byte = self.peek(0);
        self.out.push(if byte == b'\n' { byte } else { filler });
        self.at += 1;
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => depth += 1,
                (b'*', b'/') => depth -= 1,
                _ => {
                    if self.at >= self.bytes.len() {
                        return;
                    }
                    self.cover_one(b' ');
                    continue;
                }
            }
            self.cover_one(b' ');
            self.cover_one(b' ');
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.copy(1);
        while self.at < self.bytes.len() && self.peek(0) != b'"' {
            if self.peek(0) == b'\\' {
                self.cover_one(b'"');
            }
            if self.at < self.bytes.len() {
                self.cover_one(b'"');
            }
        }
        self.copy(1);
    }

    fn raw_string(&mut self) {
        let hashes = self.bytes.iter().skip(self.at + 1).take_while(|&&byte| byte == b'#').count();
        if self.peek(1 + hashes) != b'"' {
            // A raw identifier.
            self.copy(2);
            return;
        }
        self.copy(2 + hashes);
        self.cover(b'"', |masker| {
            masker.peek(0) == b'"' && (1..=hashes).all(|ahead| masker.peek(ahead) == b'#')
        });
        self.copy(1 + hashes);
    }

    /// A character, or the tick of a lifetime.
    fn character(&mut self) {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        let width = rest.first().map_or(0, |&byte| match byte {
            b'\\' => rest.iter().skip(2).position(|&byte| byte == b'\'').map_or(0, |at| at + 2),
            0..=0x7f => 1,
            0x80..=0xdf => 2,
            0xe0..=0xef => 3,
            _ => 4,
        });
        self.copy(1);
        if width > 0 && rest.get(width) == Some(&b'\'') {
            (0..width).for_each(|_| self.cover_one(b'"'));
            self.copy(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_comments_and_literals_in_place() {
        for (text, code) in [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            ("f(\"a // b\") // c", "f(\"\"\"\"\"\"\"\")     "),
            ("f(\"\\\"x\") y", "f(\"\"\"\"\") y"),
            ("r#\"a\"b\"# c", "r#\"\"\"\"\"# c"),
            ("br\"a\" var\"b\"", "br\"\"\" var\"\"\""),
            ("r#type", "r#type"),
            ("&'a str '{' '\\'' '\\u{1}'", "&'a str '\"' '\"\"' '\"\"\"\"\"'"),
            ("'é' x", "'\"\"' x"),
        ] {
            assert_eq!(mask(text), code, "{text}");
        }
    }

    #[test]
    fn finds_whole_words() {
        assert_eq!(after_word("unsafe_code unsafe {", "unsafe"), Some(" {"));
        assert_eq!(after_word("unsafe_code", "unsafe"), None);
        assert_eq!(after_word("cmp::Ordering::Less", "Ordering"), Some("::Less"));
    }

    #[test]
    fn counts_code_lines_only() {
        let text = "//! Idea.\n\nfn f() {\n    // why\n    g(\"\n  two\n\") /* x */\n}\n";
        assert_eq!(Source::new("a.rs".into(), text.into()).code_line_count(), 5);
    }
}
