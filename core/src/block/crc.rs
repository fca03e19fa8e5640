//! Sums over bytes, with tables small enough for a microcontroller.

/// CRC-32 (polynomial `EDB88320` reflected, as in zip and Ethernet) of `bytes`, continued from the
/// sum of what stands in front of them; 0 for the first.
///
/// Two steps a byte through a table of 64 bytes. Where there is room, other code may be faster;
/// the sum is the same.
///
/// ```
/// use hydra_log_core::block::crc;
/// assert_eq!(crc(0, b"123456789"), 0xCBF4_3926);
/// assert_eq!(crc(crc(0, b"1234"), b"56789"), crc(0, b"123456789"));
/// ```
#[must_use]
pub fn crc(before: u32, bytes: &[u8]) -> u32 {
    let mut sum = !before;
    for byte in bytes {
        sum ^= u32::from(*byte);
        sum = sum >> 4 ^ of_nibble(sum);
        sum = sum >> 4 ^ of_nibble(sum);
    }
    !sum
}

#[expect(clippy::indexing_slicing, reason = "an index of four bits")]
fn of_nibble(sum: u32) -> u32 {
    const TABLE: [u32; 16] = table();
    TABLE[(sum & 15) as usize]
}

#[expect(clippy::indexing_slicing, reason = "at build time")]
const fn table() -> [u32; 16] {
    let mut table = [0; 16];
    let mut nibble = 0;
    while nibble < 16 {
        let mut sum = nibble;
        let mut bit = 0;
        while bit < 4 {
            sum = sum >> 1 ^ (if sum & 1 == 1 { 0xEDB8_8320 } else { 0 });
            bit += 1;
        }
        table[nibble as usize] = sum;
        nibble += 1;
    }
    table
}

/// CRC-8 (polynomial `07`) of a head's first seven bytes: no change of up to eight bits in a row
/// goes unseen.
pub(super) fn check(bytes: [u8; 7]) -> u8 {
    bytes.iter().fold(0, |mut sum, byte| {
        sum ^= byte;
        for _ in 0..8 {
            sum = sum << 1 ^ (if sum & 0x80 == 0 { 0 } else { 0x07 });
        }
        sum
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bit by bit, as the polynomial says.
    fn slowly(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 }
            })
        })
    }

    #[test]
    fn equals_the_polynomial() {
        let bytes: [u8; 300] =
            core::array::from_fn(|at| u8::try_from((at * 7 + at / 3) % 256).unwrap());
        for len in 0..=bytes.len() {
            assert_eq!(crc(0, &bytes[..len]), slowly(&bytes[..len]));
        }
    }

    #[test]
    fn the_check_equals_its_polynomial() {
        // A division of numbers instead of shifts of a sum.
        let bytes = *b"1234567";
        let number = bytes.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
        let rest = (8..64).rev().fold(number << 8, |rest, bit| {
            if rest >> bit & 1 == 1 { rest ^ 0x107 << (bit - 8) } else { rest }
        });
        assert_eq!(u128::from(check(bytes)), rest);
    }
}
