//! Values that a front door hands over one by one: their types are known to it, their number only
//! at run time.
//!
//! The macros know a call's arguments as a type, [`Args`](super::Args). A bridge from another
//! logger gets them from a visitor, one call a value, and may not keep them. So it is asked twice:
//! once for the room that the record takes, once for the values.

use super::Value;

/// Gives the values of one call, in order; asked twice, it gives the same ones.
///
/// ```
/// use hydra_log_core::record::{Flags, RecordRef, ValueRef, encode_given_words};
/// use hydra_log_core::site::SiteId;
/// use hydra_log_core::value::{Given, Take};
///
/// struct Numbers(Vec<u64>);
///
/// impl Given for Numbers {
///     fn give(&self, to: &mut impl Take) {
///         self.0.iter().for_each(|number| to.take(number));
///     }
/// }
///
/// let mut words = [0; 16];
/// let used = encode_given_words(&mut words, SiteId(3), 99, &Numbers(vec![1, 2, 3]));
/// let record = RecordRef::parse(&bytemuck::cast_slice(&words)[..used]).unwrap();
/// assert_eq!(record.values().last(), Some(Ok(ValueRef::U64(3))));
/// ```
pub trait Given {
    /// Hands the values to `to`.
    fn give(&self, to: &mut impl Take);
}

/// Takes values; only this crate's encoder does.
pub trait Take {
    /// Takes the next value.
    fn take<V: Value + ?Sized>(&mut self, value: &V);
}
