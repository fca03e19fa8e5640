//! What can be wrong with a record's bytes.

use core::fmt;

/// Why bytes are not a record, or an argument not a value.
///
/// ```
/// use hydra_log_core::record::{DecodeError, RecordRef};
/// let error = RecordRef::parse(&[0; 8]).unwrap_err();
/// assert_eq!(error, DecodeError::Short { wanted: 16, available: 8 });
/// assert_eq!(error.to_string(), "record too short: 16 bytes wanted, 8 there");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// Bytes are missing.
    Short {
        /// How many there should be.
        wanted: usize,
        /// How many there are.
        available: usize,
    },
    /// The length field is shorter than a header.
    Length(usize),
    /// A text is not UTF-8.
    Utf8,
    /// A number is none of the values that its type has.
    Range,
    /// A tag that this version does not know.
    Tag(u8),
    /// The kind of an option's value or of a slice's elements is unknown.
    Kind(u8),
    /// A value lies too deep inside others.
    Depth,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { wanted, available } => {
                write!(f, "record too short: {wanted} bytes wanted, {available} there")
            }
            Self::Length(len) => write!(f, "record of {len} bytes is shorter than a header"),
            Self::Utf8 => f.write_str("text is not utf-8"),
            Self::Range => f.write_str("value outside its type's range"),
            Self::Tag(tag) => write!(f, "unknown tag {tag}"),
            Self::Kind(kind) => write!(f, "unknown kind {kind}"),
            Self::Depth => f.write_str("values nested too deeply"),
        }
    }
}

impl core::error::Error for DecodeError {}
