//! As much of a 32-bit ELF file as the checks need: sections, symbols, bytes at an address.

use core::ops::Range;
use std::fs;
use std::path::Path;

const NO_BITS: u32 = 8;
const ALLOCATED: u32 = 2;
const WRITABLE: u32 = 1;
const EXECUTABLE: u32 = 4;
const SYMBOLS: u32 = 2;

/// A linked program.
pub(super) struct Elf {
    bytes: Vec<u8>,
    sections: Vec<Section>,
    symbols: Vec<Symbol>,
}

struct Section {
    kind: u32,
    flags: u32,
    address: u32,
    offset: usize,
    size: u32,
    link: usize,
}

struct Symbol {
    name: String,
    address: u32,
    size: u32,
}

/// What a program takes of a microcontroller's memories, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Footprint {
    pub(super) flash: u32,
    pub(super) ram: u32,
}

impl Elf {
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::parse(bytes).ok_or_else(|| format!("{}: not a 32-bit ELF file", path.display()))
    }

    fn parse(bytes: Vec<u8>) -> Option<Self> {
        // Class 1: 32 bits. Data 1: little-endian.
        if bytes.get(..6)? != b"\x7fELF\x01\x01" {
            return None;
        }
        let start = word(&bytes, 0x20)? as usize;
        let size = usize::from(half(&bytes, 0x2e)?);
        let count = usize::from(half(&bytes, 0x30)?);
        let mut elf = Self { bytes, sections: Vec::new(), symbols: Vec::new() };
        for index in 0..count {
            let section = elf.section_at(start + index * size)?;
            elf.sections.push(section);
        }
        elf.symbols = elf.read_symbols()?;
        Some(elf)
    }

    fn section_at(&self, at: usize) -> Option<Section> {
        let field = |index: usize| word(&self.bytes, at + index * 4);
        Some(Section {
            kind: field(1)?,
            flags: field(2)?,
            address: field(3)?,
            offset: field(4)? as usize,
            size: field(5)?,
            link: field(6)? as usize,
        })
    }

    fn read_symbols(&self) -> Option<Vec<Symbol>> {
        let mut symbols = Vec::new();
        for table in self.sections.iter().filter(|section| section.kind == SYMBOLS) {
            let names = self.sections.get(table.link)?.offset;
            for index in 0..table.size as usize / 16 {
                let at = table.offset + index * 16;
                let name = names + word(&self.bytes, at)? as usize;
                let text = self.bytes.get(name..)?.split(|byte| *byte == 0).next()?;
                symbols.push(Symbol {
                    name: String::from_utf8_lossy(text).into_owned(),
                    address: word(&self.bytes, at + 4)?,
                    size: word(&self.bytes, at + 8)?,
                });
            }
        }
        Some(symbols)
    }

    /// What the linker named the program by, as people see it.
    pub(super) fn build_id(&self) -> Option<String> {
        let start = self.address("__hydra_build_id_start").ok()?;
        let end = self.address("__hydra_build_id_end").ok()?;
        // Behind three numbers and the name `GNU`.
        let words = (start.checked_add(16)?..end).step_by(4).map(|at| self.instruction(at));
        let id: Option<String> =
            words.map(|word| Some(format!("{:08x}", word?.swap_bytes()))).collect();
        id.filter(|id| !id.is_empty())
    }

    /// The address of the symbol of this name.
    pub(super) fn address(&self, name: &str) -> Result<u32, String> {
        let found = self.symbols.iter().find(|symbol| symbol.name == name);
        found.map(|symbol| symbol.address).ok_or_else(|| format!("no symbol `{name}`"))
    }

    /// The size of the function whose name contains `part`.
    pub(super) fn size_of(&self, part: &str) -> Result<u32, String> {
        let found = self.symbols.iter().find(|symbol| symbol.name.contains(part));
        found.map(|symbol| symbol.size).ok_or_else(|| format!("no symbol with `{part}`"))
    }

    /// The instructions of the function whose name contains `part`, in halves of words.
    pub(super) fn code_of(&self, part: &str) -> Result<Vec<u16>, String> {
        let found = self.symbols.iter().find(|symbol| symbol.name.contains(part));
        let symbol = found.ok_or_else(|| format!("no symbol with `{part}`"))?;
        let start = symbol.address & !1;
        let addresses = (start..start.saturating_add(symbol.size)).step_by(2);
        let halves = addresses.map(|at| self.instruction(at).map(|word| (word & 0xFFFF) as u16));
        halves.collect::<Option<_>>().ok_or_else(|| format!("`{part}` is not in the file"))
    }

    /// Where the function lies that has an instruction at this address.
    pub(super) fn function_at(&self, address: u32) -> Range<u32> {
        let ranges = self.symbols.iter().map(|symbol| {
            let start = symbol.address & !1;
            start..start.saturating_add(symbol.size)
        });
        ranges.into_iter().find(|range| range.contains(&address)).unwrap_or(0..0)
    }

    /// The four bytes from this address on as a number; two where a section ends.
    pub(super) fn instruction(&self, address: u32) -> Option<u32> {
        let holds = |section: &&Section| {
            section.flags & ALLOCATED != 0
                && section.kind != NO_BITS
                && address.wrapping_sub(section.address) < section.size
        };
        let section = self.sections.iter().find(holds)?;
        let at = section.offset + (address - section.address) as usize;
        word(&self.bytes, at).or_else(|| half(&self.bytes, at).map(u32::from))
    }

    /// Where the one instruction with these two bytes is.
    pub(super) fn only_half(&self, wanted: u16) -> Result<u32, String> {
        let code = self.sections.iter().filter(|section| section.flags & EXECUTABLE != 0);
        let mut found = code.flat_map(|section| {
            let bytes = self.bytes.get(section.offset..).unwrap_or_default();
            let halves = bytes.chunks_exact(2).take(section.size as usize / 2);
            let is_it = move |(_, half): &(usize, &[u8])| *half == wanted.to_le_bytes();
            let offsets = halves
                .enumerate()
                .filter(is_it)
                .filter_map(|(index, _)| u32::try_from(index * 2).ok());
            offsets.map(|offset| section.address + offset)
        });
        match (found.next(), found.next()) {
            (Some(address), None) => Ok(address),
            (None, _) => Err(format!("no instruction {wanted:#06x}")),
            (Some(_), Some(_)) => Err(format!("more than one instruction {wanted:#06x}")),
        }
    }

    /// What the loaded sections take: initialised data is in both memories.
    pub(super) fn footprint(&self) -> Footprint {
        let mut footprint = Footprint::default();
        for section in self.sections.iter().filter(|section| section.flags & ALLOCATED != 0) {
            if section.flags & WRITABLE != 0 {
                footprint.ram += section.size;
            }
            if section.kind != NO_BITS {
                footprint.flash += section.size;
            }
        }
        footprint
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    bytes.try_into().ok().map(u32::from_le_bytes)
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    bytes.try_into().ok().map(u16::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_elf_file_is_refused() {
        let host = std::env::current_exe().unwrap();
        for bytes in [&b""[..], b"\x7fELF\x01\x01", b"MZ", &fs::read(host).unwrap()] {
            assert!(Elf::parse(bytes.to_vec()).is_none());
        }
    }

    #[test]
    fn instructions_are_found_by_address_and_sections_are_summed() {
        let section = |flags, kind, address, offset, size| Section {
            kind,
            flags,
            address,
            offset,
            size,
            link: 0,
        };
        let sections = vec![
            section(6, 1, 0x100, 0, 6),
            section(3, 1, 0x2000, 0, 4),
            section(3, 8, 0x3000, 0, 9),
        ];
        let elf = Elf { bytes: vec![1, 2, 3, 4, 5, 6], sections, symbols: Vec::new() };
        assert_eq!(elf.instruction(0x100), Some(0x0403_0201));
        assert_eq!(elf.instruction(0x104), Some(0x0605));
        assert_eq!(elf.instruction(0x106), None);
        assert_eq!(elf.footprint(), Footprint { flash: 10, ram: 13 });
        assert!(elf.address("x").unwrap_err().contains("`x`"));
    }
}
