//! Events for tests: a callsite and a record made on the spot.

use core::fmt;

use hydra_log_core::Level;
use hydra_log_core::record::dictionary::Fields as Names;
use hydra_log_core::record::{Flags, Layout, RecordRef, encode_words};
use hydra_log_core::render::{TypeInfo, Types};
use hydra_log_core::site::{Gate, Site, SiteId, SiteKind};
use hydra_log_core::value::{Args, Kind, Value, Writer};

use super::{Buffer, Event, Format, SiteInfo, ThreadInfo};

/// 2026-11-21T10:12:20.123456Z, and some nanoseconds.
pub(super) const TIME_NS: u64 = 1_795_255_940_123_456_789;

/// What a call would have left.
pub(super) struct Fixture {
    pub(super) site: SiteInfo,
    pub(super) thread: ThreadInfo,
    pub(super) recovered: bool,
    words: Vec<u64>,
}

type Fields = &'static [(&'static str, &'static str)];

impl Fixture {
    pub(super) fn new(template: &'static str, fields: Fields, args: &impl Args) -> Self {
        Self::at(Level::Info, "my_app::net", "", template, fields, args, Flags::NONE)
    }

    pub(super) fn at(
        level: Level,
        target: &'static str,
        layer: &'static str,
        template: &'static str,
        fields: Fields,
        args: &impl Args,
        flags: Flags,
    ) -> Self {
        let site = Site {
            gate: Box::leak(Box::new(Gate::new(level))),
            target,
            layer,
            module: "my_app::net",
            file: "src/net.rs",
            template,
            fields,
            line: 42,
            arguments: 0,
            kind: SiteKind::Event,
        };
        let mut words = vec![0; 8192];
        encode_words(&mut words, SiteId(0), TIME_NS, args, flags);
        let thread = ThreadInfo { id: 7, name: Some("worker 1".to_owned()) };
        Self { site: SiteInfo::new(Box::leak(Box::new(site))), thread, recovered: false, words }
    }

    pub(super) fn with_event<R>(&self, f: impl FnOnce(&Event<'_>) -> R) -> R {
        let bytes: Vec<u8> = self.words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let record = RecordRef::parse(&bytes).unwrap();
        f(&Event {
            time_ns: record.stamp(),
            level: self.site.level,
            site: &self.site,
            record,
            thread: &self.thread,
            types: &Points,
            recovered: self.recovered,
        })
    }

    pub(super) fn line(&self, format: &impl Format) -> String {
        let mut out = Buffer::new();
        self.with_event(|event| format.write(event, &mut out));
        String::from_utf8(out.as_bytes().to_vec()).unwrap()
    }
}

/// Knows [`Point`] and [`Pair`].
#[derive(Debug)]
pub(super) struct Points;

impl Types for Points {
    fn type_site(&self, id: SiteId) -> Option<TypeInfo<'_>> {
        match id.0 {
            7 => Some(TypeInfo { name: "Point", fields: Names::new(&[("x", ""), ("label", "")]) }),
            8 => Some(TypeInfo { name: "Pair", fields: Names::new(&[("0", ""), ("1", "")]) }),
            9 => Some(TypeInfo { name: "Marker", fields: Names::new(&[]) }),
            _ => None,
        }
    }
}

macro_rules! stored {
    ($name:ident($($type:ty),*), $site:literal, $self:ident => $args:expr) => {
        #[derive(Clone, Copy)]
        pub(super) struct $name($(pub(super) $type),*);

        impl Value for $name {
            const KIND: Kind = Kind::Tagged;

            fn size<L: Layout>(&$self, cap: usize) -> usize {
                Writer::<L>::structure_size(&$args, cap)
            }

            fn write<L: Layout>(&$self, writer: &mut Writer<'_, L>, cap: usize) {
                writer.structure(SiteId($site), &$args, cap);
            }
        }
    };
}

stored!(Point(i32, &'static str), 7, self => (self.0, (self.1, ())));
stored!(Pair(u8, f64), 8, self => (self.0, (self.1, ())));
stored!(Marker(), 9, self => ());

impl fmt::Debug for Fixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fixture").field("site", &self.site).finish_non_exhaustive()
    }
}
