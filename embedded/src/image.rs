//! Which image this is: what a host needs to know before it can read records.
//!
//! ```text
//! tag 32 | ticks a second 32 | bytes of a word 8 | byte order 8 | bytes of the id 8 | 0 8 |
//! bytes of .hydra_sites 32 | build id ...
//! ```
#![cfg_attr(target_os = "none", expect(unsafe_code, reason = "reads what the linker placed"))]

use hydra_log_core::block::TAG_BYTES;

/// The bytes of the longest payload of an image's block.
pub(crate) const IMAGE_MAX: usize = 16 + ID_MAX;

/// The most bytes of a build id that are told.
const ID_MAX: usize = 32;

/// What stands in front of this image's records.
pub(crate) fn tag() -> [u8; TAG_BYTES] {
    build_id().first_chunk().copied().unwrap_or_else(fingerprint)
}

/// The payload of the image's block, and how long it is. `hertz`: ticks a second.
pub(crate) fn describe(hertz: u32) -> ([u8; IMAGE_MAX], usize) {
    let id = build_id();
    let id = id.get(..ID_MAX).unwrap_or(id);
    #[expect(clippy::cast_possible_truncation, reason = "32 at the most")]
    let kind = [size_of::<usize>() as u8, BYTE_ORDER, id.len() as u8, 0];
    let sites = sites_bytes().to_le_bytes();
    let parts = [&tag()[..], &hertz.to_le_bytes(), &kind, &sites, id];
    let mut payload = [0; IMAGE_MAX];
    payload.iter_mut().zip(parts.into_iter().flatten()).for_each(|(to, from)| *to = *from);
    (payload, 16 + id.len())
}

/// Records are little-endian wherever they are written; this tells of the rest.
const BYTE_ORDER: u8 = if cfg!(target_endian = "little") { 1 } else { 2 };

#[cfg(target_os = "none")]
unsafe extern "C" {
    #[link_name = "__hydra_build_id_start"]
    static ID_START: u8;
    #[link_name = "__hydra_build_id_end"]
    static ID_END: u8;
    #[link_name = "__hydra_gates_start"]
    static GATES_START: u8;
    #[link_name = "__hydra_gates_end"]
    static GATES_END: u8;
    #[link_name = "__hydra_sites_bytes"]
    static SITES_BYTES: u8;
}

/// The bytes behind the note's three numbers and its name, `GNU`.
#[cfg(target_os = "none")]
fn build_id() -> &'static [u8] {
    let start = &raw const ID_START;
    let bytes = (&raw const ID_END).addr().wrapping_sub(start.addr());
    if bytes <= 16 {
        return &[];
    }
    // SAFETY: bounds: `hydra-id.x` puts both symbols around the note, and nothing is written there;
    // race: constants.
    let note = unsafe { core::slice::from_raw_parts(start, bytes) };
    let len = note.get(4..8).and_then(|len| Some(u32::from_le_bytes(*len.first_chunk()?)));
    note.get(16..16 + len.unwrap_or_default() as usize).unwrap_or_default()
}

/// An image without a build id is told by where its gates are, how many they are, and how long its
/// texts.
#[cfg(target_os = "none")]
#[expect(clippy::cast_possible_truncation, reason = "addresses of 32 bits")]
fn fingerprint() -> [u8; TAG_BYTES] {
    let (start, end) = ((&raw const GATES_START).addr(), (&raw const GATES_END).addr());
    let gates = end.wrapping_sub(start) as u32;
    ((start as u32).rotate_left(16) ^ gates.rotate_left(8) ^ sites_bytes()).to_le_bytes()
}

#[cfg(target_os = "none")]
#[expect(clippy::cast_possible_truncation, reason = "addresses of 32 bits")]
fn sites_bytes() -> u32 {
    (&raw const SITES_BYTES).addr() as u32
}

/// A program on a host is no image: its texts are in its own memory.
#[cfg(not(target_os = "none"))]
const fn build_id() -> &'static [u8] {
    &[]
}

#[cfg(not(target_os = "none"))]
const fn fingerprint() -> [u8; TAG_BYTES] {
    [0; TAG_BYTES]
}

#[cfg(not(target_os = "none"))]
const fn sites_bytes() -> u32 {
    0
}
