//! The line that stands in a sink's output where records are missing from this sink alone.

use hydra_log_core::record::{self, Flags, RecordRef};
use hydra_log_core::site::SiteKind;
use hydra_log_core::{__site, Level};

use crate::engine::shared::Shared;
use crate::format::{Buffer, Event, Format, ThreadInfo};

__site! {
    gate GATE, site SITE: Warn Level::Warn, {
        target: "hydra",
        layer: "",
        module: module_path!(),
        file: file!(),
        template: "{0} records lost",
        fields: &[("sink", "{1}")],
        line: line!(),
        arguments: 2,
        kind: SiteKind::Event,
    }
}

/// Gives the record for so many records that this sink lost to `take`.
pub(crate) fn record<R>(
    (lost, sink): (u64, &str),
    time_ns: u64,
    take: impl FnOnce(&[u8]) -> R,
) -> R {
    let mut words = [0; 64];
    let args = (lost, (sink, ()));
    let used = record::encode_words(&mut words, SITE.id(), time_ns, &args, Flags::CONTROL);
    take(bytemuck::cast_slice::<u64, u8>(&words).get(..used).unwrap_or(&[]))
}

/// Appends the line for so many records.
pub(crate) fn write(
    shared: &Shared,
    format: &dyn Format,
    lost: (u64, &str),
    time_ns: u64,
    out: &mut Buffer,
) {
    record(lost, time_ns, |bytes| {
        let (Ok(record), Some(site)) = (RecordRef::parse(bytes), shared.sites.get(SITE.id()))
        else {
            return;
        };
        let thread = &ThreadInfo::default();
        let (level, types, recovered) = (site.level, &shared.sites, false);
        format.write(&Event { time_ns, level, site, record, thread, types, recovered }, out);
    });
}
