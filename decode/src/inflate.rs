//! Payloads as they were before they were compressed.

use std::borrow::Cow;

use hydra_log_core::block::{Head, Kind, RECORDS_HEAD, VERSION, ZSTD};

use crate::blocks::Block;
use crate::problem::{Problem, Trouble};

/// A block's payload, for a reader of this version.
///
/// # Errors
///
/// When the block is of another version or of an unknown kind, or when what was done to its payload
/// cannot be undone here.
pub fn inflate<'a>(block: &Block<'a>) -> Result<Cow<'a, [u8]>, Problem> {
    payload(&block.head, block.payload).map_err(|trouble| trouble.at(block.offset))
}

fn payload<'a>(head: &Head, payload: &'a [u8]) -> Result<Cow<'a, [u8]>, Trouble> {
    if head.version != VERSION {
        return Err(Trouble::Version(head.version));
    }
    let Some(kind) = head.kind() else { return Err(Trouble::Kind(head.number)) };
    match head.flags {
        0 => Ok(Cow::Borrowed(payload)),
        ZSTD => {
            let plain = if kind == Kind::Records { RECORDS_HEAD } else { 0 };
            let (front, rest) = payload
                .split_at_checked(plain)
                .ok_or(Trouble::Payload { what: "too few bytes", lost: 0 })?;
            unpack(front, rest).map(Cow::Owned)
        }
        flags => Err(Trouble::Flags(flags)),
    }
}

#[cfg(not(feature = "zstd"))]
fn unpack(front: &[u8], _rest: &[u8]) -> Result<Vec<u8>, Trouble> {
    let count = front.last_chunk().map_or(0, |count| u32::from_le_bytes(*count));
    Err(Trouble::Compressed { records: count.into() })
}

#[cfg(feature = "zstd")]
fn unpack(front: &[u8], rest: &[u8]) -> Result<Vec<u8>, Trouble> {
    use std::io::Read;

    let failed = |error: std::io::Error| Trouble::Zstd(error.to_string());
    let mut bytes = front.to_vec();
    let most = hydra_log_core::block::MAX_PAYLOAD - front.len();
    let decoder = zstd::stream::read::Decoder::with_buffer(rest).map_err(failed)?;
    // One byte more than there may be shows that there are too many.
    let count = decoder.take(most as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if count > most {
        return Err(Trouble::Zstd("more bytes than a block has".to_owned()));
    }
    Ok(bytes)
}
