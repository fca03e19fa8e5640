//! Structs as `#[derive(Record)]` stores them, and their names.

use hydra_log_core::record::Layout;
use hydra_log_core::record::dictionary::Fields;
use hydra_log_core::render::{TypeInfo, Types};
use hydra_log_core::site::SiteId;
use hydra_log_core::value::{Kind, Value, Writer};

/// Three types as `#[derive(Record)]` stores them, and their names.
pub(crate) struct Shapes;

impl Types for Shapes {
    fn type_site(&self, id: SiteId) -> Option<TypeInfo<'_>> {
        Some(match id.0 {
            1 => TypeInfo { name: "Point", fields: Fields::new(&[("x", ""), ("y", "")]) },
            2 => TypeInfo { name: "Pair", fields: Fields::new(&[("0", ""), ("1", "")]) },
            3 => TypeInfo { name: "Empty", fields: Fields::new(&[]) },
            4 => TypeInfo { name: "Line", fields: Fields::new(&[("from", ""), ("name", "")]) },
            _ => return None,
        })
    }
}

macro_rules! stored_struct {
    ($type:ty, $site:literal, |$value:ident| $fields:expr) => {
        impl Value for $type {
            const KIND: Kind = Kind::Tagged;

            fn size<L: Layout>(&self, cap: usize) -> usize {
                let $value = self;
                Writer::<L>::structure_size(&$fields, cap)
            }

            fn write<L: Layout>(&self, writer: &mut Writer<'_, L>, cap: usize) {
                let $value = self;
                writer.structure(SiteId($site), &$fields, cap);
            }
        }
    };
}

#[derive(Debug)]
pub(crate) struct Point {
    pub(crate) x: u8,
    pub(crate) y: f64,
}

#[derive(Debug)]
pub(crate) struct Pair(pub(crate) Option<char>, pub(crate) &'static str);

#[derive(Debug)]
pub(crate) struct Empty;

#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) from: Point,
    pub(crate) name: Option<&'static str>,
}

stored_struct!(Point, 1, |value| (value.x, (value.y, ())));
stored_struct!(Pair, 2, |value| (value.0, (value.1, ())));
stored_struct!(Empty, 3, |_value| ());
stored_struct!(Line, 4, |value| (&value.from, (value.name, ())));
