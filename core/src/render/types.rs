//! Names of `#[derive(Record)]` structs and their fields.

use crate::record::dictionary::{Entry, Fields};
use crate::site::{Site, SiteId, SiteKind};

/// Finds the names of stored structs.
///
/// ```
/// use hydra_log_core::record::dictionary::Fields;
/// use hydra_log_core::render::{TypeInfo, Types};
/// use hydra_log_core::site::SiteId;
/// struct Two;
/// impl Types for Two {
///     fn type_site(&self, id: SiteId) -> Option<TypeInfo<'_>> {
///         let fields = Fields::new(&[("x", ""), ("y", "")]);
///         (id == SiteId(2)).then_some(TypeInfo { name: "Point", fields })
///     }
/// }
/// ```
pub trait Types {
    /// The names of the type with this id, if it is known.
    fn type_site(&self, id: SiteId) -> Option<TypeInfo<'_>>;
}

/// A struct's name and its fields' names.
///
/// A struct whose first field is named by a digit is a tuple struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeInfo<'a> {
    /// The type's name.
    pub name: &'a str,
    /// The fields' names in order, each with a template that has no meaning here.
    pub fields: Fields<'a>,
}

impl TypeInfo<'static> {
    /// The names in a descriptor, if it describes a type.
    ///
    /// ```
    /// use hydra_log_core::{render::TypeInfo, site::gap_site};
    /// assert_eq!(TypeInfo::of(gap_site()), None);
    /// ```
    #[must_use]
    pub fn of(site: &'static Site) -> Option<Self> {
        Self::of_entry(&Entry::of(site))
    }
}

impl<'a> TypeInfo<'a> {
    /// The names in an entry of a dictionary, if it describes a type.
    #[must_use]
    pub fn of_entry(entry: &Entry<'a>) -> Option<Self> {
        let Entry { kind, template: name, fields, .. } = *entry;
        (kind == SiteKind::Type).then_some(Self { name, fields })
    }
}

/// Knows no type: structs show as `?(…)`.
///
/// ```
/// use hydra_log_core::{render::{NoTypes, Types}, site::SiteId};
/// assert!(NoTypes.type_site(SiteId(0)).is_none());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTypes;

impl Types for NoTypes {
    fn type_site(&self, _id: SiteId) -> Option<TypeInfo<'_>> {
        None
    }
}
