//! Where values are stored: a bounded run of words.
//!
//! W1  `at <= room`, both multiples of a word, and `base..base + room` is the writer's alone.
//! W2  every store is preceded by a comparison with `room`. For values of a fixed size both sides
//!     are constants once inlined, so the comparison leaves no instruction.
#![expect(unsafe_code, reason = "stores words through the pointer that a ring hands out")]

use core::fmt;
use core::marker::PhantomData;

use super::kind::{TAG_BYTES, tag_word};
use super::text::start_of;
use super::words;
use super::{Tag, up_to_words};
use crate::record::{Layout, Wide};

/// How deep values may be nested in a record; deeper ones are elided.
pub const MAX_DEPTH: u8 = 32;

/// What a later text can count on, where several share the room.
const TEXT_SHARE: usize = 512;

/// The place where a record's values are stored.
///
/// Every store is checked against the room that is left: a value that lies about its size is cut
/// off, and the record marked.
///
/// ```
/// use hydra_log_core::value::{Value, Writer};
/// let mut words = [0; 4];
/// let mut writer = Writer::new(&mut words);
/// "hydra".write(&mut writer, usize::MAX);
/// assert_eq!(writer.used(), 16);
/// assert_eq!(words[..2], [5, u64::from_le_bytes(*b"hydra\0\0\0")].map(u64::to_le));
/// ```
#[derive(Debug)]
pub struct Writer<'w, L: Layout = Wide> {
    base: *mut u8,
    at: usize,
    room: usize,
    /// Room that no value has claimed yet: what rendered texts may take.
    spare: usize,
    /// Rendered texts still to come.
    texts: usize,
    depth: u8,
    cut: bool,
    words: PhantomData<(&'w mut [u64], L)>,
}

impl<'w> Writer<'w> {
    /// A writer into `words`; rendered texts may take what room there is.
    #[must_use]
    pub fn new(words: &'w mut [u64]) -> Self {
        let room = size_of_val(words);
        let base = words.as_mut_ptr().cast();
        // SAFETY: bounds: the slice has `room` bytes and is aligned to words; race: it is borrowed
        // mutably for the writer's life.
        unsafe { Self::from_raw(base, 0, room, room, 1) }
    }
}

impl<'w, L: Layout> Writer<'w, L> {
    /// A writer that starts `at` bytes behind `base`.
    ///
    /// # Safety
    ///
    /// - `base` is aligned as the layout asks, and valid for writes of `room` bytes during `'w`;
    /// - nothing else touches those bytes during `'w`;
    /// - `at <= room`, and `at` is a multiple of a word.
    #[inline(always)]
    pub(crate) unsafe fn from_raw(
        base: *mut u8,
        at: usize,
        room: usize,
        spare: usize,
        texts: usize,
    ) -> Self {
        let whole = !(L::WORD_BYTES - 1);
        let (room, spare) = (room & whole, spare & whole);
        Self { base, at, room, spare, texts, depth: 0, cut: false, words: PhantomData }
    }

    /// Stores one word.
    #[inline(always)]
    pub fn word(&mut self, word: u64) {
        if self.room - self.at < L::WORD_BYTES {
            return self.mark_cut();
        }
        self.store(self.at, word);
        self.at += L::WORD_BYTES;
    }

    /// Stores 64 bits: one word or two.
    #[inline(always)]
    pub fn long(&mut self, long: u64) {
        if self.room - self.at < 8 {
            return self.mark_cut();
        }
        self.store_long(self.at, long);
        self.at += 8;
    }

    /// Stores a length, then `bytes`, then zeros up to a whole word.
    #[inline(always)]
    pub fn bytes(&mut self, bytes: &[u8]) {
        if self.room - self.at < L::WORD_BYTES + up_to_words::<L>(len_of(bytes)) {
            // An empty text keeps what follows in its place.
            self.mark_cut();
            return self.word(0);
        }
        self.store(self.at, bytes.len() as u64);
        self.at += L::WORD_BYTES;
        self.padded(bytes);
    }

    /// Stores a tag, then `bytes`, then zeros up to a whole word.
    #[inline(always)]
    pub(super) fn packed(&mut self, tag: u64, bytes: &[u8]) {
        if self.room - self.at < TAG_BYTES + up_to_words::<L>(len_of(bytes)) {
            // An empty text keeps what follows in its place.
            self.mark_cut();
            return self.word(0);
        }
        self.store_long(self.at, tag);
        self.at += TAG_BYTES;
        self.padded(bytes);
    }

    /// Stores `bytes`, then zeros up to a whole word; there is room for them.
    #[inline(always)]
    fn padded(&mut self, bytes: &[u8]) {
        let padded = up_to_words::<L>(bytes.len());
        if L::WORD_BYTES < 8 {
            debug_assert!(self.at + padded <= self.room, "W1");
            let place = self.base.wrapping_add(self.at);
            // SAFETY: bounds: callers compared the end with `room` (W2); race: the room is this
            // writer's alone, so `bytes` is elsewhere (W1).
            unsafe { words::copy_padded(place.cast(), bytes) };
            self.at += padded;
            return;
        }
        if padded > 0 {
            self.store(self.at + padded - L::WORD_BYTES, 0);
        }
        self.copy(self.at, bytes);
        self.at += padded;
    }

    /// Stores what a formatter writes, as far as it fits.
    #[inline(never)]
    pub(super) fn rendered(&mut self, arguments: fmt::Arguments<'_>) {
        if self.room - self.at < L::WORD_BYTES {
            return self.mark_cut();
        }
        let start = self.at + L::WORD_BYTES;
        // A long text leaves something to each of those that follow.
        let others = self.texts.saturating_sub(1);
        let kept = others * (self.spare / (others + 1)).min(TEXT_SHARE);
        let limit = self.spare.min(self.room - start).saturating_sub(kept) & !(L::WORD_BYTES - 1);
        let mut text = Text { writer: self, start, limit, len: 0, cut: false };
        match arguments.as_str() {
            Some(known) => text.push(known),
            // An error is the value's own; what it wrote so far is kept.
            None => drop(fmt::write(&mut text, arguments)),
        }
        let (len, cut) = (text.len, text.cut);
        let padded = up_to_words::<L>(len);
        self.copy(start + len, [0; 8].get(..padded - len).unwrap_or_default());
        self.store(self.at, len as u64);
        self.at = start + padded;
        self.spare = self.spare.saturating_sub(padded);
        self.texts = others;
        self.cut |= cut;
    }

    /// Stores a tagged value that holds others; `body` stores those.
    #[inline(always)]
    pub(super) fn nested(&mut self, tag: Tag, aux: u8, count: u32, body: impl FnOnce(&mut Self)) {
        if self.depth >= MAX_DEPTH || self.room - self.at < TAG_BYTES {
            self.mark_cut();
            return self.long(tag_word(Tag::Elided, 0, 0, 0));
        }
        let start = self.at;
        self.at += TAG_BYTES;
        self.depth += 1;
        body(self);
        self.depth -= 1;
        let words = ((self.at - start - TAG_BYTES) / L::WORD_BYTES) as u64;
        self.store_long(start, tag_word(tag, aux, words, count));
    }

    /// Notes that something was shortened.
    #[inline(always)]
    pub fn mark_cut(&mut self) {
        self.cut = true;
    }

    /// Whether something was shortened.
    #[inline(always)]
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// The bytes stored so far: a multiple of a word.
    #[inline(always)]
    #[must_use]
    pub fn used(&self) -> usize {
        self.at
    }

    /// Stores `word` at byte `at`; all of it has to lie inside.
    #[inline(always)]
    pub(crate) fn store(&mut self, at: usize, word: u64) {
        let word_bytes = L::WORD_BYTES;
        debug_assert!(at.is_multiple_of(word_bytes) && at + word_bytes <= self.room, "W1");
        let place = self.base.wrapping_add(at);
        // SAFETY: bounds: callers compared `at` with `room` (W2), and both are multiples of a word;
        // race: the room is this writer's alone (W1).
        unsafe { L::store(place, word) }
    }

    /// Stores 64 bits at byte `at`; all of them have to lie inside.
    #[inline(always)]
    fn store_long(&mut self, at: usize, long: u64) {
        self.store(at, long);
        if L::WORD_BYTES < 8 {
            self.store(at + L::WORD_BYTES, long >> 32);
        }
    }

    /// Copies `bytes` to byte `at`; all of them have to fit: `at + bytes.len() <= room`.
    #[inline(always)]
    fn copy(&mut self, at: usize, bytes: &[u8]) {
        debug_assert!(at + bytes.len() <= self.room, "W1");
        let place = self.base.wrapping_add(at);
        // SAFETY: bounds: callers compared the end with `room` (W2); race: the room is this
        // writer's alone, so `bytes` is elsewhere (W1).
        unsafe { place.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) }
    }
}

/// How many bytes a slice or text has, with what the compiler does not know of it by itself.
#[inline(always)]
pub(super) fn len_of(bytes: &[u8]) -> usize {
    // SAFETY: bounds: nothing in memory is longer; race: none.
    unsafe { core::hint::assert_unchecked(bytes.len() <= isize::MAX as usize) };
    bytes.len()
}

/// A text that grows in place, up to a limit.
struct Text<'t, 'w, L: Layout> {
    writer: &'t mut Writer<'w, L>,
    start: usize,
    limit: usize,
    len: usize,
    cut: bool,
}

impl<L: Layout> Text<'_, '_, L> {
    fn push(&mut self, text: &str) {
        if self.cut {
            return;
        }
        let left = self.limit - self.len;
        let stored = if text.len() <= left { text } else { start_of(text, left) };
        self.cut = stored.len() < text.len();
        self.writer.copy(self.start + self.len, stored.as_bytes());
        self.len += stored.len();
    }
}

impl<L: Layout> fmt::Write for Text<'_, '_, L> {
    // Never an error, as for a `String`: a `Display` that unwraps its result must not panic
    // because a log line was long.
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text);
        Ok(())
    }
}
