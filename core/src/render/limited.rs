//! Text that ends after so many bytes, whatever a template asks for.

use core::fmt;

use super::out::Out;

/// The most text, in bytes, that is made of one stored message: 1 MiB.
///
/// Sixteen times the longest record. A template and a record from a file could ask for gigabytes:
/// each element of a slice padded to a width of 65535, one long argument a thousand times. Who
/// reads them for somebody else writes through [`Limited`].
pub const MESSAGE_BYTES: usize = 1 << 20;

/// A sink that takes so many bytes, and then fails.
///
/// What is over the limit is cut between two characters, so the text until there stays.
///
/// ```
/// use hydra_log_core::record::{Flags, RecordRef, encode_words};
/// use hydra_log_core::render::{self, Limited, NoTypes, Verbatim};
/// use hydra_log_core::site::SiteId;
/// use hydra_log_core::template::{Piece, pieces};
///
/// let mut words = [0; 8];
/// encode_words(&mut words, SiteId(0), 0, &(7_u8, ()), Flags::NONE);
/// let record = RecordRef::parse(bytemuck::cast_slice(&words)).unwrap();
/// let parts: Vec<Piece> = pieces("{0:>60000}{0:>60000}").map(Result::unwrap).collect();
///
/// let mut text = String::new();
/// let mut sink = Verbatim(&mut text);
/// let mut limited = Limited::new(&mut sink, 100);
/// render::message(&mut limited, parts, &record, &NoTypes).unwrap_err();
/// assert!(limited.is_cut());
/// assert_eq!(text, " ".repeat(100));
/// ```
#[derive(Debug)]
pub struct Limited<'o, O: ?Sized> {
    out: &'o mut O,
    left: usize,
    is_cut: bool,
}

impl<'o, O: Out + ?Sized> Limited<'o, O> {
    /// A sink that passes at most `bytes` bytes on to `out`.
    #[inline]
    #[must_use]
    pub fn new(out: &'o mut O, bytes: usize) -> Self {
        Self { out, left: bytes, is_cut: false }
    }

    /// Whether something did not fit; nothing is taken after that.
    #[inline]
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Passes on what fits.
    #[inline]
    fn pass(&mut self, text: &str, write: impl FnOnce(&mut O, &str) -> fmt::Result) -> fmt::Result {
        match self.left.checked_sub(text.len()) {
            Some(left) => {
                self.left = left;
                write(self.out, text)
            }
            None => self.cut(text, write),
        }
    }

    #[cold]
    fn cut(&mut self, text: &str, write: impl FnOnce(&mut O, &str) -> fmt::Result) -> fmt::Result {
        let mut end = self.left;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        (self.left, self.is_cut) = (0, true);
        write(self.out, text.get(..end).unwrap_or_default())?;
        Err(fmt::Error)
    }
}

impl<O: Out + ?Sized> fmt::Write for Limited<'_, O> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.pass(text, |out, text| out.write_str(text))
    }
}

impl<O: Out + ?Sized> Out for Limited<'_, O> {
    #[inline]
    fn raw(&mut self, text: &str) -> fmt::Result {
        self.pass(text, |out, text| out.raw(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Verbatim;
    use core::fmt::Write as _;

    struct Kept([u8; 8], usize);

    impl fmt::Write for Kept {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let room = self.0.get_mut(self.1..self.1 + text.len()).ok_or(fmt::Error)?;
            room.copy_from_slice(text.as_bytes());
            self.1 += text.len();
            Ok(())
        }
    }

    #[test]
    fn what_is_over_the_limit_is_cut_between_characters() {
        let mut kept = Kept([0; 8], 0);
        let mut out = Verbatim(&mut kept);
        let mut limited = Limited::new(&mut out, 6);
        assert_eq!((limited.write_str("abcd"), limited.is_cut()), (Ok(()), false));
        assert_eq!((limited.raw("e€"), limited.is_cut()), (Err(fmt::Error), true));
        assert_eq!(limited.raw("f"), Err(fmt::Error));
        assert_eq!(&kept.0[..kept.1], b"abcde");
    }

    #[test]
    fn as_much_as_the_limit_is_no_cut() {
        let mut kept = Kept([0; 8], 0);
        let mut out = Verbatim(&mut kept);
        let mut limited = Limited::new(&mut out, 4);
        assert_eq!((limited.write_str("abcd"), limited.raw("")), (Ok(()), Ok(())));
        assert!(!limited.is_cut());
    }
}
