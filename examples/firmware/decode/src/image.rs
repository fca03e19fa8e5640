//! The program that was flashed: its descriptors, which are in the file and not on the chip.
//!
//! The section `.hydra_sites` has for each call the address of its gate, whose low half is the
//! site's number, and the dictionary's entry, padded to four bytes.

use std::collections::HashMap;

use hydra_log_core::record::dictionary::{Entry, Reader};
use object::{Object, ObjectSection};

/// A dictionary of version 1 without entries.
const HEAD: &[u8; 12] = b"HYDRADIC\x01\0\0\0";

/// What an image says of its calls: a dictionary.
pub struct Image {
    dictionary: Vec<u8>,
}

impl Image {
    /// The dictionary of an ELF file.
    pub fn read(elf: &[u8]) -> Result<Self, String> {
        let file = object::File::parse(elf).map_err(|error| format!("the program: {error}"))?;
        let section = file.section_by_name(".hydra_sites");
        let section = section
            .ok_or("the program has no section `.hydra_sites`: was it linked with `-Thydra.x`?")?;
        let bytes = section.data().map_err(|error| format!("`.hydra_sites`: {error}"))?;
        Self::of(bytes).ok_or_else(|| "`.hydra_sites` is cut short".to_owned())
    }

    fn of(mut section: &[u8]) -> Option<Self> {
        let mut dictionary = HEAD.to_vec();
        while let Some((gate, rest)) = section.split_first_chunk() {
            let length = u32::from_le_bytes(*rest.first_chunk()?) as usize;
            let entry = rest.get(..length.checked_add(4)?)?;
            let site = u32::from_le_bytes(*gate) & 0xffff;
            dictionary.extend(entry.get(..4)?);
            dictionary.extend(site.to_le_bytes());
            dictionary.extend(entry.get(8..)?);
            section = rest.get(entry.len().next_multiple_of(4)..)?;
        }
        dictionary.extend([0; 4]);
        Some(Self { dictionary })
    }

    /// The sites by their numbers.
    pub fn sites(&self) -> Result<HashMap<u32, Entry<'_>>, String> {
        let entries = Reader::new(&self.dictionary).map_err(|error| error.to_string())?;
        let sites = entries.map(|entry| entry.map(|entry| (entry.id.0, entry)));
        sites.collect::<Result<_, _>>().map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_short_is_refused() {
        let section = [0, 0, 0, 0x20, 200, 0, 0, 0, 1, 2, 3, 4];
        for length in 1..section.len() {
            let image = Image::of(&section[..length]);
            assert!(length < 4 || image.is_none());
        }
        assert_eq!(Image::of(&[]).unwrap().sites().unwrap().len(), 0);
    }
}
