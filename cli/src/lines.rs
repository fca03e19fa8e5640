//! Bytes into lines: of any length, in bounded memory, and none is forgotten.

/// The most that is kept of a line.
pub(crate) const KEPT_BYTES: usize = 60 << 10;

/// One line without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Its beginning; all of it, unless `total_bytes` is more.
    pub(crate) bytes: &'a [u8],
    /// How long it was.
    pub(crate) total_bytes: u64,
}

/// Cuts a stream at its line ends.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// The beginning of a line that has not ended yet.
    kept: Vec<u8>,
    /// Its length so far; 0 when no line has begun.
    total_bytes: u64,
}

impl Lines {
    /// Takes the next piece of the stream and gives each line that ends in it to `each`.
    pub(crate) fn feed(&mut self, mut piece: &[u8], mut each: impl FnMut(Line<'_>)) {
        while let Some(length) = piece.iter().position(|&byte| byte == b'\n') {
            let (line, rest) = piece.split_at(length);
            piece = rest.get(1..).unwrap_or_default();
            if self.total_bytes == 0 {
                // The common case: a whole line, in place.
                each(whole(line));
            } else {
                self.keep(line);
                self.end(&mut each);
            }
        }
        self.keep(piece);
    }

    /// The stream is over: what is left is a line, too.
    pub(crate) fn finish(&mut self, mut each: impl FnMut(Line<'_>)) {
        if self.total_bytes > 0 {
            self.end(&mut each);
        }
    }

    fn keep(&mut self, piece: &[u8]) {
        let room = KEPT_BYTES.saturating_sub(self.kept.len()).min(piece.len());
        self.kept.extend_from_slice(piece.get(..room).unwrap_or_default());
        self.total_bytes += piece.len() as u64;
    }

    fn end(&mut self, each: &mut impl FnMut(Line<'_>)) {
        let mut line = Line { bytes: &self.kept, total_bytes: self.total_bytes };
        if line.total_bytes == self.kept.len() as u64 {
            line = whole(line.bytes);
        }
        each(line);
        self.kept.clear();
        self.total_bytes = 0;
    }
}

fn whole(bytes: &[u8]) -> Line<'_> {
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    let kept = bytes.get(..KEPT_BYTES).unwrap_or(bytes);
    Line { bytes: kept, total_bytes: bytes.len() as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a stream that arrives in pieces of this size.
    fn lines(stream: &[u8], piece_bytes: usize) -> Vec<(Vec<u8>, u64)> {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        let mut each = |line: Line<'_>| found.push((line.bytes.to_vec(), line.total_bytes));
        stream.chunks(piece_bytes).for_each(|piece| lines.feed(piece, &mut each));
        lines.finish(&mut each);
        found
    }

    #[test]
    fn lines_do_not_depend_on_the_pieces() {
        let stream = b"one\n\ntwo\r\nthree \xff\n\n\nlast";
        let expected: Vec<(Vec<u8>, u64)> = ["one", "", "two", "three \u{0}", "", "", "last"]
            .map(|line| line.bytes().map(|b| if b == 0 { 0xff } else { b }).collect::<Vec<u8>>())
            .map(|line| (line.clone(), line.len() as u64))
            .to_vec();
        for piece_bytes in 1..=stream.len() {
            assert_eq!(lines(stream, piece_bytes), expected, "{piece_bytes}");
        }
    }

    #[test]
    fn nothing_and_one_line_end() {
        assert_eq!(lines(b"", 8), []);
        assert_eq!(lines(b"\n", 8), [(vec![], 0)]);
    }

    #[test]
    fn of_a_long_line_the_beginning_is_kept_and_its_length_known() {
        let mut stream = vec![b'x'; KEPT_BYTES * 3];
        stream.extend_from_slice(b"\nnext");
        for piece_bytes in [1000, KEPT_BYTES, stream.len()] {
            let found = lines(&stream, piece_bytes);
            assert_eq!(found.len(), 2);
            assert_eq!((found[0].0.len(), found[0].1), (KEPT_BYTES, KEPT_BYTES as u64 * 3));
            assert_eq!(found[1].0, b"next");
        }
    }
}
