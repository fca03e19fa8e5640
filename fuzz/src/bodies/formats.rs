//! Any record as a line of text and of JSON: one line, of bounded length, that nothing forges.
//!
//! The first byte chooses the callsite, the second how much room a line has.

use std::sync::OnceLock;

use hydra_log::Level;
use hydra_log::format::{Buffer, Contexts, Event, Format, Json, SiteInfo, Text, ThreadInfo};
use hydra_log_core::record::RecordRef;
use hydra_log_core::record::dictionary::Fields as Names;
use hydra_log_core::render::{TypeInfo, Types};
use hydra_log_core::site::{Gate, Site, SiteId, SiteKind};

use crate::input::Input;
use crate::target::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "formats",
    body,
    // Each byte escaped with six, in a buffer that doubles; JSON as a tree of its values.
    bytes_per_byte: 1024,
    // Lines with all their room escaped, and the callsites.
    bytes_at_least: 24 * LINE_BYTES,
    seeds,
};

/// The most room that a line gets.
const LINE_BYTES: usize = 1 << 14;

fn body(data: &[u8]) {
    let mut input = Input::new(data);
    let sites = sites();
    let (_, site) = &sites[input.up_to(255) % sites.len()];
    let room = (LINE_BYTES >> 8) * (1 + input.up_to(255));
    let bytes = input.rest();
    let Ok(record) = RecordRef::parse(bytes) else { return };
    let thread = ThreadInfo { id: 7, name: Some("a\n\u{9b}\"b".to_owned()) };
    let time_ns = record.stamp();
    let level = Level::Info;
    let (thread, types, recovered) = (&thread, &Forged, time_ns.is_multiple_of(2));
    let mut contexts = Contexts::default();
    let site = contexts.find(0, site, &record);
    let event = Event { time_ns, level, site, record, thread, types, recovered };
    let longest = 8 * (room + bytes.len()) + 1024;
    for format in [Text::new(), Text::new().threads(true).location(true)] {
        let line = line(&format.line_bytes(room), &event);
        assert!(line.len() <= longest, "{} bytes in {room}", line.len());
    }
    let line = line(&Json::new().threads(true).location(true).line_bytes(room), &event);
    assert!(line.len() <= longest, "{} bytes in {room}", line.len());
    let object: serde_json::Value = serde_json::from_str(&line).expect("a line is JSON");
    assert_eq!(object["level"], "INFO", "{line}");
    assert!(object["fields"].is_object() && object["FORGED"].is_null(), "{line}");
}

/// The line without its end: one line, and no commands to a terminal.
fn line(format: &impl Format, event: &Event<'_>) -> String {
    let mut out = Buffer::new();
    format.write(event, &mut out);
    let text = core::str::from_utf8(out.as_bytes()).expect("lines are UTF-8");
    let line = text.strip_suffix('\n').expect("lines have an end");
    let breaks = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    assert!(!line.contains(breaks), "{line:?}");
    line.to_owned()
}

/// Types whose names would be trouble.
struct Forged;

impl Types for Forged {
    fn type_site(&self, id: SiteId) -> Option<TypeInfo<'_>> {
        match id.0 % 4 {
            0 => None,
            1 => {
                let fields = Names::new(&[("x\"\x1b", ""), ("y", "")]);
                Some(TypeInfo { name: "Po\"int\n", fields })
            }
            2 => Some(TypeInfo { name: "Pair", fields: Names::new(&[("0", ""), ("1", "")]) }),
            _ => Some(TypeInfo { name: "Unit", fields: Names::new(&[]) }),
        }
    }
}

/// Some callsites, with templates of every kind. Their descriptors stay known, so that nothing
/// looks like a leak.
fn sites() -> &'static [(&'static Site, SiteInfo)] {
    static SITES: OnceLock<Vec<(&Site, SiteInfo)>> = OnceLock::new();
    SITES.get_or_init(|| {
        [
            site("served {0} in {1:.3}", &[("peer", "{2}"), ("why", "{3:?}")]),
            site("{0:é^65535}|{1:>2$.3$}|{4:#?}", &[("x", "{5:#x?}"), ("y", "{6:065535b}")]),
            site("a\n\"{0:?}\"\x1b[31m", &[("k\"\n", "{0}"), ("message", "{1}"), ("", "{2:e}")]),
            site("", &[("a", "{0}"), ("b", "{1}"), ("c", "{2}"), ("d", "{3}"), ("e", "{4}")]),
        ]
        .map(|site| (site, SiteInfo::new(site)))
        .into()
    })
}

type Fields = &'static [(&'static str, &'static str)];

fn site(template: &'static str, fields: Fields) -> &'static Site {
    Box::leak(Box::new(Site {
        gate: Box::leak(Box::new(Gate::new(Level::Info))),
        target: "app::net",
        layer: "db",
        module: "app::net",
        file: "src/\n.rs",
        template,
        fields,
        line: 42,
        arguments: 0,
        kind: SiteKind::Event,
    }))
}

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (number, record) in (super::record::TARGET.seeds)().iter().enumerate() {
        // Its template is in front of the first zero byte.
        let record = record.iter().position(|byte| *byte == 0).map(|end| &record[end + 1..]);
        for site in 0..4 {
            let room = if number % 2 == 0 { 255 } else { 0 };
            seeds.push([&[site, room], record.unwrap_or_default()].concat());
        }
    }
    let forged = "a\nFORGED\r\u{9b}\u{2028}\",\"FORGED\":1,\"";
    let mut words = [0; 32];
    let args = (forged, ('\n', (Some(forged), ())));
    let flags = hydra_log_core::record::Flags::NONE;
    let used = hydra_log_core::record::encode_words(&mut words, SiteId(1), 9, &args, flags);
    let bytes: &[u8] = bytemuck::cast_slice(&words[..used / 8]);
    seeds.push([&[3, 9], bytes].concat());
    seeds
}
