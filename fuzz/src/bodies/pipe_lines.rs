//! A stream that `hydra pipe` reads: its lines do not depend on the pieces, and each has a text.
//!
//! The first byte is the size of the pieces.

use crate::input::Input;
use crate::level_word;
use crate::line_text::LineText;
use crate::lines::{KEPT_BYTES, Line, Lines};
use crate::target::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "pipe_lines",
    body,
    // The lines by both ways, one of 40 bytes for each byte in a vector that doubles; a byte that
    // is no UTF-8 is spelled with four.
    bytes_per_byte: 256,
    bytes_at_least: 4096,
    seeds,
};

fn body(data: &[u8]) {
    let mut input = Input::new(data);
    let piece_bytes = 1 + input.up_to(63);
    let stream = input.rest();
    let mut found = Vec::new();
    let mut text = LineText::default();
    let mut cut = 0;
    let mut each = |line: Line<'_>| {
        found.push((line.bytes.to_vec(), line.total_bytes));
        let shown = text.of(line);
        cut += u64::from(shown.contains(" [cut: ") && line.total_bytes > KEPT_BYTES as u64);
        assert!(shown.len() <= KEPT_BYTES + 64);
        if core::str::from_utf8(line.bytes).is_ok() && line.total_bytes <= KEPT_BYTES as u64 {
            assert_eq!(shown.as_bytes(), line.bytes);
        }
        let _level = level_word::find(shown);
    };
    let mut lines = Lines::default();
    stream.chunks(piece_bytes).for_each(|piece| lines.feed(piece, &mut each));
    lines.finish(&mut each);
    assert!(cut <= text.cut());
    let whole: Vec<_> = by_hand(stream).collect();
    assert_eq!(found.len(), whole.len());
    for ((bytes, total_bytes), line) in found.iter().zip(whole) {
        let kept = line.len().min(KEPT_BYTES);
        assert_eq!((bytes.as_slice(), *total_bytes), (&line[..kept], line.len() as u64));
    }
}

/// The lines of a stream: what stands between line ends, without a carriage return behind it.
fn by_hand(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = stream.split_inclusive(|byte| *byte == b'\n');
    ends.map(|line| {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        line.strip_suffix(b"\r").unwrap_or(line)
    })
}

fn seeds() -> Vec<Vec<u8>> {
    [
        &b"\x05one\n\ntwo\r\nthree \xff\n\n\nlast"[..],
        b"\x3f2026-01-02T03:04:05Z  INFO app: ready\n[warn] slow\nlevel=debug\r\n",
        b"\x00\r\n\r\n\xe2\x82\n\xe2\x82\xac ERROR: x",
    ]
    .map(<[u8]>::to_vec)
    .to_vec()
}
