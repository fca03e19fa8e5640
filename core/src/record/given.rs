//! Writing a record whose values come one by one: measured first, then written.
//!
//! The first round counts values and bytes; the second writes no more values than were counted, so
//! the words for their kinds are where a reader looks for them. A value that the second round does
//! not give any more becomes `None`.
#![expect(unsafe_code, reason = "writes to the pointer that a ring hands out")]

use super::header::{Flags, HEADER_BYTES, MAX_BYTES};
use super::layout::{Layout, Wide};
use crate::site::SiteId;
use crate::value::{Given, KIND_WORDS, MAX_ARGUMENTS, TEXT_BUDGET, Take, Value, Writer};

/// What a record of given values takes.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    count: usize,
    texts: usize,
    /// The bytes of the whole record, rendered texts not counted.
    fixed: usize,
    /// The most bytes of one value.
    cap: usize,
}

impl Measured {
    /// Measures what is given.
    #[inline(always)]
    pub fn of(given: &(impl Given + ?Sized)) -> Self {
        let mut sum = Sum { count: 0, texts: 0, bytes: 0 };
        given.give(&mut sum);
        let count = sum.count.min(MAX_ARGUMENTS);
        let fixed = head_bytes(count).saturating_add(sum.bytes);
        let mut measured = Self { count, texts: sum.texts, fixed, cap: MAX_BYTES };
        if fixed + measured.kept() > MAX_BYTES {
            measured.shorten();
        }
        measured
    }

    /// The room to reserve.
    #[inline(always)]
    #[must_use]
    pub fn wanted(&self) -> usize {
        let texts = if self.texts > 0 { TEXT_BUDGET } else { 0 };
        (self.fixed + texts).min(MAX_BYTES)
    }

    /// What long values may not take from rendered ones.
    fn kept(&self) -> usize {
        if self.texts > 0 { TEXT_BUDGET } else { 0 }
    }

    /// Gives each value the same share of the longest record.
    #[cold]
    fn shorten(&mut self) {
        let most = MAX_BYTES - head_bytes(self.count) - self.kept();
        let share = most / self.count.max(1);
        // A length, or a tag, stands in front; the end is rounded up to a word.
        self.cap = share.saturating_sub(16) & !7;
        self.fixed = MAX_BYTES - self.kept();
    }
}

/// Writes a record to `out` and returns its length: a multiple of 8, at most `room`. With less
/// room than a header nothing is written, and 0 returned.
///
/// # Safety
///
/// As for [`encode`](super::encode()).
#[inline(always)]
pub unsafe fn encode_given(
    out: *mut u8,
    room: usize,
    site: SiteId,
    stamp: u64,
    given: &(impl Given + ?Sized),
    measured: Measured,
) -> usize {
    debug_assert!(out.addr().is_multiple_of(Wide::ALIGN), "records are aligned");
    let Measured { count, texts, fixed, cap } = measured;
    let limit = room.min(MAX_BYTES);
    let head = head_bytes(count);
    if limit < head {
        // SAFETY: bounds, race: as promised by the caller.
        return unsafe { encode_bare(out, room, site, stamp) };
    }
    let spare = limit.saturating_sub(fixed);
    // SAFETY: bounds: `head` is at most `limit`, that at most `room`; race: as promised by the
    // caller.
    let writer = unsafe { Writer::<Wide>::from_raw(out, head, limit, spare, texts) };
    let mut store = Store { writer, left: count, at: 0, kinds: [0; KIND_WORDS], cap };
    given.give(&mut store);
    while store.left > 0 {
        store.take(&None::<u64>);
    }
    let Store { mut writer, kinds, .. } = store;
    for word in 0..extra_words(count) {
        let first = Wide::HEADER_KINDS + Wide::KINDS_A_WORD * word;
        writer.store(HEADER_BYTES + Wide::WORD_BYTES * word, kinds_from(&kinds, first));
    }
    let flags = if writer.is_cut() { Flags::CUT } else { Flags::NONE };
    Wide::head(&mut writer, flags, site, stamp, kinds_from(&kinds, 0));
    writer.used()
}

/// As [`encode_given`], into a slice: for tests and for examples.
///
/// ```
/// use hydra_log_core::record::encode_given_words;
/// use hydra_log_core::site::SiteId;
/// use hydra_log_core::value::{Given, Take};
/// struct Nothing;
/// impl Given for Nothing {
///     fn give(&self, _: &mut impl Take) {}
/// }
/// assert_eq!(encode_given_words(&mut [0; 2], SiteId(1), 0, &Nothing), 16);
/// ```
pub fn encode_given_words(
    out: &mut [u64],
    site: SiteId,
    stamp: u64,
    given: &(impl Given + ?Sized),
) -> usize {
    let (at, room) = (out.as_mut_ptr().cast(), size_of_val(out));
    // SAFETY: bounds: the slice is aligned and has `room` bytes; race: it is borrowed mutably.
    unsafe { encode_given(at, room, site, stamp, given, Measured::of(given)) }
}

/// A record without its arguments, marked as cut.
///
/// # Safety
///
/// As for [`encode_given`].
#[cold]
unsafe fn encode_bare(out: *mut u8, room: usize, site: SiteId, stamp: u64) -> usize {
    if room < HEADER_BYTES {
        return 0;
    }
    // SAFETY: bounds: there is room for a header; race: as promised by the caller.
    let mut writer = unsafe { Writer::<Wide>::from_raw(out, HEADER_BYTES, HEADER_BYTES, 0, 0) };
    Wide::head(&mut writer, Flags::CUT, site, stamp, 0);
    HEADER_BYTES
}

/// The first round.
struct Sum {
    count: usize,
    texts: usize,
    bytes: usize,
}

impl Take for Sum {
    #[inline(always)]
    fn take<V: Value + ?Sized>(&mut self, value: &V) {
        self.count += 1;
        self.texts += V::RENDERED;
        self.bytes += value.size::<Wide>(MAX_BYTES);
    }
}

/// The second round.
struct Store<'w> {
    writer: Writer<'w, Wide>,
    left: usize,
    at: usize,
    kinds: [u64; KIND_WORDS],
    cap: usize,
}

impl Take for Store<'_> {
    #[inline(always)]
    fn take<V: Value + ?Sized>(&mut self, value: &V) {
        if self.left == 0 {
            return self.writer.mark_cut();
        }
        if let Some(word) = self.kinds.get_mut(self.at / 16) {
            *word |= (V::KIND as u64) << (self.at % 16 * 4);
        }
        self.at += 1;
        self.left -= 1;
        value.write(&mut self.writer, self.cap);
    }
}

/// Sixteen kinds in one word, from number `first` on.
#[inline(always)]
fn kinds_from(kinds: &[u64; KIND_WORDS], first: usize) -> u64 {
    let word = |index: usize| kinds.get(index).copied().unwrap_or(0);
    let (index, shift) = (first / 16, first % 16 * 4);
    let low = word(index) >> shift;
    if shift == 0 { low } else { low | word(index + 1) << (64 - shift) }
}

/// The bytes in front of the values.
#[inline(always)]
const fn head_bytes(count: usize) -> usize {
    HEADER_BYTES + Wide::WORD_BYTES * extra_words(count)
}

/// How many words of kinds follow the header: the last kind of the last word is always zero.
#[inline(always)]
const fn extra_words(count: usize) -> usize {
    if count < Wide::HEADER_KINDS {
        0
    } else {
        (count - Wide::HEADER_KINDS) / Wide::KINDS_A_WORD + 1
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use crate::record::{RecordRef, ValueRef};
    use crate::value::Rendered;
    use core::cell::Cell;
    use std::string::String;
    use std::vec::Vec;
    use std::{format, vec};

    struct Each<F>(F);

    /// What one call gives, by number of the round.
    trait Round {
        fn give(&self, to: &mut impl Take);
    }

    impl<F: Round> Given for Each<F> {
        fn give(&self, to: &mut impl Take) {
            self.0.give(to);
        }
    }

    fn record(given: &impl Given, words: usize) -> (Vec<String>, bool, usize) {
        let mut room = vec![0; words];
        let used = encode_given_words(&mut room, SiteId(9), 7, given);
        let bytes: Vec<u8> = room.iter().flat_map(|word| word.to_le_bytes()).take(used).collect();
        let record = RecordRef::parse(&bytes).unwrap();
        assert_eq!((record.site(), record.stamp()), (SiteId(9), 7));
        let text = |value: ValueRef<'_>| format!("{value:?}");
        let values = record.values().map(|value| text(value.unwrap())).collect();
        (values, record.flags().contains(Flags::CUT), used)
    }

    struct Some9<'t>(&'t str);
    impl Round for Some9<'_> {
        fn give(&self, to: &mut impl Take) {
            for number in 0..7_u64 {
                to.take(&number);
            }
            to.take(self.0);
            to.take(&Rendered(format_args!("{:>4}", 1)));
        }
    }

    #[test]
    fn kinds_beyond_the_header_are_read_back() {
        let (values, cut, _) = record(&Each(Some9("x")), 64);
        assert_eq!(values.len(), 9);
        assert_eq!((values[6].as_str(), values[7].as_str()), ("U64(6)", "Str(\"x\")"));
        assert_eq!((values[8].as_str(), cut), ("Text(\"   1\")", false));
    }

    #[test]
    fn any_number_of_values_is_read_back() {
        for count in 0..50 {
            let (values, cut, used) = record(&Each(Fickle(Cell::new(0), count, count)), 99);
            let expected: Vec<_> = (0..count).map(|number| format!("U64({number})")).collect();
            assert_eq!((values, cut), (expected, false));
            assert_eq!(used, Measured::of(&Each(Fickle(Cell::new(0), count, count))).wanted());
        }
    }

    #[test]
    fn too_long_a_text_is_cut_and_leaves_the_others() {
        let long = "é".repeat(1 << 16);
        let (values, cut, used) = record(&Each(Some9(&long)), MAX_BYTES / 8);
        assert!(cut && used <= MAX_BYTES, "{used}");
        assert_eq!((values.len(), values[6].as_str()), (9, "U64(6)"));
        assert!(values[7].len() > 5_000 && values[8].contains("   1"), "{}", values[7].len());
    }

    #[test]
    fn with_no_room_a_record_is_bare_or_not_there() {
        let nine = Each(Some9("x"));
        let mut words = [0; 2];
        assert_eq!(encode_given_words(&mut words, SiteId(1), 0, &nine), 16);
        assert_eq!(encode_given_words(&mut words[..1], SiteId(1), 0, &nine), 0);
    }

    struct Fickle(Cell<u64>, u64, u64);
    impl Round for Fickle {
        fn give(&self, to: &mut impl Take) {
            let first = self.0.replace(1) == 0;
            let count = if first { self.1 } else { self.2 };
            (0..count).for_each(|number| to.take(&number));
        }
    }

    #[test]
    fn values_that_change_their_number_do_not_break_the_record() {
        let (values, cut, _) = record(&Each(Fickle(Cell::new(0), 8, 3)), 64);
        assert_eq!((values.len(), values[3].as_str(), cut), (8, "None", false));
        let (values, cut, _) = record(&Each(Fickle(Cell::new(0), 2, 300)), 64);
        assert_eq!((values.len(), cut), (2, true));
        let (values, cut, used) = record(&Each(Fickle(Cell::new(0), 300, 300)), MAX_BYTES / 8);
        assert_eq!((values.len(), cut), (MAX_ARGUMENTS, true));
        assert!(used < 300 * 8 + 256);
    }

    /// Strings as they are, then a rendered text of so many characters.
    struct Long<'t>(&'t [&'t str], Option<usize>);
    impl Round for Long<'_> {
        fn give(&self, to: &mut impl Take) {
            self.0.iter().for_each(|text| to.take(*text));
            if let Some(count) = self.1 {
                to.take(&Rendered(format_args!("{:>count$}", 'x')));
            }
        }
    }

    /// Of each value, how many characters were stored.
    fn stored(given: &impl Given) -> (Vec<usize>, bool) {
        let (values, cut, used) = record(given, MAX_BYTES / 8);
        assert!(used <= Measured::of(given).wanted());
        let quotes_and_name = "Text(\"\")".len() - "Str(\"\")".len();
        let lens = values.iter().map(|value| {
            let name = "Str(\"\")".len();
            value.len() - name - if value.starts_with("Text") { quotes_and_name } else { 0 }
        });
        (lens.collect(), cut)
    }

    #[test]
    fn as_much_room_is_asked_for_as_values_take() {
        let wanted = |given: Long<'_>| Measured::of(&Each(given)).wanted();
        assert_eq!(wanted(Long(&[], None)), 16);
        assert_eq!(wanted(Long(&["x", "123456789"], None)), 16 + 16 + 24);
        assert_eq!(wanted(Long(&["x"], Some(9))), 16 + 16 + 8 + TEXT_BUDGET);
        let long = "x".repeat(MAX_BYTES);
        assert_eq!(wanted(Long(&[&long], None)), MAX_BYTES);
        assert_eq!(wanted(Long(&[&long], Some(9))), MAX_BYTES);
    }

    #[test]
    fn what_just_fits_is_not_cut() {
        let text = "x".repeat(MAX_BYTES);
        let most = MAX_BYTES - 16 - 8;
        assert_eq!(stored(&Each(Long(&[&text[..most]], None))), (vec![most], false));
        let rendered = most - 8 - TEXT_BUDGET;
        let both = Each(Long(&[&text[..rendered]], Some(TEXT_BUDGET)));
        assert_eq!(stored(&both), (vec![rendered, TEXT_BUDGET], false));
    }

    #[test]
    fn long_values_share_what_rendered_ones_leave() {
        let text = "x".repeat(MAX_BYTES);
        let one = ((MAX_BYTES - 16) - 16) & !7;
        assert_eq!(stored(&Each(Long(&[&text[..one + 9]], None))), (vec![one], true));
        let two = ((MAX_BYTES - 16) / 2 - 16) & !7;
        assert_eq!(stored(&Each(Long(&[&text, &text], None))), (vec![two, two], true));
        let beside = ((MAX_BYTES - 16 - TEXT_BUDGET) / 2 - 16) & !7;
        let both = Each(Long(&[&text], Some(2 * TEXT_BUDGET)));
        assert_eq!(stored(&both), (vec![beside, TEXT_BUDGET], true));
    }
}
