//! As much of an ELF file as decoding needs: sections by name, and a symbol's address.
//!
//! Little-endian, of 32 or 64 bits. Nothing in the file is trusted: what lies outside of it is not
//! there.

/// A section that holds symbols.
const SYMBOLS: u32 = 2;
/// A section without bytes in the file.
const NO_BITS: u32 = 8;

/// A program's file.
#[derive(Clone, Copy)]
pub(crate) struct Elf<'a> {
    bytes: &'a [u8],
    is_wide: bool,
}

/// Where the fields of this file's width lie.
struct Section<'a> {
    name: u32,
    kind: u32,
    link: u32,
    data: &'a [u8],
}

impl<'a> Elf<'a> {
    /// `None` if it is none, or of the other byte order.
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
        let ident = bytes.first_chunk::<6>()?;
        match ident {
            [0x7f, b'E', b'L', b'F', class @ (1 | 2), 1] => {
                Some(Self { bytes, is_wide: *class == 2 })
            }
            _ => None,
        }
    }

    /// The bytes of the section of this name.
    pub(crate) fn section(&self, name: &str) -> Option<&'a [u8]> {
        let names = self.at(self.half(if self.is_wide { 0x3e } else { 0x32 })?.into())?.data;
        let is_it = |section: &Section<'_>| text(names, section.name) == Some(name.as_bytes());
        self.sections().find(is_it).map(|section| section.data)
    }

    /// The value of the symbol of this name.
    pub(crate) fn symbol(&self, name: &str) -> Option<u64> {
        let tables = self.sections().filter(|section| section.kind == SYMBOLS);
        tables.into_iter().find_map(|table| {
            let names = self.at(table.link.into())?.data;
            let bytes = if self.is_wide { 24 } else { 16 };
            let symbols = table.data.chunks_exact(bytes);
            symbols.into_iter().find_map(|symbol| {
                let found = text(names, word(symbol, 0)?)?;
                let at = if self.is_wide { 8 } else { 4 };
                (found == name.as_bytes()).then(|| self.address(symbol, at)).flatten()
            })
        })
    }

    fn sections(self) -> impl Iterator<Item = Section<'a>> {
        let count = self.half(if self.is_wide { 0x3c } else { 0x30 }).unwrap_or(0);
        (0..count).filter_map(move |index| self.at(index.into()))
    }

    fn at(&self, index: u64) -> Option<Section<'a>> {
        let table = self.address(self.bytes, if self.is_wide { 0x28 } else { 0x20 })?;
        let size = self.half(if self.is_wide { 0x3a } else { 0x2e })?;
        let start = usize::try_from(table.checked_add(index * u64::from(size))?).ok()?;
        let head = self.bytes.get(start..)?;
        let (offset, size, link) = match self.is_wide {
            true => (self.address(head, 0x18)?, self.address(head, 0x20)?, word(head, 0x28)?),
            false => (self.address(head, 0x10)?, self.address(head, 0x14)?, word(head, 0x18)?),
        };
        let (name, kind) = (word(head, 0)?, word(head, 4)?);
        let offset = usize::try_from(offset).ok()?;
        let end = offset.checked_add(usize::try_from(size).ok()?)?;
        let data = if kind == NO_BITS { &[] } else { self.bytes.get(offset..end)? };
        Some(Section { name, kind, link, data })
    }

    /// A number of the file's width.
    fn address(&self, bytes: &[u8], at: usize) -> Option<u64> {
        match self.is_wide {
            true => bytes.get(at..)?.first_chunk().map(|word| u64::from_le_bytes(*word)),
            false => word(bytes, at).map(u64::from),
        }
    }

    fn half(&self, at: usize) -> Option<u16> {
        self.bytes.get(at..)?.first_chunk().map(|half| u16::from_le_bytes(*half))
    }
}

/// The four bytes at `at` as a number.
pub(crate) fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_le_bytes(*word))
}

/// The text at `at`, up to its zero.
fn text(names: &[u8], at: u32) -> Option<&[u8]> {
    names.get(at as usize..)?.split(|byte| *byte == 0).next()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn this_program_is_one() {
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let Some(elf) = Elf::new(&bytes) else { return };
        assert!(elf.section(".text").unwrap().len() > 1000);
        assert!(elf.section(".nothing").is_none() && elf.symbol("nothing").is_none());
        assert!(elf.symbol("main").unwrap() > 0);
    }

    #[test]
    fn what_is_cut_is_not_there() {
        assert!(Elf::new(b"MZ").is_none() && Elf::new(b"\x7fELF\x01\x02").is_none());
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        for length in (6..bytes.len()).step_by(bytes.len() / 50) {
            let Some(elf) = bytes.get(..length).and_then(Elf::new) else { return };
            assert!(elf.section(".shstrtab").is_none_or(|names| !names.is_empty()));
        }
    }
}
