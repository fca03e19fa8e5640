//! Numbers of packed records, as a records block holds them; `docs/format.md` has the layout.
//!
//! ```text
//! head:  shape 5 | thread changed 1 | width of the time 2        then, as the head asks for them:
//! thread u8 [u32] | shape u8, u16 or word0 | time 1, 2, 4 or 8 | codes, 4 bits a word | words
//! ```
//!
//! A *shape* is a record's first word: length, flags, site and kinds. The first record of a shape
//! brings it along, later ones name it by its number in the block. Each shape remembers its last
//! record's words, and later ones are told as differences ([`word`](super::word)).

/// Widths of the time since the record before, by the head's lowest two bits.
pub const TIME_BYTES: [u8; 4] = [1, 2, 4, 8];
/// In the head: a byte for the thread follows.
pub const THREAD_CHANGED: u8 = 1 << 2;
/// The shape's number, or one of the three below, is in the head from this bit on.
pub const SHAPE_AT: u32 = 3;
/// Instead of a shape: its number follows in a byte.
pub const SHAPE_BYTE: u8 = 29;
/// Instead of a shape: its number follows in two bytes.
pub const SHAPE_SHORT: u8 = 30;
/// Instead of a shape: a new one follows, with the next number.
pub const SHAPE_NEW: u8 = 31;
/// The most shapes of a block: what a reader has to remember is bounded.
pub const MAX_SHAPES: usize = 8192;
/// So many words of a record's body are told as differences; those behind them as they are.
pub const WORDS: usize = 16;
/// Instead of a thread's place in the block: its number follows, and takes the next place, if
/// there is one.
pub const THREAD_NEW: u8 = 255;
/// The most places for threads.
pub const MAX_THREADS: usize = 255;

const _: () = assert!(MAX_SHAPES <= 1 << 16 && SHAPE_NEW == 31 && THREAD_CHANGED < 1 << SHAPE_AT);
