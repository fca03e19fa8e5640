//! The header's first word: length, flags, site and the first six kinds.

use core::fmt;
use core::ops::BitOr;

use crate::site::SiteId;

/// The bytes of a record without arguments.
pub const HEADER_BYTES: usize = 16;
/// The most bytes a record has.
pub const MAX_BYTES: usize = 8191 * 8;
/// Where in a record its time stamp is.
///
/// ```
/// use hydra_log_core::record::{Flags, RecordRef, STAMP_AT, encode_words};
/// # use hydra_log_core::site::SiteId;
/// let mut words = [0; 2];
/// encode_words(&mut words, SiteId(0), 99, &(), Flags::NONE);
/// words[STAMP_AT / 8] = 100_u64.to_le();
/// assert_eq!(RecordRef::parse(bytemuck::cast_slice(&words)).unwrap().stamp(), 100);
/// ```
pub const STAMP_AT: usize = 8;

const LEN_BITS: u32 = 13;
const FLAG_BITS: u32 = 3;
const SITE_BITS: u32 = 24;
const FLAGS_AT: u32 = LEN_BITS;
const SITE_AT: u32 = FLAGS_AT + FLAG_BITS;
pub(super) const KINDS_AT: u32 = SITE_AT + SITE_BITS;

const _: () = assert!(KINDS_AT + 6 * 4 == u64::BITS);
const _: () = assert!(MAX_BYTES / 8 < 1 << LEN_BITS);

/// What a record says of itself.
///
/// ```
/// use hydra_log_core::record::Flags;
/// let flags = Flags::CUT | Flags::CONTROL;
/// assert!(flags.contains(Flags::CUT));
/// assert!(!flags.contains(Flags::OUT_OF_ORDER));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// Nothing out of the ordinary.
    pub const NONE: Self = Self(0);
    /// An argument was shortened.
    pub const CUT: Self = Self(1);
    /// The record was late, or written past the ring, so its place is not by its time.
    pub const OUT_OF_ORDER: Self = Self(2);
    /// The logger's own: a gap record and the like.
    pub const CONTROL: Self = Self(4);

    /// The flags of both.
    #[inline(always)]
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all flags of `other` are set.
    #[inline(always)]
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The flags in a byte; bits without a meaning are left out.
    #[inline(always)]
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & 0b111)
    }

    /// The flags as three bits.
    #[inline(always)]
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names =
            [(Self::CUT, "CUT"), (Self::OUT_OF_ORDER, "OUT_OF_ORDER"), (Self::CONTROL, "CONTROL")];
        f.debug_set()
            .entries(names.iter().filter(|(flag, _)| self.contains(*flag)).map(|(_, name)| name))
            .finish()
    }
}

/// The first word of a record of `len` bytes (a multiple of 8, at most [`MAX_BYTES`]); of `kinds`,
/// the first six count.
///
/// ```
/// use hydra_log_core::record::{Flags, flags_of, header_word, len_bytes, site_of};
/// use hydra_log_core::site::SiteId;
/// let word = header_word(40, Flags::CUT, SiteId(7), 0x421);
/// assert_eq!(word, 0x421 << 40 | 7 << 16 | 1 << 13 | 5);
/// assert_eq!((len_bytes(word), flags_of(word), site_of(word)), (40, Flags::CUT, SiteId(7)));
/// ```
#[inline(always)]
#[must_use]
pub const fn header_word(len: usize, flags: Flags, site: SiteId, kinds: u64) -> u64 {
    debug_assert!(len.is_multiple_of(8) && len <= MAX_BYTES, "a record's length");
    let site = site.0 as u64 & ((1 << SITE_BITS) - 1);
    (len as u64 / 8) | ((flags.0 as u64) << FLAGS_AT) | (site << SITE_AT) | (kinds << KINDS_AT)
}

/// The first word of a firmware record of `len` bytes, a multiple of 4.
#[inline(always)]
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "such a record has at most 255 words")]
pub(super) const fn narrow_word(len: usize, flags: Flags, site: SiteId) -> u32 {
    debug_assert!(len.is_multiple_of(4) && len <= 255 * 4, "a record's length");
    (site.0 & 0xFFFF) | ((len as u32 / 4) << 16) | ((flags.0 as u32) << 24)
}

/// The length of the whole record, from its first word.
#[inline(always)]
#[must_use]
pub const fn len_bytes(word0: u64) -> usize {
    let words = (word0 & ((1 << LEN_BITS) - 1)) as usize;
    words * 8
}

/// The record's site, from its first word.
#[inline(always)]
#[must_use]
pub const fn site_of(word0: u64) -> SiteId {
    let site = ((word0 >> SITE_AT) & ((1 << SITE_BITS) - 1)) as u32;
    SiteId(site)
}

/// The record's flags, from its first word.
#[inline(always)]
#[must_use]
pub const fn flags_of(word0: u64) -> Flags {
    let flags = ((word0 >> FLAGS_AT) & ((1 << FLAG_BITS) - 1)) as u8;
    Flags(flags)
}

/// Whether a record, by its first bytes, is one of the logger's own ([`Flags::CONTROL`]).
///
/// ```
/// use hydra_log_core::record::{Flags, header_word, is_control};
/// use hydra_log_core::site::SiteId;
/// let word = header_word(16, Flags::CONTROL, SiteId(1), 0);
/// assert!(is_control(&word.to_le_bytes()));
/// assert!(!is_control(&header_word(16, Flags::CUT, SiteId(1), 0).to_le_bytes()));
/// ```
#[inline(always)]
#[must_use]
pub const fn is_control(record: &[u8]) -> bool {
    const BIT: u32 = FLAGS_AT + Flags::CONTROL.0.trailing_zeros();
    matches!(record, [_, second, ..] if *second & (1 << (BIT - 8)) != 0)
}

/// The first word with more flags set.
///
/// ```
/// use hydra_log_core::record::{Flags, flags_of, with_flags};
/// assert_eq!(flags_of(with_flags(0, Flags::OUT_OF_ORDER)), Flags::OUT_OF_ORDER);
/// ```
#[inline(always)]
#[must_use]
pub const fn with_flags(word0: u64, flags: Flags) -> u64 {
    word0 | ((flags.0 as u64) << FLAGS_AT)
}
