//! Writing a record: header, kinds, values, into room that the caller reserved.
#![expect(unsafe_code, reason = "writes to the pointer that a ring hands out")]

use super::header::{Flags, MAX_BYTES};
use super::layout::{Layout, Wide};
use crate::site::SiteId;
use crate::value::{Args, Writer};

/// The room to reserve for a record of these arguments: what it takes exactly, or, with rendered
/// arguments, what it takes at most. A constant where all arguments have a fixed size.
///
/// ```
/// use hydra_log_core::record;
/// assert_eq!(record::wanted(&()), 16);
/// assert_eq!(record::wanted(&(1_u64, (2_i32, (0.5_f64, ())))), 40);
/// assert_eq!(record::wanted(&("hydra", ())), 32);
/// assert_eq!(record::wanted(&("x".repeat(1 << 20).as_str(), ())), record::MAX_BYTES);
/// ```
#[inline(always)]
#[must_use]
pub fn wanted<A: Args>(args: &A) -> usize {
    wanted_as::<Wide, A>(args)
}

/// As [`wanted`], in a layout.
///
/// ```
/// use hydra_log_core::record::{Narrow, wanted_as};
/// assert_eq!(wanted_as::<Narrow, _>(&()), 8);
/// assert_eq!(wanted_as::<Narrow, _>(&(7_u32, ())), 16);
/// ```
#[inline(always)]
#[must_use]
pub fn wanted_as<L: Layout, A: Args>(args: &A) -> usize {
    let texts = if A::RENDERED > 0 { L::TEXT_BUDGET } else { 0 };
    (head_bytes::<L, A>() + args.size::<L>(L::UNCUT) + texts).min(L::MAX_BYTES)
}

/// Writes a record to `out` and returns its length: a multiple of 8, at most `room`.
///
/// When the values don't fit into `room`, the long ones are cut, all to the same length, and the
/// record is marked; when not even that helps, the record has no arguments. With less room than a
/// header nothing is written, and 0 returned.
///
/// # Safety
///
/// - `out` is aligned as a `u64` is, and valid for writes of `room` bytes;
/// - nothing else touches those bytes during the call, code in a rendered argument's `Display`
///   included.
///
/// ```
/// use hydra_log_core::record::{Flags, encode, wanted};
/// use hydra_log_core::site::SiteId;
/// let args = (7_u64, ());
/// let mut room = vec![0_u64; wanted(&args) / 8];
/// let (at, bytes) = (room.as_mut_ptr().cast(), wanted(&args));
/// // SAFETY: bounds: the vector has that many bytes; race: it is borrowed by nobody else.
/// let used = unsafe { encode(at, bytes, SiteId(1), 0, &args, Flags::NONE) };
/// assert_eq!((used, room[2]), (24, 7_u64.to_le()));
/// ```
#[inline(always)]
pub unsafe fn encode<A: Args>(
    out: *mut u8,
    room: usize,
    site: SiteId,
    stamp: u64,
    args: &A,
    flags: Flags,
) -> usize {
    // SAFETY: bounds, race: as promised by the caller.
    unsafe { encode_as::<Wide, A>(out, room, site, stamp, args, flags) }
}

/// As [`encode`], in a layout: the length is a multiple of its words, and of a stamp or a site that
/// is too large for it the low bits are stored.
///
/// # Safety
///
/// As for [`encode`], with `out` aligned to the layout's words.
#[inline(always)]
pub unsafe fn encode_as<L: Layout, A: Args>(
    out: *mut u8,
    room: usize,
    site: SiteId,
    stamp: u64,
    args: &A,
    flags: Flags,
) -> usize {
    debug_assert!(out.addr().is_multiple_of(L::ALIGN), "records are aligned");
    let limit = room.min(L::MAX_BYTES);
    let fixed = head_bytes::<L, A>() + args.size::<L>(L::UNCUT);
    if fixed + kept_for_texts::<L, A>(limit) <= limit {
        let plan = Plan { cap: L::UNCUT, fixed, limit };
        // SAFETY: bounds: the record fits; race: as promised by the caller.
        unsafe { encode_planned::<L, A>(out, site, stamp, args, flags, plan) }
    } else if A::FIXED.is_some() {
        // SAFETY: bounds, race: as promised by the caller.
        unsafe { encode_bare::<L>(out, room, site, stamp, flags) }
    } else {
        // SAFETY: bounds, race: as promised by the caller.
        unsafe { encode_capped::<L, A>(out, room, site, stamp, args, flags) }
    }
}

/// Writes a record that fits.
///
/// # Safety
///
/// As for [`encode_as`], with `plan.limit` for `room`; and `plan.fixed <= plan.limit`.
#[inline(always)]
unsafe fn encode_planned<L: Layout, A: Args>(
    out: *mut u8,
    site: SiteId,
    stamp: u64,
    args: &A,
    flags: Flags,
    plan: Plan,
) -> usize {
    let Plan { cap, fixed, limit } = plan;
    // Without rendered arguments the writer's end is the record's: a constant, where all sizes are.
    let spare = if A::RENDERED > 0 { limit - fixed } else { 0 };
    let head = head_bytes::<L, A>();
    // SAFETY: bounds: `fixed + spare` is at most `limit`; `head` at most `fixed`; race: as promised
    // by the caller.
    let mut writer = unsafe { Writer::<L>::from_raw(out, head, fixed + spare, spare, A::RENDERED) };
    let kinds = L::kinds_of::<A>();
    for word in 0..extra_kind_words::<L>(A::COUNT) {
        let first = L::HEADER_KINDS + L::KINDS_A_WORD * word;
        writer.store(L::HEADER_BYTES + L::WORD_BYTES * word, kinds.from(first));
    }
    args.write(&mut writer, cap);
    let flags = if writer.is_cut() { flags.union(Flags::CUT) } else { flags };
    L::head(&mut writer, flags, site, stamp, kinds.from(0));
    writer.used()
}

/// Writes a record whose long values have to be cut.
///
/// # Safety
///
/// As for [`encode_as`].
#[cold]
#[inline(never)]
unsafe fn encode_capped<L: Layout, A: Args>(
    out: *mut u8,
    room: usize,
    site: SiteId,
    stamp: u64,
    args: &A,
    flags: Flags,
) -> usize {
    let limit = room.min(L::MAX_BYTES);
    let kept = kept_for_texts::<L, A>(limit);
    let size = |cap| head_bytes::<L, A>() + args.size::<L>(cap);
    match largest_cap(limit - kept, &size) {
        Some(cap) => {
            let plan = Plan { cap, fixed: size(cap), limit };
            // SAFETY: bounds: the record fits with this cap; race: as promised by the caller.
            unsafe { encode_planned::<L, A>(out, site, stamp, args, flags, plan) }
        }
        // SAFETY: bounds, race: as promised by the caller.
        None => unsafe { encode_bare::<L>(out, room, site, stamp, flags) },
    }
}

/// As [`encode`], into a slice.
///
/// ```
/// use hydra_log_core::record::{Flags, RecordRef, ValueRef, encode_words};
/// use hydra_log_core::site::SiteId;
///
/// let mut words = [0; 8];
/// let used = encode_words(&mut words, SiteId(3), 99, &(7_u64, ("text", ())), Flags::NONE);
/// let bytes = &bytemuck::cast_slice(&words)[..used];
/// let record = RecordRef::parse(bytes).unwrap();
/// assert_eq!((record.site(), record.stamp()), (SiteId(3), 99));
/// let values: Vec<_> = record.values().map(Result::unwrap).collect();
/// assert_eq!(values, [ValueRef::U64(7), ValueRef::Str("text")]);
/// ```
#[inline]
pub fn encode_words<A: Args>(
    out: &mut [u64],
    site: SiteId,
    stamp: u64,
    args: &A,
    flags: Flags,
) -> usize {
    let room = size_of_val(out);
    // SAFETY: bounds: the slice is aligned and has `room` bytes; race: it is borrowed mutably.
    unsafe { encode(out.as_mut_ptr().cast(), room, site, stamp, args, flags) }
}

/// A record without its arguments, marked as cut.
///
/// # Safety
///
/// As for [`encode`].
#[cold]
unsafe fn encode_bare<L: Layout>(
    out: *mut u8,
    room: usize,
    site: SiteId,
    stamp: u64,
    flags: Flags,
) -> usize {
    if room < L::HEADER_BYTES {
        return 0;
    }
    let bytes = L::HEADER_BYTES;
    // SAFETY: bounds: there is room for a header; race: as promised by the caller.
    let mut writer = unsafe { Writer::<L>::from_raw(out, bytes, bytes, 0, 0) };
    L::head(&mut writer, flags.union(Flags::CUT), site, stamp, 0);
    bytes
}

/// How values are made to fit.
struct Plan {
    /// The most bytes of one text or slice.
    cap: usize,
    /// The bytes of the record, rendered texts not counted.
    fixed: usize,
    /// The most bytes of the record.
    limit: usize,
}

/// The largest cap with which the record is not longer than `limit`, or `None`. With the largest of
/// all it is longer, or nobody would ask.
fn largest_cap(limit: usize, size: &dyn Fn(usize) -> usize) -> Option<usize> {
    if size(0) > limit {
        return None;
    }
    // `fits` fits, and is the largest such cap once it meets `too_long`.
    let (mut fits, mut too_long) = (0, MAX_BYTES);
    while too_long - fits > 1 {
        let middle = fits.midpoint(too_long);
        if size(middle) <= limit {
            fits = middle;
        } else {
            too_long = middle;
        }
    }
    Some(fits)
}

/// What long values may not take from rendered ones.
#[inline(always)]
fn kept_for_texts<L: Layout, A: Args>(limit: usize) -> usize {
    if A::RENDERED > 0 { (limit / 4).min(L::TEXT_BUDGET) } else { 0 }
}

/// The bytes in front of the values.
#[inline(always)]
const fn head_bytes<L: Layout, A: Args>() -> usize {
    L::HEADER_BYTES + L::WORD_BYTES * extra_kind_words::<L>(A::COUNT)
}

/// How many words of kinds follow the header: the last kind of the last word is always zero. Where
/// the header has room for none, there is no word without arguments.
#[inline(always)]
const fn extra_kind_words<L: Layout>(count: usize) -> usize {
    if count < L::HEADER_KINDS || count == 0 {
        0
    } else {
        (count - L::HEADER_KINDS) / L::KINDS_A_WORD + 1
    }
}
