//! Any bytes as a dictionary: what is understood is written as bytes that say the same.

use hydra_log_core::record::dictionary::{self, Entry, Reader};
use hydra_log_core::site::gap_site;

use crate::target::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "dictionary",
    body,
    // Two entries in memory for 48 bytes of input, in vectors that double, and the bytes again.
    bytes_per_byte: 40,
    bytes_at_least: 4096,
    seeds,
};

fn body(data: &[u8]) {
    let mut reader = match Reader::new(data) {
        Ok(reader) => reader,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let mut entries = Vec::new();
    let mut error = None;
    for entry in reader.by_ref() {
        assert!(error.is_none(), "an entry behind {error:?}");
        match entry {
            Ok(entry) => entries.push(entry),
            Err(found) => error = Some(found),
        }
    }
    assert!(reader.next().is_none(), "the end stays the end");
    assert!(reader.position() <= data.len());
    if let Some(error) = error {
        assert!(!error.to_string().is_empty());
    }
    for entry in &entries {
        assert!(entry.fields.iter().count() * 8 <= data.len(), "as many fields as there are");
    }
    again(&entries);
}

fn again(entries: &[Entry<'_>]) {
    let mut bytes = Vec::new();
    let written = dictionary::write_entries(entries.iter().copied(), |part| {
        bytes.extend_from_slice(part);
        Ok::<_, ()>(())
    });
    written.expect("a vector takes everything");
    let mut reader = Reader::new(&bytes).expect("what was written is a dictionary");
    for entry in entries {
        let same = reader.next().expect("as many entries").expect("that are understood");
        assert_same(entry, &same);
    }
    assert!(reader.next().is_none());
    assert_eq!(reader.position(), bytes.len());
}

fn assert_same(a: &Entry<'_>, b: &Entry<'_>) {
    assert_eq!((a.id, a.level, a.kind, a.arguments), (b.id, b.level, b.kind, b.arguments));
    assert_eq!((a.line, a.target, a.layer, a.module), (b.line, b.target, b.layer, b.module));
    assert_eq!((a.file, a.template, a.hash()), (b.file, b.template, b.hash()));
    assert!(a.fields.iter().eq(b.fields.iter()), "{:?} and {:?}", a.fields, b.fields);
}

fn seeds() -> Vec<Vec<u8>> {
    let written = |count| {
        let mut bytes = Vec::new();
        let sites = core::iter::repeat_n(gap_site(), count);
        let written = dictionary::write(sites, |part| {
            bytes.extend_from_slice(part);
            Ok::<_, ()>(())
        });
        written.expect("a vector takes everything");
        bytes
    };
    // The first entry's site, line and count of arguments are in no hash.
    let mut other = written(2);
    for (at, byte) in [(16, 1), (18, 2), (28, 3), (30, 4), (32, 5), (33, 6)] {
        other[at] = byte;
    }
    vec![written(0), written(1), written(2), other]
}
