//! A descriptor as bytes, made by the compiler: the dictionary's entry of a site.
//!
//! A microcontroller's image keeps descriptors outside of what is loaded, where nothing can point
//! into them, so they are built at compile time, texts included.

use crate::level::Level;
use crate::site::SiteKind;

/// What a call says, as in [`Site`](super::Site), without its gate.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the fields are those of `Site`")]
pub struct Text {
    pub target: &'static str,
    pub layer: &'static str,
    pub module: &'static str,
    pub file: &'static str,
    pub template: &'static str,
    pub fields: &'static [(&'static str, &'static str)],
    pub line: u32,
    pub arguments: u16,
    pub kind: SiteKind,
}

/// The bytes in front of the texts, the entry's length included.
const FIXED_BYTES: usize = 28;

/// The length of [`entry`], rounded up to words.
#[must_use]
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
pub const fn entry_bytes(text: &Text) -> usize {
    let Text { target, layer, module, file, template, fields, .. } = text;
    let mut bytes = FIXED_BYTES + 5 * 4;
    bytes += target.len() + layer.len() + module.len() + file.len() + template.len();
    let mut field = 0;
    while field < fields.len() {
        bytes += 8 + fields[field].0.len() + fields[field].1.len();
        field += 1;
    }
    bytes.next_multiple_of(4)
}

/// The dictionary's entry of a site; its number, which only the linker knows, is zero.
#[must_use]
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
#[expect(clippy::cast_possible_truncation, reason = "texts are shorter than 4 GiB")]
pub const fn entry<const N: usize>(level: Level, text: &Text) -> [u8; N] {
    let Text { target, layer, module, file, template, fields, .. } = text;
    let mut out = Out { bytes: [0; N], at: 4, hash: 0xCBF2_9CE4_8422_2325 };
    out = out.number(0).number(0).number(0).number(text.line);
    out = out.plain(&text.arguments.to_le_bytes()).plain(&[level as u8, text.kind as u8]);
    out = out.number(fields.len() as u32);
    out = out.hashed(&[text.kind as u8, level as u8]);
    out = out.text(target, true).text(layer, true).text(module, false).text(file, true);
    out = out.text(template, true);
    let mut field = 0;
    while field < fields.len() {
        out = out.text(fields[field].0, true).text(fields[field].1, true);
        field += 1;
    }
    let length = (out.at - 4) as u32;
    let hash = out.hash;
    out.at = 0;
    out = out.number(length);
    out.at = 8;
    out.plain(&hash.to_le_bytes()).bytes
}

/// Bytes that are being written.
struct Out<const N: usize> {
    bytes: [u8; N],
    at: usize,
    /// FNV-1a of what identifies the site.
    hash: u64,
}

impl<const N: usize> Out<N> {
    #[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
    const fn plain(mut self, bytes: &[u8]) -> Self {
        let mut from = 0;
        while from < bytes.len() {
            self.bytes[self.at] = bytes[from];
            self.at += 1;
            from += 1;
        }
        self
    }

    const fn number(self, number: u32) -> Self {
        self.plain(&number.to_le_bytes())
    }

    #[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
    const fn hashed(mut self, bytes: &[u8]) -> Self {
        let mut from = 0;
        while from < bytes.len() {
            self.hash = (self.hash ^ bytes[from] as u64).wrapping_mul(0x0100_0000_01B3);
            from += 1;
        }
        self
    }

    #[expect(clippy::cast_possible_truncation, reason = "texts are shorter than 4 GiB")]
    const fn text(self, text: &str, identifies: bool) -> Self {
        let written = self.number(text.len() as u32).plain(text.as_bytes());
        if identifies { written.hashed(text.as_bytes()).hashed(&[0xFF]) } else { written }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::{Text, entry, entry_bytes};
    use crate::record::dictionary::{Entry, write};
    use crate::site::gap_site;
    use std::vec::Vec;

    #[test]
    fn an_entry_is_the_dictionarys_but_for_the_number() {
        const TEXT: Text = Text {
            target: "hydra",
            layer: "",
            module: "hydra_log_core::site",
            file: "core/src/site.rs",
            template: "{0} records lost",
            fields: &[
                ("ring", "{1}"),
                ("error", "{2}"),
                ("warn", "{3}"),
                ("info", "{4}"),
                ("debug", "{5}"),
                ("trace", "{6}"),
            ],
            line: 7,
            arguments: 7,
            kind: crate::site::SiteKind::Event,
        };
        const BYTES: [u8; entry_bytes(&TEXT)] = entry(crate::Level::Warn, &TEXT);
        let mut bytes = Vec::new();
        write([gap_site()], |part| {
            bytes.extend_from_slice(part);
            Ok::<_, ()>(())
        })
        .unwrap();
        let written = &bytes[12..bytes.len() - 4];
        let (mut ours, mut theirs) = (BYTES[..written.len()].to_vec(), written.to_vec());
        // Numbers and lines are of this build.
        for entry in [&mut ours, &mut theirs] {
            entry[4..8].fill(0);
            entry[16..20].fill(0);
        }
        assert_eq!(ours, theirs);
        assert_eq!(Entry::of(gap_site()).hash().to_le_bytes(), BYTES[8..16]);
    }
}
