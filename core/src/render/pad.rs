//! Padding, as `core::fmt` pads: texts to the left, numbers to the right, any fill character.

use core::fmt;

use super::out::Out;
use crate::template::{Align, Count, Spec};

impl Spec {
    /// The width, where it is a number.
    pub(super) fn fixed_width(&self) -> Option<usize> {
        fixed(self.width)
    }

    /// The precision, where it is a number.
    pub(super) fn fixed_precision(&self) -> Option<usize> {
        fixed(self.precision)
    }
}

fn fixed(count: Count) -> Option<usize> {
    match count {
        Count::Is(number) => Some(usize::from(number)),
        Count::Implied | Count::Argument(_) => None,
    }
}

/// Writes `body`, which has `len` characters, padded to the width.
pub(super) fn padded<O: Out + ?Sized>(
    out: &mut O,
    spec: &Spec,
    len: usize,
    preferred: Align,
    body: impl FnOnce(&mut O) -> fmt::Result,
) -> fmt::Result {
    let missing = spec.fixed_width().unwrap_or(0).saturating_sub(len);
    let before = match spec.align.unwrap_or(preferred) {
        Align::Left => 0,
        Align::Center => missing / 2,
        Align::Right => missing,
    };
    fill(out, spec.fill, before)?;
    body(out)?;
    fill(out, spec.fill, missing - before)
}

/// Writes text from a value: cut to the precision, padded to the width.
pub(super) fn text<O: Out + ?Sized>(out: &mut O, spec: &Spec, text: &str) -> fmt::Result {
    let text = match spec.fixed_precision() {
        Some(most) => match text.char_indices().nth(most) {
            Some((end, _)) => text.get(..end).unwrap_or_default(),
            None => text,
        },
        None => text,
    };
    match spec.fixed_width() {
        None => out.write_str(text),
        Some(_) => padded(out, spec, text.chars().count(), Align::Left, |out| out.write_str(text)),
    }
}

/// Writes a number of `len` characters behind its `sign` and prefix; the zero flag puts zeros
/// between them and the number.
pub(super) fn number<O: Out + ?Sized>(
    out: &mut O,
    spec: &Spec,
    sign: &str,
    prefix: &str,
    len: usize,
    body: impl FnOnce(&mut O) -> fmt::Result,
) -> fmt::Result {
    let front = |out: &mut O| {
        if sign.is_empty() && prefix.is_empty() {
            return Ok(());
        }
        out.raw(sign)?;
        out.raw(prefix)
    };
    let Some(width) = spec.fixed_width() else {
        front(out)?;
        return body(out);
    };
    let whole = sign.len() + prefix.len() + len;
    if spec.zero {
        front(out)?;
        fill(out, '0', width.saturating_sub(whole))?;
        return body(out);
    }
    padded(out, spec, whole, Align::Right, |out| {
        front(out)?;
        body(out)
    })
}

/// Writes `count` times the same character.
pub(super) fn fill<O: Out + ?Sized>(out: &mut O, fill: char, count: usize) -> fmt::Result {
    const SPACES: &str = "                                ";
    const ZEROS: &str = "00000000000000000000000000000000";
    let mut buffer = [0; 4];
    let (run, unit) = match fill {
        ' ' => (SPACES, 1),
        '0' => (ZEROS, 1),
        other => {
            let one = &*other.encode_utf8(&mut buffer);
            (one, one.len())
        }
    };
    let per_run = run.len() / unit;
    let mut left = count;
    while left > 0 {
        let now = left.min(per_run);
        out.raw(run.get(..now * unit).unwrap_or_default())?;
        left -= now;
    }
    Ok(())
}

/// Counts characters.
pub(super) struct Counter(pub(super) usize);

impl fmt::Write for Counter {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.chars().count();
        Ok(())
    }
}

/// How many characters a formatter writes.
pub(super) fn chars_of(arguments: fmt::Arguments<'_>) -> usize {
    let mut counter = Counter(0);
    // Numbers and durations never fail to format.
    let _counted = fmt::write(&mut counter, arguments);
    counter.0
}
