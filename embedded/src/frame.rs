//! What stands in front of a block of records in a stream, so that a reader finds its way.
//!
//! ```text
//! FB 46 | bytes of the payload 16 | CRC-32 of those 16 bits and the payload | payload …
//! 0       2                         4                                         8
//! ```

/// The bytes of a head.
pub(crate) const HEAD_BYTES: usize = 8;

/// The most bytes of a payload: damage costs one block.
pub(crate) const PAYLOAD_MAX: usize = 512;

/// The head of a block.
pub(crate) fn head(payload: &[u8]) -> [u8; HEAD_BYTES] {
    let [low, high, ..] = payload.len().to_le_bytes();
    let sum = crc(crc(!0, &[low, high]), payload) ^ !0;
    let [a, b, c, d] = sum.to_le_bytes();
    [0xFB, 0x46, low, high, a, b, c, d]
}

/// CRC-32 as Ethernet has it, half a byte a step: a table of 64 bytes.
fn crc(before: u32, bytes: &[u8]) -> u32 {
    const TABLE: [u32; 16] = table();
    let step = |sum: u32, low: u32| {
        let index = ((sum ^ low) & 0xF) as usize;
        sum >> 4 ^ TABLE.get(index).copied().unwrap_or_default()
    };
    bytes.iter().fold(before, |sum, byte| {
        let byte = u32::from(*byte);
        step(step(sum, byte), byte >> 4)
    })
}

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
const fn table() -> [u32; 16] {
    let mut table = [0; 16];
    let mut index: u32 = 0;
    while index < 16 {
        let mut sum = index;
        let mut bit = 0;
        while bit < 4 {
            sum = if sum & 1 != 0 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 };
            bit += 1;
        }
        table[index as usize] = sum;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_sum_is_the_usual_one() {
        assert_eq!(super::crc(!0, b"123456789") ^ !0, 0xCBF4_3926);
    }
}
