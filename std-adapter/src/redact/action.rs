//! What becomes of a find: it is replaced, masked, or hashed.

use super::detector::Detector;

/// What becomes of a find.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// The detector's label stands there: `[email]`.
    #[default]
    Replace,
    /// `****` stands there, and of numbers and vendors' keys the last four characters: `****1234`.
    Mask,
    /// The label stands there, and 64 bits of a keyed BLAKE3 hash in letters: `[email#…]`. The same
    /// secret has the same hash as long as the key is the same.
    #[cfg(feature = "redact-hash")]
    Hash,
}

/// What a find that was dealt with begins with, so that it is not found again.
pub(super) const MASK: &[u8] = b"****";

/// Shorter finds are masked to the last sign: four of eight would be half of them.
const LEAST_SHOWN: usize = 12;

/// Where hashes come from.
#[derive(Clone)]
pub(super) struct Key {
    #[cfg(feature = "redact-hash")]
    bytes: [u8; 32],
}

impl Key {
    #[cfg(feature = "redact-hash")]
    pub(super) const fn of(bytes: [u8; 32]) -> Self {
        Self { bytes }
    }

    /// The same for the whole process; another one in the next.
    #[cfg(feature = "redact-hash")]
    pub(super) fn random() -> Self {
        use core::hash::{BuildHasher, Hasher};
        use std::collections::hash_map::RandomState;
        use std::sync::OnceLock;

        static KEY: OnceLock<[u8; 32]> = OnceLock::new();
        let fill = || {
            let mut bytes = [0; 32];
            for (place, room) in bytes.chunks_exact_mut(8).enumerate() {
                // Each has keys of its own, from the system's random numbers.
                let mut hasher = RandomState::new().build_hasher();
                hasher.write_usize(place);
                room.copy_from_slice(&hasher.finish().to_le_bytes());
            }
            bytes
        };
        Self { bytes: *KEY.get_or_init(fill) }
    }

    #[cfg(not(feature = "redact-hash"))]
    pub(super) const fn random() -> Self {
        Self {}
    }

    #[cfg(feature = "redact-hash")]
    fn hash(&self, secret: &[u8], out: &mut Vec<u8>) {
        // Letters alone: digits might look like a card's number.
        let hash = blake3::keyed_hash(&self.bytes, secret);
        for byte in hash.as_bytes().iter().take(8) {
            out.extend([b'a' + (byte >> 4), b'a' + (byte & 15)]);
        }
    }
}

impl Action {
    /// The word that reports have for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Replace => "replaced",
            Self::Mask => "masked",
            #[cfg(feature = "redact-hash")]
            Self::Hash => "hashed",
        }
    }

    /// Appends what stands for a secret. `detector` is `None` for patterns of a program's own.
    pub(super) fn write(
        self,
        (label, detector): (&str, Option<Detector>),
        key: &Key,
        secret: &[u8],
        out: &mut Vec<u8>,
    ) {
        #[cfg(not(feature = "redact-hash"))]
        let _ = key;
        match self {
            Self::Replace => {
                out.push(b'[');
                out.extend_from_slice(label.as_bytes());
                out.push(b']');
            }
            Self::Mask => {
                out.extend_from_slice(MASK);
                if secret.len() >= LEAST_SHOWN {
                    out.extend_from_slice(shown(detector, secret));
                }
            }
            #[cfg(feature = "redact-hash")]
            Self::Hash => {
                out.push(b'[');
                out.extend_from_slice(label.as_bytes());
                out.push(b'#');
                key.hash(secret, out);
                out.push(b']');
            }
        }
    }
}

/// What a mask leaves.
fn shown(detector: Option<Detector>, secret: &[u8]) -> &[u8] {
    let Some(detector) = detector else { return &[] };
    let tail = secret.last_chunk::<4>().filter(|tail| tail.iter().all(u8::is_ascii_alphanumeric));
    match tail {
        Some(tail) if detector.tail() > 0 => tail,
        _ => &[],
    }
}
