//! Where lines are put together before a sink gets them.

use core::fmt;

use super::copy::copy;
use super::time::Stamper;

/// Bytes that grow at the end, and are used again.
///
/// `write!` appends text as it is; what comes from outside the program is to be escaped by the
/// format.
///
/// ```
/// use core::fmt::Write;
/// use hydra_log::format::Buffer;
///
/// let mut lines = Buffer::new();
/// lines.push_time(1_795_255_940_123_456_789);
/// let _ = write!(lines, " {}\n", "ready");
/// assert_eq!(lines.as_bytes(), b"2026-11-21T10:12:20.123456Z ready\n");
/// ```
#[derive(Clone, Default)]
pub struct Buffer {
    /// All bytes up to the capacity are there; those behind `len` have no meaning.
    bytes: Vec<u8>,
    len: usize,
    stamper: Stamper,
}

impl Buffer {
    /// An empty buffer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty buffer with room for so many bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self { bytes: vec![0; bytes], ..Self::default() }
    }

    /// Appends a text as it is.
    #[inline]
    pub fn push_str(&mut self, text: &str) {
        self.push_bytes(text.as_bytes());
    }

    /// Appends bytes.
    #[inline]
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        if end > self.bytes.len() {
            self.grow(end);
        }
        if let Some(room) = self.bytes.get_mut(self.len..end) {
            copy(room, bytes);
            self.len = end;
        }
    }

    /// Puts bytes in front of all others.
    #[cold]
    pub(crate) fn push_front(&mut self, bytes: &[u8]) {
        self.push_bytes(bytes);
        if let Some(all) = self.bytes.get_mut(..self.len) {
            all.rotate_right(bytes.len());
        }
    }

    /// Forgets so many bytes at the start, and puts others there.
    pub(crate) fn replace_front(&mut self, old: usize, front: &[u8]) {
        let old = old.min(self.len);
        if old > 0 {
            self.bytes.copy_within(old..self.len, 0);
            self.len -= old;
        }
        if !front.is_empty() {
            self.push_front(front);
        }
    }

    /// Appends a number in decimal.
    ///
    /// ```
    /// let mut buffer = hydra_log::format::Buffer::new();
    /// buffer.push_number(42);
    /// assert_eq!(buffer.as_bytes(), b"42");
    /// ```
    #[inline]
    pub fn push_number(&mut self, number: u64) {
        self.push_str(itoa::Buffer::new().format(number));
    }

    /// Appends a time given in nanoseconds since the Unix epoch: RFC 3339, UTC, microseconds.
    #[inline]
    pub fn push_time(&mut self, ns: u64) {
        let text = *self.stamper.text(ns);
        self.push_bytes(&text);
    }

    /// Shortens the buffer; does nothing if it is not that long.
    ///
    /// ```
    /// let mut buffer = hydra_log::format::Buffer::new();
    /// buffer.push_str("kept\nhalf a li");
    /// buffer.truncate(5);
    /// assert_eq!(buffer.as_bytes(), b"kept\n");
    /// ```
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Empties the buffer and keeps its memory.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// How many bytes were appended.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What was appended.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    #[cold]
    fn grow(&mut self, wanted: usize) {
        let len = wanted.max(self.bytes.len() * 2).max(1024);
        self.bytes.resize(len, 0);
    }
}

impl fmt::Write for Buffer {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push_str(text);
        Ok(())
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Buffer").field(&String::from_utf8_lossy(self.as_bytes())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_and_shrinks() {
        let mut buffer = Buffer::with_capacity(3);
        let mut expected = Vec::new();
        for round in 0..200_u8 {
            let piece = vec![b'a' + round % 26; round.into()];
            buffer.push_bytes(&piece);
            expected.extend(piece);
        }
        assert_eq!(buffer.as_bytes(), expected);
        buffer.truncate(usize::MAX);
        assert_eq!(buffer.len(), expected.len());
        buffer.clear();
        assert!(buffer.is_empty());
        assert_eq!(buffer.as_bytes(), b"");
        buffer.push_bytes(b"behind");
        buffer.push_front(b"in front, ");
        assert_eq!(buffer.as_bytes(), b"in front, behind");
    }
}
