//! Records: the bytes of one log call, written by the caller and read by everybody else.
//!
//! ```text
//! word 0   len 13 (x 8 B) | flags 3 | site 24 | signature 24 (six kinds of 4 bits)
//! word 1   timestamp 64
//! word 2…  more kinds, sixteen a word, when the word before is full
//!          values, each of whole words
//! ```
//!
//! `docs/format.md` has the whole format with examples. [`encode`] writes a record,
//! [`RecordRef`] reads one: it trusts no byte, as records come from files and crashed processes.

mod append;
mod decode;
pub mod dictionary;
mod encode;
mod error;
pub mod firmware;
mod given;
mod header;
mod layout;
mod values;

pub use self::append::append;
pub use self::decode::{RecordRef, Values};
pub use self::encode::{encode, encode_as, encode_words, wanted, wanted_as};
pub use self::error::DecodeError;
pub use self::given::{Measured, encode_given, encode_given_words};
pub use self::header::{
    Flags, HEADER_BYTES, MAX_BYTES, STAMP_AT, flags_of, header_word, is_control, len_bytes,
    site_of, with_flags,
};
pub use self::layout::{Layout, Narrow, Wide};
pub(crate) use self::values::Raw;
pub use self::values::{NestedRef, SliceRef, StructRef, StructValues, ValueRef};
