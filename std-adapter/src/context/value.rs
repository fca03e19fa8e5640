//! What a field of a context holds.

use hydra_log_core::value::Take;

/// The value of a context's field.
///
/// ```
/// use hydra_log::context::ContextValue;
/// assert_eq!(ContextValue::from(7_u16), ContextValue::U64(7));
/// assert_eq!(ContextValue::from("ada"), ContextValue::Text("ada".into()));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ContextValue {
    /// An unsigned integer.
    U64(u64),
    /// A signed integer.
    I64(i64),
    /// A float.
    F64(f64),
    /// A truth value.
    Bool(bool),
    /// A text.
    Text(Box<str>),
}

impl ContextValue {
    pub(super) fn give(&self, to: &mut impl Take) {
        match self {
            Self::U64(number) => to.take(number),
            Self::I64(number) => to.take(number),
            Self::F64(number) => to.take(number),
            Self::Bool(flag) => to.take(flag),
            Self::Text(text) => to.take(&**text),
        }
    }
}

macro_rules! from {
    ($($type:ty => $variant:ident,)*) => {$(
        impl From<$type> for ContextValue {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

from! {
    u8 => U64,
    u16 => U64,
    u32 => U64,
    u64 => U64,
    i8 => I64,
    i16 => I64,
    i32 => I64,
    i64 => I64,
    f32 => F64,
    f64 => F64,
    bool => Bool,
    &str => Text,
    String => Text,
    Box<str> => Text,
}

impl From<usize> for ContextValue {
    fn from(value: usize) -> Self {
        Self::U64(value as u64)
    }
}
