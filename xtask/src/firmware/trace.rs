//! QEMU's trace of executed blocks, one instruction each: how many between two marks.
//!
//! A span begins behind the instruction that copies a register to itself (`board/src/mark.rs`) and
//! ends before another such. What the marks' own function does in between is not counted: it is
//! what the compiler moved there. So a span is a called function with everything below it, from
//! its first instruction to its return. An instruction is *masked* when interrupts cannot interrupt
//! it: from the one behind `cpsid i` up to and with the one that switches them on again. These are
//! counts of instructions, not of cycles, and the same in every run.

use std::io::BufRead;

use super::elf::Elf;

/// What one span took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) instructions: u32,
    pub(super) masked: u32,
}

/// What an instruction means to the counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Begin,
    End,
    Mask,
    Unmask,
    Other,
}

/// All spans, in the order in which they ended.
pub(super) fn spans(trace: impl BufRead, elf: &Elf, is_arm: bool) -> Result<Vec<Span>, String> {
    let meaning = if is_arm { arm } else { riscv };
    let mut spans = Vec::new();
    let mut open: Option<Span> = None;
    let mut own = 0..0;
    let mut is_masked = false;
    for line in trace.lines() {
        let line = line.map_err(|error| format!("reading the trace: {error}"))?;
        let Some(address) = address(&line) else { continue };
        let instruction = elf.instruction(address);
        let instruction =
            instruction.ok_or_else(|| format!("no code at {address:#x}, where QEMU was"))?;
        let meaning = meaning(instruction);
        match (meaning, &mut open) {
            (Meaning::Begin, _) => {
                open = Some(Span::default());
                own = elf.function_at(address);
            }
            (Meaning::End, _) => spans.extend(open.take()),
            (_, Some(span)) if !own.contains(&address) => {
                span.instructions += 1;
                span.masked += u32::from(is_masked);
            }
            _ => (),
        }
        match meaning {
            Meaning::Mask => is_masked = true,
            Meaning::Unmask => is_masked = false,
            _ => (),
        }
    }
    Ok(spans)
}

/// Of `Trace 0: 0x7f88fc000240 [00800408/00000662/00000110/ff000201] name` the second number.
fn address(line: &str) -> Option<u32> {
    let words = line.strip_prefix("Trace ")?.split_once('[')?.1;
    u32::from_str_radix(words.split('/').nth(1)?, 16).ok()
}

fn arm(instruction: u32) -> Meaning {
    match instruction & 0xffff {
        // mov r10, r10; mov r11, r11
        0x46d2 => Meaning::Begin,
        0x46db => Meaning::End,
        // cpsid i; cpsie i
        0xb672 => Meaning::Mask,
        0xb662 => Meaning::Unmask,
        // msr primask, rN puts back what was: sections that nest are seen as the outermost one
        0xf380..=0xf38f if instruction >> 16 == 0x8810 => Meaning::Unmask,
        _ => Meaning::Other,
    }
}

fn riscv(instruction: u32) -> Meaning {
    const MSTATUS: u32 = 0x300;
    match instruction {
        // slti x0, x0, 1; slti x0, x0, 2
        0x0010_2013 => return Meaning::Begin,
        0x0020_2013 => return Meaning::End,
        _ => (),
    }
    if instruction & 0x7f != 0x73 || instruction >> 20 != MSTATUS {
        return Meaning::Other;
    }
    match (instruction >> 12 & 7, instruction >> 15 & 31) {
        // csrrci with the interrupt bit
        (7, 8) => Meaning::Mask,
        // csrrsi with that bit; csrrs and csrrw put back what was
        (6, 8) | (1, _) => Meaning::Unmask,
        (2, register) if register != 0 => Meaning::Unmask,
        _ => Meaning::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_second_number() {
        let line = "Trace 0: 0x7f88fc000240 [00800408/00000662/00000110/ff000201] name";
        assert_eq!(address(line), Some(0x662));
        for line in ["", "Trace 0: 0x7f", "Trace 0: [1/zz/]", "Stopped execution"] {
            assert_eq!(address(line), None);
        }
    }

    #[test]
    fn instructions_are_told_apart() {
        let arm_words = [0x46d2, 0x46db, 0xb672, 0xb662, 0x8810_f380, 0x1234_bf00];
        let told = arm_words.map(arm);
        use Meaning::{Begin, End, Mask, Other, Unmask};
        assert_eq!(told, [Begin, End, Mask, Unmask, Unmask, Other]);
        // csrrci a0, mstatus, 8; csrsi mstatus, 8; csrr a0, mstatus; csrs mstatus, a0
        let words = [0x0010_2013, 0x0020_2013, 0x3004_7573, 0x3004_6073, 0x3000_2573, 0x3005_2073];
        assert_eq!(words.map(riscv), [Begin, End, Mask, Unmask, Other, Unmask]);
    }
}
