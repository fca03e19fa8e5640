//! Words made small: as the difference to the word that stood there before.
//!
//! A code of four bits says what follows:
//!
//! | code    | bytes      | the word is                                                        |
//! |---------|------------|--------------------------------------------------------------------|
//! | 0       | none       | the one before                                                     |
//! | 1 to 8  | as many    | the one before plus a number, whose sign is its lowest bit         |
//! | 9 to 15 | 8 less     | the one before with its highest bytes changed: their exclusive or  |
//!
//! Counters and identifiers get small by the first way, floating-point numbers by the second; the
//! shorter one is taken. No code takes more than eight bytes, and any word has one.

/// How many bytes follow a code.
pub const BYTES: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7];

/// The code of `word` behind `before`, and its bytes as the lowest ones of a number.
///
/// ```
/// use hydra_log_core::block::word::{expand, shrink};
/// assert_eq!(shrink(7, 7), (0, 0));
/// assert_eq!(shrink(7, 8), (1, 2));
/// assert_eq!(shrink(7, 6), (1, 1));
/// let (code, bytes) = shrink(1.0_f64.to_bits(), 2.5_f64.to_bits());
/// assert_eq!(code, 10);
/// assert_eq!(expand(1.0_f64.to_bits(), code, bytes), 2.5_f64.to_bits());
/// ```
#[inline(always)]
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "numbers of bytes")]
pub const fn shrink(before: u64, word: u64) -> (u8, u64) {
    let number = step(before, word);
    let changed = word ^ before;
    let long = (71 - number.leading_zeros()) / 8;
    let high = (71 - changed.trailing_zeros()) / 8;
    if high < long {
        // One to seven bytes: nothing is changed only where the number is 0 too.
        (8 + high as u8, changed >> (64 - 8 * high))
    } else {
        (long as u8, number)
    }
}

/// How far `word` is from `before`, with the sign as the lowest bit. Where that is one byte, the
/// code is 1, or 0 for nothing: no other way is shorter.
///
/// ```
/// use hydra_log_core::block::word::{shrink, step};
/// assert_eq!([step(7, 7), step(7, 8), step(7, 6)], [0, 2, 1]);
/// assert_eq!(shrink(7, 70), (1, step(7, 70)));
/// ```
#[inline(always)]
#[must_use]
pub const fn step(before: u64, word: u64) -> u64 {
    let number = word.wrapping_sub(before).cast_signed();
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

/// The word of a code and its bytes; bits above these do not matter.
#[inline(always)]
#[must_use]
pub const fn expand(before: u64, code: u8, bytes: u64) -> u64 {
    let code = code & 15;
    if code > 8 {
        return before ^ bytes << (128 - 8 * code as u32);
    }
    // In two steps, as a shift by all 64 bits is none.
    let unused = 64 - 8 * code as u32;
    let number = bytes << (unused / 2) << (unused - unused / 2);
    let number = number >> (unused / 2) >> (unused - unused / 2);
    let sign = (number & 1).wrapping_neg();
    before.wrapping_add(number >> 1 ^ sign)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn word() -> impl Strategy<Value = u64> {
        prop_oneof![
            any::<u64>(),
            (any::<u64>(), 0..64_u32).prop_map(|(word, by)| word >> by),
            (any::<u64>(), 0..64_u32).prop_map(|(word, by)| word << by),
            any::<f64>().prop_map(f64::to_bits),
            prop::sample::select(&[0, 1, u64::MAX, 1 << 63, 1 << 32][..]),
        ]
    }

    proptest! {
        #[test]
        fn expands_to_what_was_shrunk(before in word(), word in word(), noise in any::<u64>()) {
            let (code, bytes) = shrink(before, word);
            let len = BYTES[usize::from(code)];
            prop_assert!(len == 8 || bytes >> (8 * len) == 0, "no bits beyond the bytes");
            prop_assert_eq!(expand(before, code, bytes), word);
            // What a reader loads behind the bytes belongs to others.
            let noise = if len == 8 { 0 } else { noise << (8 * len) };
            prop_assert_eq!(expand(before, code, bytes | noise), word);
        }

        #[test]
        fn a_step_of_one_byte_is_what_follows(before in word(), by in -200_i64..200) {
            let word = before.wrapping_add_signed(by);
            let number = step(before, word);
            prop_assert_eq!(number < 256, (-128..128).contains(&by));
            if number < 256 {
                prop_assert_eq!(shrink(before, word), (u8::from(by != 0), number));
            }
        }

        #[test]
        fn near_words_are_short(before in any::<u64>(), by in -64_i64..64) {
            let (code, _) = shrink(before, before.wrapping_add_signed(by));
            prop_assert!(BYTES[usize::from(code)] <= 1);
        }

        #[test]
        fn any_code_is_some_word(before in word(), code in 0..16_u8, bytes in any::<u64>()) {
            let word = expand(before, code, bytes);
            let (again, _) = shrink(before, word);
            prop_assert!(BYTES[usize::from(again)] <= BYTES[usize::from(code)]);
        }
    }
}
