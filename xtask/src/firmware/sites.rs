//! What a callsite takes: bytes of code, for one that is one more of several, and the caller's
//! stack.
//!
//! Built for size and for speed, with the run-time filter and without.

use super::budget::Budgets;
use super::elf::Elf;
use super::machine;
use super::package::Package;
use crate::term::{heading, say};
use crate::tool::{Tool, root};

const TARGET: &str = "thumbv7em-none-eabihf";
const PROGRAM: &str = "count_sites";

/// How many arguments the calls of a shape have.
const SHAPES: [&str; 4] = ["none", "one", "two", "four"];

/// How many callsites lie between the sizes of a shape's two functions.
const BETWEEN: u32 = 4;

/// Builds: the optimisation, and what cargo is told besides.
const BUILDS: [(&str, &str, &str); 4] = [
    ("3", "", ""),
    ("z", "", ""),
    ("3", " unfiltered", "--features without_filter"),
    ("z", " unfiltered", "--features without_filter"),
];

/// Measures callsites and compares them with the budgets.
pub(super) fn run(targets: &[&str], budgets: &mut Budgets) -> Result<(), String> {
    if !targets.contains(&TARGET) {
        return Ok(());
    }
    heading(&format!("a callsite: {TARGET}"));
    for (level, filter, options) in BUILDS {
        build(level, options)?;
        let elf = Elf::read(&machine::program(TARGET, PROGRAM))?;
        for shape in SHAPES {
            let size = |calls: u32| elf.size_of(&symbol(&format!("{shape}_by_{calls}")));
            let more = size(2 * BETWEEN)?.saturating_sub(size(BETWEEN)?);
            let what = format!("site {level}{filter} {shape}");
            say(&format!("{what}: {more} B for {BETWEEN}"));
            budgets.judge(TARGET, &what, (more.div_ceil(BETWEEN), 0));
        }
        calls_share_a_frame(&elf, &format!("{level}{filter}"), budgets)?;
    }
    Ok(())
}

/// What several calls of four arguments add to the frame of a function that passes the same four to
/// an ordinary function as often: four calls, and eight.
fn calls_share_a_frame(elf: &Elf, build: &str, budgets: &mut Budgets) -> Result<(), String> {
    let own = frame(&elf.code_of(&symbol("plain_by_4"))?);
    for calls in [BETWEEN, 2 * BETWEEN] {
        let bytes = frame(&elf.code_of(&symbol(&format!("four_by_{calls}")))?);
        let added = bytes.saturating_sub(own);
        say(&format!("stack {build} of {calls} calls: {bytes} B, {added} B of them added"));
        budgets.judge(TARGET, &format!("stack {build} {calls} calls"), (added, 0));
    }
    Ok(())
}

/// The caller's stack of the shapes that `count_calls` has.
pub(super) fn frames(target: &str, elf: &Elf, budgets: &mut Budgets) -> Result<(), String> {
    for shape in ["no_argument", "one_u32", "four_u32", "string"] {
        let bytes = frame(&elf.code_of(&symbol(shape))?);
        budgets.judge(target, &format!("stack {shape}"), (bytes, 0));
    }
    Ok(())
}

/// As the compiler writes a function's name into its symbol: with its length, in front of a hash.
fn symbol(name: &str) -> String {
    format!("{}{name}17h", name.len())
}

fn build(level: &str, options: &str) -> Result<(), String> {
    Tool::cargo("build --quiet --release --locked --bin")
        .argument(PROGRAM)
        .words("--target")
        .argument(TARGET)
        .words(options)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level)
        .env("CARGO_TARGET_DIR", &machine::target_directory().to_string_lossy())
        .without("RUSTFLAGS")
        .within(&root().join("examples").join("firmware").join(Package::COUNT.folder))
        .run()
}

/// How many bytes of stack a function of these Thumb instructions takes, all `push` and
/// `sub sp` together: a function that has each but once.
fn frame(code: &[u16]) -> u32 {
    let (mut bytes, mut halves) = (0, code.iter().copied());
    while let Some(first) = halves.next() {
        let second = if first >= 0xE800 { halves.next() } else { None };
        bytes += match (first, second) {
            // push {registers}, and with the link register
            (0xB400..0xB600, None) => (first & 0x1FF).count_ones() * 4,
            // sub sp, #4 * number
            (0xB080..0xB100, None) => u32::from(first & 0x7F) * 4,
            // push.w {registers}
            (0xE92D, Some(registers)) => registers.count_ones() * 4,
            // str register, [sp, #-4]!
            (0xF84D, Some(stored)) if stored & 0xFFF == 0xD04 => 4,
            // sub.w sp, sp, #number
            (0xF1AD, Some(number)) if number & 0x8F00 == 0x0D00 => u32::from(number & 0xFF),
            _ => 0,
        };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::frame;

    #[test]
    fn a_frame_is_what_is_pushed_and_subtracted() {
        // push {r7, lr}; mov r7, sp; sub sp, #16; bl; add sp, #16; pop {r7, pc}
        assert_eq!(frame(&[0xB580, 0x466F, 0xB084, 0xF000, 0xF8D8, 0xB004, 0xBD80]), 24);
        // push.w {r4-r9, lr}; str r8, [sp, #-4]!; sub.w sp, sp, #32
        assert_eq!(frame(&[0xE92D, 0x43F0, 0xF84D, 0x8D04, 0xF1AD, 0x0D20]), 28 + 4 + 32);
        // The second half of a long instruction is none of its own.
        assert_eq!(frame(&[0xF240, 0xB580, 0x4770]), 0);
    }
}
