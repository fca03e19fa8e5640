//! A firmware's program as the linker wrote it: its texts, which are not on the chip.
//!
//! The section `.hydra_sites` has for each call the address of its gate, whose low half is the
//! site's number, and the dictionary's entry, padded to four bytes.

use core::fmt;
use std::sync::Arc;

use hydra_log_core::Level;
use hydra_log_core::block::TAG_BYTES;
use hydra_log_core::record::dictionary::{DictionaryError, Entry, Fields};
use hydra_log_core::site::{SiteId, SiteKind, gap_site};

use crate::elf::{Elf, word};
use crate::session::Session;

/// The number of the site of gap records, which no site of firmware has.
pub(crate) const GAP_SITE: u32 = 0x1_0000;
/// The same of defmt's frames.
pub(crate) const FRAME_SITE: u32 = 0x1_0001;

/// A program that runs on a microcontroller.
#[derive(Clone, Debug)]
pub struct Image {
    build_id: Vec<u8>,
    tag: [u8; TAG_BYTES],
    /// Of its calls, by address.
    numbers: Vec<u16>,
    pub(crate) session: Arc<Session>,
}

/// Why a file says nothing of a firmware's log calls.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageError {
    /// It is no ELF file with little-endian numbers.
    NotElf,
    /// It has no section `.hydra_sites`.
    NoSites,
    /// That section is cut short at this byte.
    Short(usize),
    /// An entry of that section is not understood.
    Entry(DictionaryError),
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotElf => f.write_str("not an ELF file with little-endian numbers"),
            Self::NoSites => f.write_str(
                "no section `.hydra_sites`: link the program with `-C link-arg=-Thydra.x`, and do \
                 not strip it",
            ),
            Self::Short(at) => write!(f, "its section `.hydra_sites` is cut short at byte {at}"),
            Self::Entry(error) => write!(f, "its section `.hydra_sites` is damaged: {error}"),
        }
    }
}

impl core::error::Error for ImageError {}

impl Image {
    /// Reads a program's file.
    ///
    /// ```
    /// use hydra_log_decode::{Image, ImageError};
    /// assert_eq!(Image::read(b"text").unwrap_err(), ImageError::NotElf);
    /// ```
    ///
    /// # Errors
    ///
    /// When it has no readable description of log calls.
    pub fn read(file: &[u8]) -> Result<Self, ImageError> {
        let elf = Elf::new(file).ok_or(ImageError::NotElf)?;
        let sites = elf.section(".hydra_sites").ok_or(ImageError::NoSites)?;
        let note = elf.section(".note.gnu.build-id").and_then(build_id);
        let mut image = Self::of(sites, note.unwrap_or_default())?;
        let gates = [elf.symbol("__hydra_gates_start"), elf.symbol("__hydra_gates_end")];
        if let ([Some(start), Some(end)], true) = (gates, image.build_id.is_empty()) {
            image.tag = fingerprint(start, end.wrapping_sub(start), sites.len());
        }
        Ok(image)
    }

    /// What the section `.hydra_sites` says.
    ///
    /// # Errors
    ///
    /// When it is damaged.
    pub fn of(section: &[u8], build_id: &[u8]) -> Result<Self, ImageError> {
        let mut session = Session::default();
        session.ticks_per_second = NANOSECONDS;
        let mut gates = Vec::new();
        let mut rest = section;
        loop {
            let short = ImageError::Short(section.len() - rest.len());
            let Some(gate) = word(rest, 0) else { break };
            let length = word(rest, 4).ok_or(short.clone())? as usize;
            let end = length.checked_add(8).filter(|end| *end <= rest.len());
            let mut entry = rest.get(4..end.ok_or(short.clone())?).unwrap_or_default().to_vec();
            let number = entry.get_mut(4..8).ok_or(short)?;
            number.copy_from_slice(&(gate & 0xffff).to_le_bytes());
            gates.push(gate);
            let used = 4 + entry.len().next_multiple_of(4);
            session.add_entry(entry).map_err(ImageError::Entry)?;
            rest = rest.get(used..).unwrap_or_default();
        }
        let gap = Entry::of(gap_site());
        session.add_site(Entry { id: SiteId(GAP_SITE), ..gap });
        let (id, fields) = (SiteId(FRAME_SITE), Fields::new(&[]));
        let template = "frame {0:02x?}";
        let frame = Entry {
            id,
            level: Level::Info,
            arguments: 1,
            target: "defmt",
            template,
            fields,
            ..gap
        };
        session.add_site(frame);
        let tag = build_id.first_chunk().copied().unwrap_or_default();
        gates.sort_unstable();
        #[expect(clippy::cast_possible_truncation, reason = "the low half is the number")]
        let numbers = gates.into_iter().map(|gate| gate as u16).collect();
        Ok(Self { build_id: build_id.to_vec(), tag, numbers, session: Arc::new(session) })
    }

    /// What the linker named the program by; empty if it was not asked to (`--build-id`).
    #[must_use]
    pub fn build_id(&self) -> &[u8] {
        &self.build_id
    }

    /// What is known of a call, by its number.
    #[must_use]
    pub fn site(&self, number: u16) -> Option<Entry<'_>> {
        self.session.site(SiteId(number.into()))
    }

    /// Its calls with their numbers, in the order of their gates' addresses, by which a host
    /// switches them.
    pub fn sites(&self) -> impl Iterator<Item = (u16, Entry<'_>)> {
        let numbers = self.numbers.iter().copied();
        let known = numbers.filter_map(|number| Some((number, self.site(number)?)));
        known.filter(|(_, entry)| entry.kind == SiteKind::Event)
    }

    /// What people see of its build id; of its tag, if it has none.
    pub(crate) fn name(&self) -> String {
        if self.build_id.is_empty() { hex(&self.tag) } else { hex(&self.build_id) }
    }

    /// What stands in front of its records in a stream, and of what a host says to it.
    #[must_use]
    pub fn tag(&self) -> [u8; TAG_BYTES] {
        self.tag
    }
}

/// The address of a symbol of a program's file.
///
/// ```
/// assert_eq!(hydra_log_decode::symbol(b"no program", "_SEGGER_RTT"), None);
/// ```
#[must_use]
pub fn symbol(file: &[u8], name: &str) -> Option<u64> {
    Elf::new(file)?.symbol(name)
}

/// Where a stream does not tell how fast the clock ticks.
const NANOSECONDS: u64 = 1_000_000_000;

/// The tag of a program without a build id: where its gates are, how many, how long its texts.
#[expect(clippy::cast_possible_truncation, reason = "a firmware's addresses have 32 bits")]
fn fingerprint(start: u64, gates: u64, sites: usize) -> [u8; TAG_BYTES] {
    ((start as u32).rotate_left(16) ^ (gates as u32).rotate_left(8) ^ sites as u32).to_le_bytes()
}

/// The id in a note section: three numbers, the name `GNU`, the id.
fn build_id(note: &[u8]) -> Option<&[u8]> {
    let (name, id) = (word(note, 0)? as usize, word(note, 4)? as usize);
    let start = 12_usize.checked_add(name.checked_next_multiple_of(4)?)?;
    note.get(start..start.checked_add(id)?)
}

/// A build id as people see it.
pub(crate) fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_short_is_refused() {
        let section = [0, 0, 0, 0x20, 200, 0, 0, 0, 1, 2, 3, 4];
        for length in 4..section.len() {
            assert_eq!(Image::of(&section[..length], &[]).unwrap_err(), ImageError::Short(0));
        }
        assert_eq!(Image::of(&[], &[]).unwrap().session.sites().count(), 2);
    }

    #[test]
    fn the_id_stands_behind_the_name() {
        let note = b"\x04\0\0\0\x03\0\0\0\x03\0\0\0GNU\0\x01\x02\x03";
        assert_eq!(build_id(note), Some(&[1, 2, 3][..]));
        assert_eq!(build_id(&note[..18]), None);
        assert_eq!(hex(&[1, 0xab]), "01ab");
    }
}
