//! Values that never get into a record.

use core::fmt;

use super::{Kind, Value, Writer};
use crate::record::Layout;

/// What stands for a secret.
const SHOWN: &str = "[redacted]";

/// A value that no log shows: what gets into a record, and out of `Display` and `Debug`, is
/// `[redacted]`.
///
/// ```
/// use hydra_log_core::value::Secret;
/// let password = Secret::new("hunter2".to_owned());
/// assert_eq!(format!("{password} {password:?}"), "[redacted] [redacted]");
/// assert_eq!(password.expose(), "hunter2");
/// hydra_log_core::info!("login with {password}", password);
/// ```
///
/// It keeps bytes out of logs, no more: they stay in memory as they were.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for those who need it.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Value for Secret<T> {
    const KIND: Kind = Kind::Str;

    #[inline]
    fn size<L: Layout>(&self, cap: usize) -> usize {
        SHOWN.size::<L>(cap)
    }

    #[inline]
    fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
        SHOWN.write(writer, cap);
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(SHOWN)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SHOWN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Flags, encode_words};
    use crate::site::SiteId;

    #[test]
    fn no_byte_of_a_secret_gets_into_a_record() {
        let secret = Secret::new("hunter2 hunter2 hunter2 hunter2");
        let mut words = [0; 16];
        let used = encode_words(&mut words, SiteId(1), 0, &(&secret, ()), Flags::NONE);
        let bytes = bytemuck::cast_slice::<u64, u8>(&words);
        assert_eq!(used, 40);
        assert!(!bytes.windows(6).any(|window| window == b"hunter"));
        assert!(bytes.windows(SHOWN.len()).any(|window| window == SHOWN.as_bytes()));
    }
}
