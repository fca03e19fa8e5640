//! Numbers with a shape of their own, and most of them with check digits: cards, accounts, people.

use super::detector::Detector;

/// Finds the number that a text begins with, and its length.
pub(super) type Shape = fn(&[u8]) -> Option<usize>;

/// The shapes of words of digits.
pub(super) const SHAPES: [(Detector, Shape); 3] =
    [(Detector::Ssn, ssn), (Detector::Card, card), (Detector::Phone, phone)];

/// Digits in groups, with one sign between them.
struct Groups {
    digits: [u8; 20],
    count: usize,
    /// How many digits each group has; zeros end it.
    sizes: [usize; 6],
    len: usize,
}

/// The groups from the start on; `None` if there are too many.
fn groups(text: &[u8], signs: &[u8]) -> Option<Groups> {
    let mut groups = Groups { digits: [0; 20], count: 0, sizes: [0; 6], len: 0 };
    let (mut group, mut sign) = (0, None);
    for (at, byte) in text.iter().enumerate() {
        if byte.is_ascii_digit() {
            *groups.digits.get_mut(groups.count)? = byte - b'0';
            groups.count += 1;
            *groups.sizes.get_mut(group)? += 1;
            groups.len = at + 1;
        } else if signs.contains(byte) && at == groups.len && sign.is_none_or(|is| is == *byte) {
            let goes_on = text.get(at + 1).is_some_and(u8::is_ascii_digit);
            // Behind the last group of a card there may be any number.
            if !goes_on || groups.count >= 16 || group + 1 == groups.sizes.len() {
                break;
            }
            sign = Some(*byte);
            group += 1;
        } else {
            break;
        }
    }
    Some(groups)
}

pub(super) fn card(text: &[u8]) -> Option<usize> {
    let groups = groups(text, b" -.")?;
    // Groups that belong to something else may follow: the longest start that is a card counts.
    let fits = match groups.sizes {
        [13..=19, 0, ..] => Some((groups.count, groups.len)),
        [4, 4, 4, 4, 1..=3, 0] => Some((groups.count, groups.len)),
        [4, 4, 4, 4, ..] => Some((16, 19)),
        [4, 6, 5, ..] => Some((15, 17)),
        [4, 6, 4, ..] => Some((14, 16)),
        [13..=19, ..] => Some((*groups.sizes.first()?, *groups.sizes.first()?)),
        _ => None,
    };
    let (count, len) = fits?;
    if text.get(len).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
        return None;
    }
    let digits = groups.digits.get(..count)?;
    (is_issued(digits) && luhn(digits)).then_some(len)
}

/// Whether an issuer has numbers of this beginning and length.
fn is_issued(digits: &[u8]) -> bool {
    let head = digits.iter().take(4).fold(0_u32, |head, digit| head * 10 + u32::from(*digit));
    matches!(
        (head, digits.len()),
        (4000..=4999, 13 | 16 | 19)
            | (5100..=5599 | 2221..=2720, 16)
            | (3400..=3499 | 3700..=3799, 15)
            | (3000..=3059 | 3600..=3699 | 3800..=3999, 14)
            | (6011 | 6440..=6599 | 3528..=3589 | 6200..=6299, 16..=19)
            | (5000..=5099 | 5600..=5899 | 6300..=6399 | 6700..=6799, 16..=19)
    )
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(*digit);
            let doubled = if place % 2 == 1 { digit * 2 } else { digit };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether bytes have a shape: `0` stands for any digit.
fn has_shape(text: &[u8], shape: &[u8]) -> bool {
    let fits = |(byte, sign): (&u8, &u8)| match sign {
        b'0' => byte.is_ascii_digit(),
        _ => byte == sign,
    };
    text.len() >= shape.len() && text.iter().zip(shape).all(fits)
}

/// Whether nothing goes on there but the end of a sentence.
fn ends(text: &[u8], at: usize) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_".contains(byte);
    match text.get(at) {
        Some(b'.' | b'-' | b'/') => !text.get(at + 1).is_some_and(is_part),
        next => !next.is_some_and(is_part),
    }
}

fn ssn(text: &[u8]) -> Option<usize> {
    if !has_shape(text, b"000-00-0000") || !ends(text, 11) {
        return None;
    }
    // Numbers that are never given.
    let starts = |head: &[u8]| text.starts_with(head);
    let is_none = starts(b"000") || starts(b"666") || starts(b"9");
    let is_none = is_none || text.get(4..6) == Some(b"00") || text.get(7..11) == Some(b"0000");
    (!is_none).then_some(11)
}

pub(super) fn phone(text: &[u8]) -> Option<usize> {
    if text.first() == Some(&b'+') {
        return international(text);
    }
    let shapes: [(&[u8], [usize; 2]); 4] = [
        (b"(000) 000-0000", [1, 6]),
        (b"(000)000-0000", [1, 5]),
        (b"000-000-0000", [0, 4]),
        (b"000.000.0000", [0, 4]),
    ];
    shapes.iter().find_map(|(shape, places)| {
        let is_given = |at: &usize| text.get(*at).is_some_and(|digit| *digit >= b'2');
        let fits = has_shape(text, shape) && places.iter().all(is_given);
        (fits && ends(text, shape.len())).then_some(shape.len())
    })
}

/// `+49 170 1234567`, `+1 (202) 555-0123`
fn international(text: &[u8]) -> Option<usize> {
    if !text.get(1).is_some_and(|byte| (b'1'..=b'9').contains(byte)) {
        return None;
    }
    let (mut count, mut found, mut signs) = (0, None, 0);
    for (at, byte) in text.iter().enumerate().skip(1) {
        match byte {
            b'0'..=b'9' => {
                (count, signs) = (count + 1, 0);
                // Groups that belong to something else may follow: the longest number counts.
                if (9..=15).contains(&count) && ends(text, at + 1) {
                    found = Some(at + 1);
                }
            }
            // In one piece it is whole.
            _ if signs == 0 && at > 9 && at == count + 1 => break,
            b' ' | b'-' | b'.' | b'(' | b')' | b'/' if signs < 2 => signs += 1,
            _ => break,
        }
    }
    found
}

/// How long the account numbers of a country are.
const IBANS: [(&[u8; 2], usize); 89] = [
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

pub(super) fn iban(text: &[u8]) -> Option<usize> {
    let country = text.first_chunk::<2>()?;
    let (_, wanted) = IBANS.iter().find(|(code, _)| *code == country)?;
    let (mut letters, mut count, mut len) = ([0_u8; 34], 0, 0);
    for (at, byte) in text.iter().enumerate() {
        if byte.is_ascii_uppercase() || byte.is_ascii_digit() {
            *letters.get_mut(count)? = *byte;
            count += 1;
            len = at + 1;
            if count == *wanted {
                break;
            }
        } else if !(b" -".contains(byte) && at == len && count.is_multiple_of(4)) {
            return None;
        }
    }
    let (head, tail) = letters.get(..count)?.split_at_checked(4)?;
    let is_head = head.iter().skip(2).all(u8::is_ascii_digit);
    let goes_on = text.get(len).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let rest = tail.iter().chain(head).fold(0_u32, |rest, letter| match letter {
        b'0'..=b'9' => (rest * 10 + u32::from(letter - b'0')) % 97,
        _ => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
    });
    (count == *wanted && is_head && !goes_on && rest == 1).then_some(len)
}
