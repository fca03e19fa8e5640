//! The dictionary: what a program's sites say, as bytes that travel with its records.
//!
//! ```text
//! "HYDRADIC"   version u16   zero u16                               12 bytes
//! entry …      length u32 of what follows in the entry              until a length of 0
//!              site u32 | hash u64 | line u32 | arguments u16 | level u8 | kind u8 | fields u32
//!              target, layer, module, file, template                each: length u32, UTF-8
//!              for each field: its name, its template               likewise
//! ```
//!
//! All numbers are little-endian. Bytes behind an entry's last text belong to a later version and
//! are stepped over. A site's id is good for one image of one program; its *hash* depends on what
//! the site says alone, so it names the same call in the next build.
//!
//! ```
//! use hydra_log_core::record::dictionary::{self, Reader};
//! let mut bytes = Vec::new();
//! let sites = [hydra_log_core::site::gap_site()];
//! dictionary::write(sites, |part| Ok::<_, ()>(bytes.extend(part))).unwrap();
//!
//! let entry = Reader::new(&bytes).unwrap().next().unwrap().unwrap();
//! assert_eq!(entry.template, "{0} records lost");
//! assert_eq!(entry.fields.iter().next(), Some(("ring", "{1}")));
//! ```

use core::fmt;

use crate::level::Level;
use crate::site::{Site, SiteId, SiteKind};

const MAGIC: [u8; 8] = *b"HYDRADIC";
const VERSION: u16 = 1;
const HEAD_BYTES: usize = 12;
/// What is in front of an entry's texts, its length not counted.
const FIXED_BYTES: usize = 24;

/// What is known of one site: taken from the program, or read from a dictionary.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The site's id in its image.
    pub id: SiteId,
    /// The level.
    pub level: Level,
    /// A log call, or a type.
    pub kind: SiteKind,
    /// How many arguments a record has.
    pub arguments: u16,
    /// The source line, from 1.
    pub line: u32,
    /// What records are about.
    pub target: &'a str,
    /// The layer, or empty.
    pub layer: &'a str,
    /// The module's path.
    pub module: &'a str,
    /// The source file.
    pub file: &'a str,
    /// The message, or a type's name.
    pub template: &'a str,
    /// Names and templates.
    pub fields: Fields<'a>,
}

impl Entry<'static> {
    /// What a descriptor says.
    #[must_use]
    pub fn of(site: &'static Site) -> Self {
        Self {
            id: site.id(),
            level: site.level(),
            kind: site.kind,
            arguments: site.arguments,
            line: site.line,
            target: site.target,
            layer: site.layer,
            module: site.module,
            file: site.file,
            template: site.template,
            fields: Fields(Source::Known(site.fields)),
        }
    }
}

impl<'a> Entry<'a> {
    /// Reads one entry of a dictionary, its length in front included.
    ///
    /// # Errors
    ///
    /// As those of a [`Reader`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DictionaryError> {
        let mut reader = Reader { scan: Scan { bytes, at: 0 }, ended: false };
        reader.entry()?.ok_or(DictionaryError::Short { at: bytes.len() })
    }

    /// The content hash: FNV-1a with 64 bits of kind, level, target, layer, file, template and
    /// fields, each text followed by a byte `FF`. Lines and ids change from build to build and are
    /// left out.
    #[must_use]
    pub fn hash(&self) -> u64 {
        let mut hash = Fnv::new();
        hash.bytes(&[self.kind as u8, self.level as u8]);
        for text in [self.target, self.layer, self.file, self.template] {
            hash.text(text);
        }
        for (name, template) in self.fields.iter() {
            hash.text(name);
            hash.text(template);
        }
        hash.0
    }

    /// The texts in the order in which they are stored.
    fn texts(&self) -> impl Iterator<Item = &'a str> {
        [self.target, self.layer, self.module, self.file, self.template]
            .into_iter()
            .chain(self.fields.iter().flat_map(|(name, template)| [name, template]))
    }

    fn write<E>(&self, sink: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let len = FIXED_BYTES + self.texts().map(|text| 4 + text.len()).sum::<usize>();
        sink(&short(len).to_le_bytes())?;
        sink(&self.id.0.to_le_bytes())?;
        sink(&self.hash().to_le_bytes())?;
        sink(&self.line.to_le_bytes())?;
        sink(&self.arguments.to_le_bytes())?;
        sink(&[self.level as u8, self.kind as u8])?;
        sink(&short(self.fields.iter().count()).to_le_bytes())?;
        for text in self.texts() {
            sink(&short(text.len()).to_le_bytes())?;
            sink(text.as_bytes())?;
        }
        Ok(())
    }
}

/// Lengths of source texts: far below 4 GiB.
fn short(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// A site's fields: names and templates, in order.
#[derive(Clone, Copy)]
pub struct Fields<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Known(&'a [(&'a str, &'a str)]),
    /// Checked when the entry was read.
    Stored(&'a [u8], usize),
}

impl<'a> Fields<'a> {
    /// Fields that are known.
    ///
    /// ```
    /// use hydra_log_core::record::dictionary::Fields;
    /// let fields = Fields::new(&[("x", "{0}"), ("y", "{1}")]);
    /// assert_eq!(fields.iter().last(), Some(("y", "{1}")));
    /// ```
    #[must_use]
    pub const fn new(fields: &'a [(&'a str, &'a str)]) -> Self {
        Self(Source::Known(fields))
    }

    /// The fields in order.
    #[must_use]
    pub fn iter(&self) -> FieldsIter<'a> {
        FieldsIter(self.0)
    }
}

impl PartialEq for Fields<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Fields<'_> {}

impl fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// An iterator over a site's fields.
#[derive(Clone)]
pub struct FieldsIter<'a>(Source<'a>);

impl fmt::Debug for FieldsIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Fields(self.0).fmt(f)
    }
}

impl<'a> Iterator for FieldsIter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Source::Known(fields) => {
                let (first, rest) = fields.split_first()?;
                *fields = rest;
                Some(*first)
            }
            Source::Stored(bytes, count) => {
                *count = count.checked_sub(1)?;
                let mut scan = Scan { bytes, at: 0 };
                let field = (scan.text().ok()?, scan.text().ok()?);
                *bytes = scan.rest();
                Some(field)
            }
        }
    }
}

/// Writes a dictionary of `sites`, in parts.
///
/// # Errors
///
/// Those of `sink`.
pub fn write<E>(
    sites: impl IntoIterator<Item = &'static Site>,
    sink: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    write_entries(sites.into_iter().map(Entry::of), sink)
}

/// Writes a dictionary of entries that may come from another one, in parts.
///
/// ```
/// use hydra_log_core::record::dictionary::{self, Reader};
/// let mut bytes = Vec::new();
/// let sites = [hydra_log_core::site::gap_site()];
/// dictionary::write(sites, |part| Ok::<_, ()>(bytes.extend(part))).unwrap();
///
/// let entries = Reader::new(&bytes).unwrap().map(Result::unwrap);
/// let mut again = Vec::<u8>::new();
/// dictionary::write_entries(entries, |part| Ok::<_, ()>(again.extend(part))).unwrap();
/// assert_eq!(again, bytes);
/// ```
///
/// # Errors
///
/// Those of `sink`.
pub fn write_entries<'a, E>(
    entries: impl IntoIterator<Item = Entry<'a>>,
    mut sink: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    sink(&MAGIC)?;
    sink(&VERSION.to_le_bytes())?;
    sink(&[0; 2])?;
    for entry in entries {
        entry.write(&mut sink)?;
    }
    sink(&0_u32.to_le_bytes())
}

/// Reads a dictionary. Any bytes are either understood or refused; after an error no entry follows.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    scan: Scan<'a>,
    ended: bool,
}

impl<'a> Reader<'a> {
    /// A reader of the dictionary at the start of `bytes`.
    ///
    /// # Errors
    ///
    /// When they are not a dictionary of a version that is understood.
    pub fn new(bytes: &'a [u8]) -> Result<Self, DictionaryError> {
        let mut scan = Scan { bytes, at: 0 };
        let head = scan.take(HEAD_BYTES)?;
        if !head.starts_with(&MAGIC) {
            return Err(DictionaryError::Magic);
        }
        scan.at = MAGIC.len();
        let version = u16::from_le_bytes(scan.array()?);
        if version != VERSION {
            return Err(DictionaryError::Version(version));
        }
        scan.at = HEAD_BYTES;
        Ok(Self { scan, ended: false })
    }

    /// How many bytes were read: after the last entry, the dictionary's length.
    #[must_use]
    pub fn position(&self) -> usize {
        self.scan.at
    }

    fn entry(&mut self) -> Result<Option<Entry<'a>>, DictionaryError> {
        let len = self.scan.number()? as usize;
        if len == 0 {
            return Ok(None);
        }
        let start = self.scan.at;
        let body = self.scan.take(len)?;
        read_entry(&mut Scan { bytes: body, at: 0 }).map(Some).map_err(|error| error.after(start))
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<Entry<'a>, DictionaryError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let entry = self.entry();
        self.ended = !matches!(entry, Ok(Some(_)));
        entry.transpose()
    }
}

fn read_entry<'a>(scan: &mut Scan<'a>) -> Result<Entry<'a>, DictionaryError> {
    let id = SiteId(scan.number()?);
    let hash = u64::from_le_bytes(scan.array()?);
    let line = scan.number()?;
    let arguments = u16::from_le_bytes(scan.array()?);
    let [level, kind] = scan.array()?;
    let count = scan.number()? as usize;
    let (target, layer, module) = (scan.text()?, scan.text()?, scan.text()?);
    let (file, template) = (scan.text()?, scan.text()?);
    let fields = scan.rest();
    // Each takes eight bytes at least, so a false count ends at the entry's end.
    for _ in 0..count {
        scan.text()?;
        scan.text()?;
    }
    let entry = Entry {
        id,
        level: Level::from_number(level).ok_or(DictionaryError::Level(level))?,
        kind: match kind {
            0 => SiteKind::Event,
            1 => SiteKind::Type,
            _ => return Err(DictionaryError::Kind(kind)),
        },
        arguments,
        line,
        target,
        layer,
        module,
        file,
        template,
        fields: Fields(Source::Stored(fields, count)),
    };
    if entry.hash() == hash { Ok(entry) } else { Err(DictionaryError::Hash(id)) }
}

/// Why bytes are not a dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DictionaryError {
    /// They don't start with the format's name.
    Magic,
    /// A version that is not understood.
    Version(u16),
    /// They end too early.
    Short {
        /// Where more bytes should be.
        at: usize,
    },
    /// A text is not UTF-8.
    Utf8 {
        /// Where the text starts.
        at: usize,
    },
    /// A number that is no level.
    Level(u8),
    /// A number that is no kind of site.
    Kind(u8),
    /// A site's texts don't match its hash.
    Hash(SiteId),
}

impl DictionaryError {
    /// The error with its place counted from `start` bytes earlier.
    fn after(self, start: usize) -> Self {
        match self {
            Self::Short { at } => Self::Short { at: at + start },
            Self::Utf8 { at } => Self::Utf8 { at: at + start },
            other => other,
        }
    }
}

impl fmt::Display for DictionaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Magic => f.write_str("not a dictionary"),
            Self::Version(version) => write!(f, "dictionary of unknown version {version}"),
            Self::Short { at } => write!(f, "dictionary ends at byte {at}"),
            Self::Utf8 { at } => write!(f, "dictionary text at byte {at} is not utf-8"),
            Self::Level(level) => write!(f, "dictionary has unknown level {level}"),
            Self::Kind(kind) => write!(f, "dictionary has unknown site kind {kind}"),
            Self::Hash(id) => write!(f, "dictionary entry of site {} is damaged", id.0),
        }
    }
}

impl core::error::Error for DictionaryError {}

/// A place in bytes that may end anywhere.
#[derive(Clone, Debug)]
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], DictionaryError> {
        let short = DictionaryError::Short { at: self.bytes.len() };
        let taken = self.rest().get(..len).ok_or(short)?;
        self.at += len;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DictionaryError> {
        let short = DictionaryError::Short { at: self.bytes.len() };
        self.take(N)?.try_into().map_err(|_| short)
    }

    fn number(&mut self) -> Result<u32, DictionaryError> {
        self.array().map(u32::from_le_bytes)
    }

    fn text(&mut self) -> Result<&'a str, DictionaryError> {
        let len = self.number()? as usize;
        let at = self.at;
        core::str::from_utf8(self.take(len)?).map_err(|_| DictionaryError::Utf8 { at })
    }
}

/// FNV-1a with 64 bits.
struct Fnv(u64);

impl Fnv {
    const fn new() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    /// No text holds the byte that ends it, so that the border between two texts counts.
    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        self.bytes(&[0xFF]);
    }
}
