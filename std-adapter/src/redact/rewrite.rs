//! A record is written anew, with other texts where something was found.

use hydra_log_core::record::{Flags, HEADER_BYTES, MAX_BYTES, RecordRef, header_word};
use hydra_log_core::value::{Kind, Tag};

use super::leaves::{Nest, Walk, nest, text_of};

/// A find in a leaf.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub(super) leaf: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) rule: usize,
    /// Whether it begins here: only there something stands for it.
    pub(super) begins: bool,
}

/// Sorts hits, and takes those out that overlap others.
pub(super) fn settle(hits: &mut Vec<Hit>) {
    hits.sort_unstable_by_key(|hit| (hit.leaf, hit.start, usize::MAX - hit.end));
    let mut last: Option<Hit> = None;
    hits.retain_mut(|hit| {
        let before = last.filter(|before| before.leaf == hit.leaf).map_or(0, |before| before.end);
        let is_kept = hit.end > before || (last.is_none_or(|last| last.leaf != hit.leaf));
        hit.begins &= hit.start >= before;
        hit.start = hit.start.max(before);
        if is_kept {
            last = Some(*hit);
        }
        is_kept
    });
}

/// The values of a record or struct that is written.
#[derive(Default)]
struct Row {
    kinds: Vec<u8>,
    body: Vec<u8>,
}

impl Row {
    fn push(&mut self, kind: u8, value: &[u8]) {
        self.kinds.push(kind);
        self.body.extend_from_slice(value);
    }

    /// Words of sixteen kinds each from `first` on, while the one before has its last in use.
    fn heads(&self, mut first: usize, out: &mut Vec<u8>) {
        loop {
            out.extend(self.word(first, 16).to_le_bytes());
            first += 16;
            if first > self.kinds.len() {
                return;
            }
        }
    }

    fn word(&self, first: usize, count: usize) -> u64 {
        let kinds = self.kinds.iter().skip(first).take(count);
        kinds.rev().fold(0, |word, kind| word << 4 | u64::from(*kind))
    }
}

/// Writes a record anew. `replace` appends what stands for a find with these bytes.
pub(super) struct Rewrite<'h, R> {
    pub(super) hits: &'h [Hit],
    pub(super) replace: R,
    leaf: usize,
}

impl<'h, R: FnMut(&Hit, &[u8], &mut Vec<u8>)> Rewrite<'h, R> {
    pub(super) fn new(hits: &'h [Hit], replace: R) -> Self {
        Self { hits, replace, leaf: 0 }
    }

    /// The record, and behind its values another one where `more` is given.
    pub(super) fn record(&mut self, record: &RecordRef<'_>, more: Option<&str>, out: &mut Vec<u8>) {
        let mut walk = Walk::of_record(record);
        let mut row = self.row(&mut walk, 0);
        let mut flags = record.flags();
        if walk.damaged {
            flags = flags | Flags::CUT;
        }
        if let Some(more) = more {
            push_text(&mut row, Kind::Str, more.as_bytes());
        }
        out.clear();
        out.resize(HEADER_BYTES, 0);
        if row.kinds.len() >= 6 {
            row.heads(6, out);
        }
        out.extend_from_slice(&row.body);
        let mut kinds = row.word(0, 6);
        if out.len() > MAX_BYTES {
            // What stands for finds is longer than they were: the header alone is left.
            out.truncate(HEADER_BYTES);
            (kinds, flags) = (0, flags | Flags::CUT);
        }
        let word0 = header_word(out.len(), flags, record.site(), kinds);
        let head = [word0.to_le_bytes(), record.stamp().to_le_bytes()].concat();
        if let Some(room) = out.get_mut(..HEADER_BYTES) {
            room.copy_from_slice(&head);
        }
    }

    fn row(&mut self, walk: &mut Walk<'_>, depth: u8) -> Row {
        let mut row = Row::default();
        for (kind, value) in walk {
            self.value(kind, value, depth, &mut row);
        }
        row
    }

    fn value(&mut self, kind: u8, value: &[u8], depth: u8, row: &mut Row) {
        match nest(kind, value, depth) {
            Some(Nest::Some(inner, value)) => {
                let mut one = Row::default();
                self.value(inner, value, depth + 1, &mut one);
                let inner = one.kinds.first().copied().unwrap_or_default();
                push_tagged(row, Tag::Some, inner, 0, &one.body);
            }
            Some(Nest::Struct(site, mut walk)) => {
                let inner = self.row(&mut walk, depth + 1);
                let mut bytes = Vec::with_capacity(inner.body.len() + 8);
                inner.heads(0, &mut bytes);
                bytes.extend_from_slice(&inner.body);
                push_tagged(row, Tag::Struct, 0, site.0, &bytes);
            }
            None => {
                self.leaf += 1;
                self.one(self.leaf - 1, (kind, value), row);
            }
        }
    }

    /// A leaf, as it was or with other texts.
    fn one(&mut self, leaf: usize, (kind, value): (u8, &[u8]), row: &mut Row) {
        let from = self.hits.partition_point(|hit| hit.leaf < leaf);
        let hits = self.hits.get(from..).unwrap_or_default();
        let mut hits = hits.iter().take_while(|hit| hit.leaf == leaf).peekable();
        if hits.peek().is_none() {
            row.push(kind, value);
            return;
        }
        let kind = Kind::from_number(kind);
        let mut digits = Vec::new();
        let text = match kind {
            Some(Kind::Str | Kind::Text | Kind::Bytes) => text_of(value),
            _ => {
                digits.extend_from_slice(value);
                &digits
            }
        };
        let is_text = matches!(kind, Some(Kind::Str | Kind::Text | Kind::Bytes));
        let mut shown = Vec::with_capacity(text.len());
        let mut at = 0;
        for hit in hits {
            let (start, end) = if is_text { (hit.start, hit.end) } else { (0, text.len()) };
            shown.extend_from_slice(text.get(at..start).unwrap_or_default());
            if hit.begins {
                (self.replace)(hit, text.get(start..end).unwrap_or_default(), &mut shown);
            }
            at = end;
        }
        shown.extend_from_slice(text.get(at..).unwrap_or_default());
        let kind = if kind == Some(Kind::Str) { Kind::Str } else { Kind::Text };
        push_text(row, kind, &shown);
    }
}

fn push_text(row: &mut Row, kind: Kind, text: &[u8]) {
    row.push(kind as u8, &(text.len() as u64).to_le_bytes());
    row.body.extend_from_slice(text);
    row.body.resize(row.body.len().next_multiple_of(8), 0);
}

fn push_tagged(row: &mut Row, tag: Tag, aux: u8, count: u32, body: &[u8]) {
    let words = (body.len() / 8) as u64 & 0xFFFF;
    let first = tag as u64 | u64::from(aux) << 8 | words << 16 | u64::from(count) << 32;
    row.push(Kind::Tagged as u8, &first.to_le_bytes());
    row.body.extend_from_slice(body);
}

#[cfg(test)]
mod tests {
    use super::super::leaves::word_at;
    use super::*;

    #[test]
    fn hits_are_put_in_order() {
        let hit = |leaf, start, end| Hit { leaf, start, end, rule: 0, begins: true };
        let mut hits = vec![hit(1, 2, 9), hit(0, 5, 6), hit(1, 4, 6), hit(1, 8, 12), hit(0, 1, 2)];
        settle(&mut hits);
        let found: Vec<_> =
            hits.iter().map(|hit| (hit.leaf, hit.start, hit.end, hit.begins)).collect();
        assert_eq!(found, [(0, 1, 2, true), (0, 5, 6, true), (1, 2, 9, true), (1, 9, 12, false)]);
    }

    #[test]
    fn heads_follow_the_format() {
        let mut row = Row::default();
        (0..16).for_each(|_| row.push(1, &[0; 8]));
        let mut heads = Vec::new();
        row.heads(0, &mut heads);
        assert_eq!(heads.len(), 16);
        assert_eq!(word_at(&heads, 8), 0);
    }
}
