//! What is left of a batch: its bytes, the pieces that they are, how far they got.

use super::make::{Piece, Scratch};
use crate::engine::encoding::Names;
use crate::format::Buffer;
use crate::sink::Place;

/// A batch on its way into a sink.
#[derive(Default)]
pub(super) struct Work {
    pub(super) out: Buffer,
    pub(super) pieces: Vec<Piece>,
    pub(super) names: Names,
    /// How many bytes are out.
    pub(super) done: usize,
    /// How many pieces are dealt with.
    pub(super) counted: usize,
    /// How many losses the first piece tells of, until it is out.
    telling: usize,
    /// How many bytes stand before the first piece.
    front: usize,
    /// Whether those end half a line.
    pub(super) mends: bool,
    /// How often the sink failed without having taken anything.
    pub(super) tries: u32,
    /// Over how many pieces in a row the sink panicked; at least 1 once it has.
    pub(super) panics: u32,
    /// The generation of the sink that it was begun for.
    pub(super) generation: u64,
    /// Where the rest from such a byte on was noted to be written.
    pub(super) noted: Option<(Place, usize)>,
}

impl Work {
    /// Takes what was made out of the scratch.
    pub(super) fn lent(scratch: &mut Scratch) -> Self {
        Self {
            out: core::mem::take(&mut scratch.out),
            pieces: core::mem::take(&mut scratch.pieces),
            names: core::mem::take(&mut scratch.names),
            telling: scratch.telling,
            ..Self::default()
        }
    }

    /// Gives the memory back for the next batch.
    pub(super) fn give_back(self, scratch: &mut Scratch) {
        scratch.out = self.out;
        scratch.pieces = self.pieces;
        scratch.names = self.names;
    }

    pub(super) fn rest(&self) -> &[u8] {
        self.out.as_bytes().get(self.done..).unwrap_or(&[])
    }

    /// Where the first piece begins that is not dealt with, with what stands before it.
    pub(super) fn piece_start(&self) -> usize {
        let before = self.counted.checked_sub(1).and_then(|at| self.pieces.get(at));
        before.map_or(0, |piece| piece.end)
    }

    /// The same, without the end of somebody else's line.
    pub(super) fn line_start(&self) -> usize {
        self.piece_start() + usize::from(self.counted == 0 && self.mends)
    }

    /// Where it ends.
    pub(super) fn piece_end(&self) -> usize {
        self.pieces.get(self.counted).map_or(self.out.len(), |piece| piece.end)
    }

    /// How many records have not been dealt with.
    pub(super) fn left(&self) -> usize {
        let left = self.pieces.get(self.counted..).unwrap_or_default();
        left.iter().map(|piece| piece.records as usize).sum()
    }

    /// How many losses no piece has told of, although one was to.
    pub(super) fn untold(&mut self) -> usize {
        core::mem::take(&mut self.telling)
    }

    /// Bytes up to `done` are out: gives the pieces that this makes whole.
    pub(super) fn reach(&mut self, done: usize) -> &[Piece] {
        self.done = done;
        let before = self.counted;
        while self.pieces.get(self.counted).is_some_and(|piece| piece.end <= done) {
            self.counted += 1;
            self.telling = 0;
        }
        self.pieces.get(before..self.counted).unwrap_or_default()
    }

    /// Forgets what stands before byte `from`, which begins a piece or what stands before the
    /// first one, and puts `front` there.
    pub(super) fn begin_with(&mut self, from: usize, front: &[u8]) {
        let old = if self.counted == 0 { from.max(self.front) } else { from };
        self.out.replace_front(old, front);
        self.pieces.drain(..self.counted);
        for piece in &mut self.pieces {
            piece.end = piece.end - old + front.len();
        }
        (self.counted, self.done, self.front) = (0, 0, front.len());
        self.mends = front.first() == Some(&b'\n');
        self.noted = None;
    }

    /// Piece `number`, which ends at byte `end`, is dealt with otherwise. What has to stand before
    /// it stands before the next one.
    pub(super) fn pass_over(&mut self, number: usize, end: usize) {
        let front = if number == 0 { self.front } else { 0 };
        let front = self.out.as_bytes().get(..front).unwrap_or_default().to_vec();
        self.counted = number + 1;
        self.begin_with(end, &front);
    }

    /// Whether the rest is noted to be written at this very place.
    pub(super) fn is_noted_for(&self, place: &Place) -> bool {
        self.noted.as_ref().is_some_and(|(noted, from)| {
            let offset = noted.offset + (self.done - from) as u64;
            (offset, noted.inode, noted.device) == (place.offset, place.inode, place.device)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three lines of one record each.
    fn three() -> Work {
        let mut work = Work { telling: 5, ..Work::default() };
        for line in ["one\n", "two\n", "three\n"] {
            work.out.push_str(line);
            work.pieces.push(Piece { end: work.out.len(), records: 1, gaps: 0 });
        }
        work
    }

    #[test]
    fn pieces_are_whole_or_left() {
        let mut work = three();
        work.begin_with(0, b"head\n");
        assert_eq!(work.reach(12).len(), 1);
        assert_eq!((work.piece_start(), work.piece_end(), work.left()), (9, 13, 2));
        assert_eq!(work.rest(), b"\nthree\n");
        assert_eq!(work.untold(), 0);
        work.begin_with(work.piece_start(), b"\n");
        assert_eq!((work.out.as_bytes(), work.done), (&b"\ntwo\nthree\n"[..], 0));
        assert!(work.mends);
        assert_eq!(work.reach(11).len(), 2);
        assert_eq!((work.left(), work.rest()), (0, &b""[..]));
    }

    #[test]
    fn what_stands_in_front_stays_in_front() {
        let mut work = three();
        work.begin_with(0, b"head\n");
        work.pass_over(0, work.piece_end());
        assert_eq!(work.out.as_bytes(), b"head\ntwo\nthree\n");
        assert_eq!(work.untold(), 5);
        work.reach(9);
        work.pass_over(1, work.piece_end());
        assert_eq!((work.rest(), work.left()), (&b""[..], 0));
    }
}
