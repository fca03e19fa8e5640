//! The spans that a thread is in, by number.

use core::cell::Cell;

/// How deep spans are followed; what is deeper counts as being in the deepest of them.
const DEPTH: usize = 64;

struct Stack {
    /// How many were entered, those that have no place counted.
    depth: Cell<usize>,
    numbers: [Cell<u64>; DEPTH],
}

thread_local! {
    static STACK: Stack =
        const { Stack { depth: Cell::new(0), numbers: [const { Cell::new(0) }; DEPTH] } };
}

/// This thread is in a span from now on.
pub(super) fn enter(number: u64) {
    STACK.with(|stack| {
        let depth = stack.depth.get();
        if let Some(place) = stack.numbers.get(depth) {
            place.set(number);
        }
        stack.depth.set(depth + 1);
    });
}

/// This thread left a span: usually the one that it entered last.
pub(super) fn exit(number: u64) {
    STACK.with(|stack| {
        let depth = stack.depth.get();
        if depth > DEPTH || depth == 0 {
            return stack.depth.set(depth.saturating_sub(1));
        }
        let there = stack.numbers.get(..depth).unwrap_or_default();
        let Some(at) = there.iter().rposition(|place| place.get() == number) else { return };
        for pair in there.get(at..).unwrap_or_default().windows(2) {
            if let [place, next] = pair {
                place.set(next.get());
            }
        }
        stack.depth.set(depth - 1);
    });
}

/// The innermost span that this thread is in.
#[inline]
pub(super) fn current() -> Option<u64> {
    STACK.with(|stack| {
        let last = stack.depth.get().min(DEPTH).checked_sub(1)?;
        stack.numbers.get(last).map(Cell::get)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_nest_and_may_be_left_in_any_order() {
        assert_eq!(current(), None);
        [1, 2, 3].into_iter().for_each(enter);
        exit(2);
        assert_eq!(current(), Some(3));
        exit(7);
        exit(3);
        assert_eq!(current(), Some(1));
        exit(1);
        exit(1);
        assert_eq!(current(), None);
    }

    #[test]
    fn very_deep_ones_are_counted() {
        (1..=100).for_each(enter);
        assert_eq!(current(), Some(64));
        (2..=100).rev().for_each(exit);
        assert_eq!(current(), Some(1));
        exit(1);
        assert_eq!(current(), None);
    }
}
