//! Where text goes.

use core::fmt;

/// A text sink that can tell values from everything else.
///
/// `write_str` gets text that comes from values, and names of types, so that a sink may escape it;
/// `raw` gets literal text, digits, punctuation and padding.
///
/// ```
/// use core::fmt::{self, Write};
/// use hydra_log_core::render::Out;
///
/// struct Escaped(String);
/// impl Write for Escaped {
///     fn write_str(&mut self, text: &str) -> fmt::Result {
///         self.0.extend(text.chars().flat_map(char::escape_default));
///         Ok(())
///     }
/// }
/// impl Out for Escaped {
///     fn raw(&mut self, text: &str) -> fmt::Result {
///         self.0.push_str(text);
///         Ok(())
///     }
/// }
/// ```
pub trait Out: fmt::Write {
    /// Writes text that needs no escaping.
    ///
    /// # Errors
    ///
    /// When the sink fails.
    #[inline]
    fn raw(&mut self, text: &str) -> fmt::Result {
        self.write_str(text)
    }

    /// Writes ASCII that needs no escaping: digits, signs, points.
    ///
    /// # Errors
    ///
    /// When the sink fails, or the bytes are no text.
    #[inline]
    fn raw_ascii(&mut self, bytes: &[u8]) -> fmt::Result {
        self.raw(core::str::from_utf8(bytes).map_err(|_| fmt::Error)?)
    }
}

impl<T: Out + ?Sized> Out for &mut T {
    #[inline]
    fn raw(&mut self, text: &str) -> fmt::Result {
        T::raw(self, text)
    }

    #[inline]
    fn raw_ascii(&mut self, bytes: &[u8]) -> fmt::Result {
        T::raw_ascii(self, bytes)
    }
}

/// A sink that takes everything as it is.
///
/// ```
/// use core::fmt::Write;
/// use hydra_log_core::render::{Out, Verbatim};
/// let mut text = String::new();
/// Verbatim(&mut text).raw("hydra").unwrap();
/// assert_eq!(text, "hydra");
/// ```
#[derive(Debug)]
pub struct Verbatim<'w, W: ?Sized>(pub &'w mut W);

impl<W: fmt::Write + ?Sized> fmt::Write for Verbatim<'_, W> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write_str(text)
    }

    #[inline]
    fn write_char(&mut self, text: char) -> fmt::Result {
        self.0.write_char(text)
    }
}

impl<W: fmt::Write + ?Sized> Out for Verbatim<'_, W> {}

/// Sends what a formatter writes to `raw`: digits.
pub(super) struct Raw<'o, O: ?Sized>(pub(super) &'o mut O);

impl<O: Out + ?Sized> fmt::Write for Raw<'_, O> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.raw(text)
    }
}
