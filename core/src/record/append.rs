//! A record gets the values of another one behind its own: how a context adds to what calls say.
//!
//! ```text
//!  0                 used        from
//!  [head kinds values]  ...free...  [head kinds values]      before
//!  [head kinds+ values values]                               after
//! ```
//!
//! Of the other record only the values count. It lies in the same room, so whoever reserved the
//! room for both needs no other memory.

use super::header::{
    Flags, HEADER_BYTES, KINDS_AT, MAX_BYTES, flags_of, header_word, len_bytes, site_of,
};

/// The most values that are appended at once.
const MOST: usize = 32;

/// How many kinds are in a header.
const IN_HEADER: usize = 6;

/// How many kinds are in a word of their own.
const A_WORD: usize = 16;

/// Appends the values of the record at word `from` to the record of `used` bytes at the start, and
/// returns how many bytes that has then.
///
/// Nothing is appended to a record that had to leave out its own values, where there is no room,
/// and of a record with more than 32 values or one that can't be read. The room asked for is enough
/// where the other record stands right behind what the first one may take.
///
/// ```
/// use hydra_log_core::record::{Flags, RecordRef, ValueRef, append, encode_words};
/// use hydra_log_core::site::SiteId;
/// let mut words = [0; 16];
/// let used = encode_words(&mut words, SiteId(3), 99, &(7_u64, ()), Flags::NONE);
/// encode_words(&mut words[5..], SiteId(0), 0, &("text", (true, ())), Flags::NONE);
/// let used = append(&mut words, used, 5);
/// let record = RecordRef::parse(&bytemuck::cast_slice(&words)[..used]).unwrap();
/// assert_eq!((record.site(), record.stamp()), (SiteId(3), 99));
/// let values: Vec<_> = record.values().map(Result::unwrap).collect();
/// assert_eq!(values, [ValueRef::U64(7), ValueRef::Str("text"), ValueRef::Bool(true)]);
/// ```
#[must_use]
pub fn append(words: &mut [u64], used: usize, from: usize) -> usize {
    appended(words, used / 8, from).map_or(used, |words| words * 8)
}

/// Appends; the record's words then, or `None` where that can't be.
fn appended(words: &mut [u64], used: usize, from: usize) -> Option<usize> {
    let word0 = get(words, 0)?;
    let own = Kinds::of(words, 0)?;
    let other = Kinds::of(words, from)?;
    let other_end = from.checked_add(len_bytes(get(words, from)?) / 8)?;
    let is_bare = own.count == 0 && flags_of(word0).contains(Flags::CUT);
    if is_bare || other.count > MOST || own.values_at > used || used > from {
        return None;
    }
    let all = own.count + other.count;
    let shift = kind_words(all).checked_sub(own.values_at - HEADER_BYTES / 8)?;
    let values = other_end.checked_sub(other.values_at)?;
    let end = used + shift + values;
    // What is moved away must not lie on what is still to be read.
    let is_apart = used + shift <= other.values_at;
    if !is_apart || other_end > words.len() || end > words.len() || end > MAX_BYTES / 8 {
        return None;
    }
    let kinds = other.read(words, from);
    words.copy_within(own.values_at..used, own.values_at + shift);
    words.get_mut(own.values_at..own.values_at + shift)?.fill(0);
    words.copy_within(other.values_at..other_end, used + shift);
    let flags = flags_of(word0);
    let head = header_word(end * 8, flags, site_of(word0), word0 >> KINDS_AT);
    *words.first_mut()? = head.to_le();
    for (index, kind) in kinds.iter().take(other.count).enumerate() {
        let (at, shift) = place(own.count + index);
        let word = words.get_mut(at)?;
        *word |= (u64::from(*kind) << shift).to_le();
    }
    Some(end)
}

/// What a record's kinds say of it.
struct Kinds {
    count: usize,
    /// The word at which its values begin.
    values_at: usize,
}

impl Kinds {
    fn of(words: &[u64], at: usize) -> Option<Self> {
        let first = get(words, at)? >> KINDS_AT;
        let mut count = nibbles(first);
        let mut values_at = at + HEADER_BYTES / 8;
        let mut is_full = count == IN_HEADER;
        while is_full {
            let more = get(words, values_at)?;
            values_at += 1;
            count += nibbles(more);
            is_full = nibbles(more) == A_WORD;
        }
        Some(Self { count, values_at })
    }

    /// The kinds of the record at word `at`.
    fn read(&self, words: &[u64], at: usize) -> [u8; MOST] {
        let mut kinds = [0; MOST];
        for (index, kind) in kinds.iter_mut().take(self.count).enumerate() {
            let (word, shift) = place(index);
            let bits = get(words, at + word).unwrap_or_default() >> shift & 0xF;
            *kind = u8::try_from(bits).unwrap_or_default();
        }
        kinds
    }
}

/// In which word of a record kind number `index` is, and from which bit on.
const fn place(index: usize) -> (usize, u32) {
    #[expect(clippy::cast_possible_truncation, reason = "a bit of a word")]
    if index < IN_HEADER {
        (0, KINDS_AT + 4 * index as u32)
    } else {
        let (word, kind) = ((index - IN_HEADER) / A_WORD, (index - IN_HEADER) % A_WORD);
        (HEADER_BYTES / 8 + word, 4 * kind as u32)
    }
}

/// How many words of kinds a record of so many values has behind its header.
const fn kind_words(count: usize) -> usize {
    if count < IN_HEADER { 0 } else { (count - IN_HEADER) / A_WORD + 1 }
}

/// How many kinds a word has; they have no gaps.
fn nibbles(kinds: u64) -> usize {
    (u64::BITS - kinds.leading_zeros()).div_ceil(4) as usize
}

fn get(words: &[u64], at: usize) -> Option<u64> {
    words.get(at).map(|word| u64::from_le(*word))
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use crate::record::{RecordRef, encode_given_words};
    use crate::site::SiteId;
    use crate::value::{Given, Take};
    use std::string::String;
    use std::vec::Vec;
    use std::{format, vec};

    /// So many values, every third of them a text.
    struct Values(usize, u64);

    impl Given for Values {
        fn give(&self, to: &mut impl Take) {
            for index in 0..self.0 as u64 {
                if index % 3 == 2 {
                    to.take("a text of some words");
                } else {
                    to.take(&(self.1 + index));
                }
            }
        }
    }

    fn shown(words: &[u64], used: usize) -> Vec<String> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).take(used).collect();
        let record = RecordRef::parse(&bytes).unwrap();
        assert_eq!((record.site(), record.stamp(), record.bytes().len()), (SiteId(9), 7, used));
        record.values().map(|value| format!("{:?}", value.unwrap())).collect()
    }

    #[test]
    fn any_two_records_are_one_with_the_values_of_both() {
        for own in 0..45 {
            for other in 0..=MOST {
                let mut words = vec![u64::MAX; 400];
                let used = encode_given_words(&mut words, SiteId(9), 7, &Values(own, 100));
                let mut expected = shown(&words, used);
                let from = used / 8;
                let behind = words.get_mut(from..).unwrap();
                let size = encode_given_words(behind, SiteId(9), 7, &Values(other, 900));
                expected.extend(shown(&words[from..], size));
                // No room but that of both.
                words.truncate(from + size / 8);
                let used = append(&mut words, used, from);
                assert_eq!(shown(&words, used), expected, "{own} and {other}");
            }
        }
    }

    #[test]
    fn what_can_not_be_appended_leaves_the_record_as_it_was() {
        let mut words = vec![0; 400];
        let used = encode_given_words(&mut words, SiteId(9), 7, &Values(3, 0));
        let expected = shown(&words, used);
        for from in [0, 1, used / 8 - 1, 399, 400, usize::MAX] {
            assert_eq!(append(&mut words, used, from), used, "{from}");
        }
        encode_given_words(&mut words[50..], SiteId(9), 7, &Values(MOST + 1, 0));
        assert_eq!(append(&mut words, used, 50), used);
        // A record of 13 bits' words, and no more behind it.
        words[50] = 0x1FFF | 1 << 40;
        assert_eq!(append(&mut words, used, 50), used);
        assert_eq!(shown(&words, used), expected);
    }

    #[test]
    fn a_record_without_its_values_gets_no_others() {
        let mut words = vec![0; 40];
        let used = encode_given_words(&mut words[..2], SiteId(9), 7, &Values(9, 0));
        encode_given_words(&mut words[2..], SiteId(9), 7, &Values(1, 0));
        assert_eq!((used, append(&mut words, used, 2)), (16, 16));
    }
}
