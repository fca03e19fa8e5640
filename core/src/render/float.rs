//! Floats: `ryu`'s shortest digits in the layout of `core::fmt`; rounding by `core::fmt` itself.

use core::fmt;

use super::out::{Out, Raw};
use super::pad::{chars_of, fill, number};
use crate::template::{Spec, Trait};

/// What `f32` and `f64` have in common here.
pub(super) trait Float: Copy + fmt::Display + fmt::LowerExp + fmt::UpperExp {
    fn is_negative(self) -> bool;
    fn size(self) -> Self;
    fn to_f64(self) -> f64;
    /// "NaN" or "inf", where it is no number.
    fn special(self) -> Option<&'static str>;
    /// The shortest digits that tell the number from its neighbours, laid out by `ryu`.
    fn shortest(self, buffer: &mut ryu::Buffer) -> &str;
    /// The size of a number that is not whole: `mantissa / 2^places` with an odd mantissa.
    fn fraction(self) -> Option<Fraction>;
}

/// A number's exact value.
#[derive(Clone, Copy)]
pub(super) struct Fraction {
    mantissa: u64,
    /// Binary places, which are as many as the decimal ones.
    places: u32,
}

impl Fraction {
    /// From the two fields of a float's format: a mantissa with its leading bit, and its exponent.
    #[inline]
    fn of(mantissa: u64, exponent: i32) -> Option<Self> {
        let zeros = mantissa.trailing_zeros();
        let places = u32::try_from(-exponent).ok()?.checked_sub(zeros)?;
        (mantissa != 0 && places > 0).then(|| Self { mantissa: mantissa >> zeros, places })
    }

    /// Whether some shortest text may be half a unit of its last digit off.
    ///
    /// Such a text lacks one decimal place, and has 17 digits at most.
    #[inline]
    fn may_be_tie(self) -> bool {
        self.places <= 18
    }
}

macro_rules! floats {
    ($($type:ty, $mantissa_bits:literal, $bias:literal;)*) => {$(
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
            fn to_f64(self) -> f64 {
                self.into()
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

            #[inline]
            fn fraction(self) -> Option<Fraction> {
                let bits = self.abs().to_bits();
                let low = u64::from(bits & ((1 << $mantissa_bits) - 1));
                // The sign is gone, so this is the exponent alone: 0 for subnormal numbers.
                let high = (bits >> $mantissa_bits) as i32;
                let mantissa = if high == 0 { low } else { low | 1 << $mantissa_bits };
                Fraction::of(mantissa, high.max(1) - $bias - $mantissa_bits)
            }
        }
    )*};
}

floats! {
    f32, 23, 127;
    f64, 52, 1023;
}

/// `{}` of an `f64`.
pub(super) fn plain<O: Out + ?Sized>(out: &mut O, value: f64) -> fmt::Result {
    if let Some(short) = Short::exact(value.abs()) {
        return out.raw_ascii(short.text(value.is_sign_negative()).as_bytes());
    }
    plain_shortest(out, value)
}

/// `{}`: in most cases `ryu`'s text without its `.0`.
pub(super) fn plain_shortest<O: Out + ?Sized>(out: &mut O, value: impl Float) -> fmt::Result {
    if value.special().is_none() {
        let mut buffer = ryu::Buffer::new();
        let text = value.shortest(&mut buffer);
        let tie = value.fraction().is_some_and(Fraction::may_be_tie);
        if !tie && !text.as_bytes().contains(&b'e') {
            return out.raw(text.strip_suffix(".0").unwrap_or(text));
        }
    }
    float(out, &Spec::DISPLAY, value)
}

/// A number with at most six decimal places and fifteen digits: `digits / 10^places`.
#[derive(Clone, Copy)]
struct Short {
    digits: u64,
    places: u32,
}

impl Short {
    /// Numbers below this have fifteen digits at most with six places.
    const LIMIT: f64 = 1e9;

    /// The number's shortest text, where it has few places.
    ///
    /// Any decimal of up to fifteen digits is the shortest text of the `f64` nearest to it, because
    /// no two of them share one. So when dividing the whole number of millionths gives the value
    /// back, its digits are `ryu`'s, found at a fraction of the cost.
    #[inline]
    fn exact(size: f64) -> Option<Self> {
        if size.is_nan() || size >= Self::LIMIT {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "less than 1e15, and rounded")]
        let mut digits = (size * power(6) as f64 + 0.5) as u64;
        if digits as f64 / power(6) as f64 != size {
            return None;
        }
        let mut places = 6;
        if digits.is_multiple_of(power(6)) {
            (digits, places) = (digits / power(6), 0);
        }
        // Five zeros at the most are left, and four, two and one are as good as any number.
        for zeros in [4, 2, 1] {
            if digits.is_multiple_of(power(zeros)) && places > zeros {
                (digits, places) = (digits / power(zeros), places - zeros);
            }
        }
        Some(Self { digits, places })
    }

    /// The number rounded to `places`, where the product's own error can't change the outcome.
    #[inline]
    fn rounded(size: f64, places: usize) -> Option<Self> {
        let places = u32::try_from(places).ok().filter(|places| *places <= 6)?;
        if size.is_nan() || size >= Self::LIMIT {
            return None;
        }
        let scaled = size * power(places) as f64;
        #[expect(clippy::cast_possible_truncation, reason = "less than 1e15, and cut")]
        let whole = scaled as u64;
        // Exact, as both are below 2^53.
        let rest = scaled - whole as f64;
        let doubt = scaled * f64::EPSILON;
        if (rest - 0.5).abs() <= doubt {
            return None;
        }
        Some(Self { digits: whole + u64::from(rest > 0.5), places })
    }

    /// The number as text, at least one digit in front of the point.
    #[inline]
    fn text(self, negative: bool) -> Backwards {
        let mut text = Backwards { bytes: [0; 20], at: 20 };
        let mut rest = self.digits;
        if self.places > 0 {
            for _ in 0..self.places {
                text.digit(&mut rest);
            }
            text.push(b'.');
        }
        text.digit(&mut rest);
        while rest > 0 {
            text.digit(&mut rest);
        }
        if negative {
            text.push(b'-');
        }
        text
    }
}

/// A small power of ten.
#[inline(always)]
const fn power(places: u32) -> u64 {
    10_u64.pow(places)
}

/// A short text that is written from its end.
struct Backwards {
    bytes: [u8; 20],
    at: usize,
}

impl Backwards {
    #[inline(always)]
    fn push(&mut self, byte: u8) {
        self.at -= 1;
        if let Some(place) = self.bytes.get_mut(self.at) {
            *place = byte;
        }
    }

    /// Moves the last digit of `number` in front.
    #[inline(always)]
    fn digit(&mut self, number: &mut u64) {
        self.push(b"0123456789".get((*number % 10) as usize).copied().unwrap_or(b'?'));
        *number /= 10;
    }

    #[inline(always)]
    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }
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
        (_, Some(places)) => match Short::rounded(size.to_f64(), places) {
            Some(short) => {
                let text = short.text(false);
                let text = text.as_bytes();
                number(out, spec, sign, "", text.len(), |out| out.raw_ascii(text))
            }
            None => rounded(format_args!("{size:.places$}")),
        },
        (_, None) => {
            let mut buffer = ryu::Buffer::new();
            let mut digits = Digits::of(size.shortest(&mut buffer));
            if let Some(fraction) = size.fraction() {
                digits.round_tie_up(fraction);
            }
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

    /// Where two shortest texts are equally near, `ryu` takes the even one and `core::fmt` the
    /// larger one.
    fn round_tie_up(&mut self, exact: Fraction) {
        let places = i32::try_from(self.len).unwrap_or(0) - self.point;
        if !exact.may_be_tie() || i32::try_from(exact.places) != Ok(places + 1) {
            return;
        }
        // The exact value has one more decimal place, and as it is not whole that digit is a 5.
        let digits = u128::from(exact.mantissa) * 5_u128.pow(exact.places);
        let last = self.len.checked_sub(1).and_then(|last| self.bytes.get_mut(last));
        if let Some(last) = last
            && (digits / 10).is_multiple_of(2)
            && last.is_multiple_of(2)
        {
            // Rounded down, and to an even digit, so there is no carry.
            *last += 1;
        }
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
