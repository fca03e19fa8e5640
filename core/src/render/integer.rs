//! Integers: decimal through `itoa`, other bases by shifting.

use core::fmt;

use super::out::{Out, Raw};
use super::pad::{chars_of, number};
use crate::template::{Spec, Trait};

/// An integer of any type: its sign and size, and its bits as an unsigned number of its width.
#[derive(Clone, Copy)]
pub(super) struct Integer {
    pub(super) negative: bool,
    pub(super) magnitude: u128,
    pub(super) bits: u128,
}

impl Integer {
    pub(super) fn unsigned(number: u128) -> Self {
        Self { negative: false, magnitude: number, bits: number }
    }

    /// A signed number, and its bits in its own width.
    pub(super) fn signed(number: i128, bits: u128) -> Self {
        Self { negative: number < 0, magnitude: number.unsigned_abs(), bits }
    }
}

/// Writes an integer as `spec` says.
pub(super) fn integer<O: Out + ?Sized>(out: &mut O, spec: &Spec, value: Integer) -> fmt::Result {
    match spec.kind {
        Trait::LowerHex | Trait::DebugLowerHex => based(out, spec, value, "0x", 4, LOWER),
        Trait::UpperHex | Trait::DebugUpperHex => based(out, spec, value, "0x", 4, UPPER),
        Trait::Octal => based(out, spec, value, "0o", 3, LOWER),
        Trait::Binary => based(out, spec, value, "0b", 1, LOWER),
        Trait::LowerExp | Trait::UpperExp => exponential(out, spec, value),
        Trait::Pointer => super::leaf::pointer(out, spec, value.bits),
        Trait::Display | Trait::Debug => decimal(out, spec, value),
    }
}

fn sign(spec: &Spec, negative: bool) -> &'static str {
    match (negative, spec.plus) {
        (true, _) => "-",
        (false, true) => "+",
        (false, false) => "",
    }
}

fn decimal<O: Out + ?Sized>(out: &mut O, spec: &Spec, value: Integer) -> fmt::Result {
    let mut buffer = itoa::Buffer::new();
    // 64 bits are a good deal faster than 128.
    let digits = match u64::try_from(value.magnitude) {
        Ok(small) => buffer.format(small),
        Err(_) => buffer.format(value.magnitude),
    };
    number(out, spec, sign(spec, value.negative), "", digits.len(), |out| out.raw(digits))
}

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

/// Digits of `shift` bits each. They are those of the bit pattern, so there is no minus sign.
fn based<O: Out + ?Sized>(
    out: &mut O,
    spec: &Spec,
    value: Integer,
    prefix: &str,
    shift: u32,
    digits: &[u8; 16],
) -> fmt::Result {
    let mut buffer = [b'0'; 128];
    let mut rest = value.bits;
    let mut len = 0;
    for place in buffer.iter_mut().rev() {
        let digit = (rest & ((1 << shift) - 1)) as usize;
        *place = digits.get(digit).copied().unwrap_or(b'?');
        rest >>= shift;
        len += 1;
        if rest == 0 {
            break;
        }
    }
    let text = buffer.get(buffer.len() - len..).unwrap_or_default();
    let text = core::str::from_utf8(text).unwrap_or_default();
    let prefix = if spec.alternate { prefix } else { "" };
    number(out, spec, sign(spec, false), prefix, len, |out| out.raw(text))
}

/// `{:e}`: rounded by `core::fmt`, laid out here.
fn exponential<O: Out + ?Sized>(out: &mut O, spec: &Spec, value: Integer) -> fmt::Result {
    let sign = sign(spec, value.negative);
    let size = value.magnitude;
    let mut with = |text: fmt::Arguments<'_>| {
        number(out, spec, sign, "", chars_of(text), |out| fmt::write(&mut Raw(out), text))
    };
    match (spec.kind, spec.fixed_precision()) {
        (Trait::UpperExp, Some(places)) => with(format_args!("{size:.places$E}")),
        (Trait::UpperExp, None) => with(format_args!("{size:E}")),
        (_, Some(places)) => with(format_args!("{size:.places$e}")),
        (_, None) => with(format_args!("{size:e}")),
    }
}
