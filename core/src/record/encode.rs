//! Writing a record: header, kinds, values, into room that the caller reserved.
#![expect(unsafe_code, reason = "writes to the pointer that a ring hands out")]

use super::header::{Flags, HEADER_BYTES, MAX_BYTES, STAMP_AT, header_word};
use crate::site::SiteId;
use crate::value::{Args, TEXT_BUDGET, Writer};

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
    let texts = if A::RENDERED > 0 { TEXT_BUDGET } else { 0 };
    (head_bytes::<A>() + args.size(MAX_BYTES) + texts).min(MAX_BYTES)
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
    debug_assert!(out.addr().is_multiple_of(align_of::<u64>()), "records are aligned");
    let limit = room.min(MAX_BYTES);
    let fixed = head_bytes::<A>() + args.size(MAX_BYTES);
    if fixed + kept_for_texts::<A>(limit) <= limit {
        let plan = Plan { cap: MAX_BYTES, fixed, limit };
        // SAFETY: bounds: the record fits; race: as promised by the caller.
        unsafe { encode_planned(out, site, stamp, args, flags, plan) }
    } else if A::FIXED.is_some() {
        // SAFETY: bounds, race: as promised by the caller.
        unsafe { encode_bare(out, room, site, stamp, flags) }
    } else {
        // SAFETY: bounds, race: as promised by the caller.
        unsafe { encode_capped(out, room, site, stamp, args, flags) }
    }
}

/// Writes a record that fits.
///
/// # Safety
///
/// As for [`encode`], with `plan.limit` for `room`; and `plan.fixed <= plan.limit`.
#[inline(always)]
unsafe fn encode_planned<A: Args>(
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
    let head = head_bytes::<A>();
    // SAFETY: bounds: `fixed + spare` is at most `limit`; `head` at most `fixed`; race: as promised
    // by the caller.
    let mut writer = unsafe { Writer::from_raw(out, head, fixed + spare, spare, A::RENDERED) };
    for word in 0..extra_kind_words(A::COUNT) {
        writer.store(HEADER_BYTES + 8 * word, A::KINDS.from(6 + 16 * word));
    }
    args.write(&mut writer, cap);
    let flags = if writer.is_cut() { flags.union(Flags::CUT) } else { flags };
    let used = writer.used();
    writer.store(0, header_word(used, flags, site, A::KINDS.from(0)));
    writer.store(STAMP_AT, stamp);
    used
}

/// Writes a record whose long values have to be cut.
///
/// # Safety
///
/// As for [`encode`].
#[cold]
#[inline(never)]
unsafe fn encode_capped<A: Args>(
    out: *mut u8,
    room: usize,
    site: SiteId,
    stamp: u64,
    args: &A,
    flags: Flags,
) -> usize {
    let limit = room.min(MAX_BYTES);
    let kept = kept_for_texts::<A>(limit);
    let size = |cap| head_bytes::<A>() + args.size(cap);
    match largest_cap(limit - kept, &size) {
        Some(cap) => {
            let plan = Plan { cap, fixed: size(cap), limit };
            // SAFETY: bounds: the record fits with this cap; race: as promised by the caller.
            unsafe { encode_planned(out, site, stamp, args, flags, plan) }
        }
        // SAFETY: bounds, race: as promised by the caller.
        None => unsafe { encode_bare(out, room, site, stamp, flags) },
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
unsafe fn encode_bare(out: *mut u8, room: usize, site: SiteId, stamp: u64, flags: Flags) -> usize {
    if room < HEADER_BYTES {
        return 0;
    }
    // SAFETY: bounds: there is room for a header; race: as promised by the caller.
    let mut writer = unsafe { Writer::from_raw(out, 0, HEADER_BYTES, 0, 0) };
    writer.word(header_word(HEADER_BYTES, flags.union(Flags::CUT), site, 0));
    writer.word(stamp);
    HEADER_BYTES
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
fn kept_for_texts<A: Args>(limit: usize) -> usize {
    if A::RENDERED > 0 { (limit / 4).min(TEXT_BUDGET) } else { 0 }
}

/// The bytes in front of the values.
#[inline(always)]
const fn head_bytes<A: Args>() -> usize {
    HEADER_BYTES + 8 * extra_kind_words(A::COUNT)
}

/// How many words of kinds follow the header: the last kind of the last word is always zero.
#[inline(always)]
const fn extra_kind_words(count: usize) -> usize {
    if count < 6 { 0 } else { (count - 6) / 16 + 1 }
}
