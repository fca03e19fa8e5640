//! The record that says how many others were kept back.

use hydra_log_core::record::{self, Flags};
use hydra_log_core::site::SiteKind;
use hydra_log_core::{__site, Level};

__site! {
    gate GATE, site SITE: Info Level::Info, {
        target: "hydra",
        layer: "",
        module: module_path!(),
        file: file!(),
        template: "{0} records kept back",
        fields: &[("scope", "{1}"), ("limit", "{2}")],
        line: line!(),
        arguments: 3,
        kind: SiteKind::Event,
    }
}

/// The most bytes of such a record.
pub(super) const BYTES: usize = 1024;

/// Gives the record for so many that were kept back to `take`.
pub(super) fn record<R>(
    (count, scope, limit): (u64, &str, &str),
    time_ns: u64,
    take: impl FnOnce(&[u8]) -> R,
) -> R {
    let mut words = [0; BYTES / 8];
    let args = (count, (scope, (limit, ())));
    let used = record::encode_words(&mut words, SITE.id(), time_ns, &args, Flags::CONTROL);
    take(bytemuck::cast_slice::<u64, u8>(&words).get(..used).unwrap_or(&[]))
}
