//! Floats: `ryu`'s shortest digits in the layout of `core::fmt`; rounding by `core::fmt` itself.

use core::fmt;

use super::out::{Out, Raw};
use super::pad::{chars_of, fill, number};
use crate::template::{Spec, Trait};

/// What `f32` and `f64` have in common here.
pub(super) trait Float: Copy + fmt::Display + fmt::LowerExp + fmt::UpperExp {
    fn is_negative(self) -> bool;
    fn size(self) -> Self;
    /// "NaN" or "inf", where it is no number.
    fn special(self) -> Option<&'static str>;
    /// The shortest digits that tell the number from its neighbours, laid out by `ryu`.
    fn shortest(self, buffer: &mut ryu::Buffer) -> &str;
}

macro_rules! floats {
    ($($type:ty),*) => {$(
        impl Float for $type {
            #[inline]
            fn is_negative(self) -> bool {
                // A NaN shows no sign.
                self.is_sign_negative() && !self.is_nan()
            }

            #[inline]
            fn size(self) -> Self {
                self.abs()
            }

            #[inline]
            fn special(self) -> Option<&'static str> {
                if self.is_finite() {
                    None
                } else if self.is_nan() {
                    Some("NaN")
                } else {
                    Some("inf")
                }
            }

            #[inline]
            fn shortest(self, buffer: &mut ryu::Buffer) -> &str {
                buffer.format_finite(self)
            }
        }
    )*};
}

floats!(f32, f64);

/// `{}`: in most cases `ryu`'s text without its `.0`.
#[inline]
pub(super) fn plain<O: Out + ?Sized>(out: &mut O, value: impl Float) -> fmt::Result {
    if value.special().is_none() {
        let mut buffer = ryu::Buffer::new();
        let text = value.shortest(&mut buffer);
        if !text.as_bytes().contains(&b'e') {
            return out.raw(text.strip_suffix(".0").unwrap_or(text));
        }
    }
    float(out, &Spec::DISPLAY, value)
}

/// Writes a float as `spec` says.
pub(super) fn float<O: Out + ?Sized>(out: &mut O, spec: &Spec, value: impl Float) -> fmt::Result {
    let sign = match (value.is_negative(), spec.plus) {
        (true, _) => "-",
        (false, true) if value.special() != Some("NaN") => "+",
        (false, _) => "",
    };
    if let Some(name) = value.special() {
        return special(out, spec, sign, name);
    }
    let size = value.size();
    let mut rounded = |text: fmt::Arguments<'_>| {
        number(out, spec, sign, "", chars_of(text), |out| fmt::write(&mut Raw(out), text))
    };
    match (spec.kind, spec.fixed_precision()) {
        (Trait::LowerExp, Some(places)) => rounded(format_args!("{size:.places$e}")),
        (Trait::UpperExp, Some(places)) => rounded(format_args!("{size:.places$E}")),
        (_, Some(places)) => rounded(format_args!("{size:.places$}")),
        (_, None) => {
            let mut buffer = ryu::Buffer::new();
            let digits = Digits::of(size.shortest(&mut buffer));
            let form = match spec.kind {
                Trait::LowerExp => Form::Exponent("e"),
                Trait::UpperExp => Form::Exponent("E"),
                // `Debug` shows a point, and an exponent where there would be many zeros.
                _ if spec.is_debug() && !digits.is_debug_decimal() => Form::Exponent("e"),
                _ if spec.is_debug() => Form::Decimal { least_places: 1 },
                _ => Form::Decimal { least_places: 0 },
            };
            digits.write(out, spec, sign, form)
        }
    }
}

/// `NaN` and `inf`.
fn special<O: Out + ?Sized>(out: &mut O, spec: &Spec, sign: &str, name: &str) -> fmt::Result {
    number(out, spec, sign, "", name.len(), |out| out.raw(name))
}

/// How digits are laid out.
#[derive(Clone, Copy)]
enum Form {
    Decimal { least_places: usize },
    Exponent(&'static str),
}

/// A number as decimal digits: `0.d1 d2 d3… × 10^point`.
struct Digits {
    bytes: [u8; 24],
    len: usize,
    point: i32,
}

impl Digits {
    /// Takes `ryu`'s text apart: digits with a point somewhere, perhaps an exponent.
    fn of(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let mut digits = Self { bytes: [b'0'; 24], len: 0, point: exponent.parse().unwrap_or(0) };
        let mut behind_point = false;
        for byte in mantissa.bytes() {
            if byte == b'.' {
                behind_point = true;
                continue;
            }
            let leading_zero = digits.len == 0 && byte == b'0';
            if !leading_zero && let Some(place) = digits.bytes.get_mut(digits.len) {
                *place = byte;
                digits.len += 1;
            }
            digits.point += match (behind_point, leading_zero) {
                (false, false) => 1,
                (true, true) => -1,
                _ => 0,
            };
        }
        while digits.len > 0 && digits.bytes.get(digits.len - 1) == Some(&b'0') {
            digits.len -= 1;
        }
        if digits.len == 0 {
            (digits.len, digits.point) = (1, 1);
        }
        digits
    }

    fn is_zero(&self) -> bool {
        self.bytes.first() == Some(&b'0')
    }

    /// Whether `Debug` shows it without an exponent: from 1e-4 up to 1e16.
    fn is_debug_decimal(&self) -> bool {
        self.is_zero() || (-3..=16).contains(&self.point)
    }

    fn range(&self, from: usize, to: usize) -> &str {
        core::str::from_utf8(self.bytes.get(from..to).unwrap_or_default()).unwrap_or_default()
    }

    fn write<O: Out + ?Sized>(
        &self,
        out: &mut O,
        spec: &Spec,
        sign: &str,
        form: Form,
    ) -> fmt::Result {
        match form {
            Form::Exponent(letter) => self.write_exponent(out, spec, sign, letter),
            Form::Decimal { least_places } => self.write_decimal(out, spec, sign, least_places),
        }
    }

    fn write_exponent<O: Out + ?Sized>(
        &self,
        out: &mut O,
        spec: &Spec,
        sign: &str,
        letter: &str,
    ) -> fmt::Result {
        let mut buffer = itoa::Buffer::new();
        let exponent = buffer.format(self.point - 1);
        let point = if self.len > 1 { "." } else { "" };
        let len = self.len + point.len() + letter.len() + exponent.len();
        number(out, spec, sign, "", len, |out| {
            out.raw(self.range(0, 1))?;
            out.raw(point)?;
            out.raw(self.range(1, self.len))?;
            out.raw(letter)?;
            out.raw(exponent)
        })
    }

    fn write_decimal<O: Out + ?Sized>(
        &self,
        out: &mut O,
        spec: &Spec,
        sign: &str,
        least_places: usize,
    ) -> fmt::Result {
        // Digits in front of the point, zeros that fill up to it, zeros behind it, digits behind.
        let whole = usize::try_from(self.point).unwrap_or(0).min(self.len);
        let zeros = usize::try_from(self.point).unwrap_or(0) - whole;
        let lead = usize::try_from(-self.point).unwrap_or(0);
        let places = lead + (self.len - whole);
        let filled = least_places.saturating_sub(places);
        let has_point = places + filled > 0;
        let len = whole.max(1) + zeros + usize::from(has_point) + places + filled;
        number(out, spec, sign, "", len, |out| {
            out.raw(if whole == 0 { "0" } else { self.range(0, whole) })?;
            fill(out, '0', zeros)?;
            if has_point {
                out.raw(".")?;
                fill(out, '0', lead)?;
                out.raw(self.range(whole, self.len))?;
                fill(out, '0', filled)?;
            }
            Ok(())
        })
    }
}
