//! Streams that programs left, read in other ways: two as one, by the wrong program, damaged.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::compare;
use super::elf::Elf;
use super::hydra::{decoder, expected, without_times};
use super::machine::{self, Machine, target_directory};

/// Programs with expected texts; each ends where its stream does.
const FIRST: &str = "kinds";
const SECOND: &str = "late_oldest";
/// In front of a payload.
const HEAD_BYTES: usize = 12;

/// A program's stream cut into blocks.
fn blocks(machine: &Machine, name: &str) -> Result<Vec<Vec<u8>>, String> {
    let path = target_directory().join(format!("{name}-{}.stream", machine.target));
    let stream = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let (mut blocks, mut rest) = (Vec::new(), stream.as_slice());
    while let Some([b'\xfb', b'H', _, _, low, middle, high, ..]) = rest.first_chunk::<HEAD_BYTES>()
    {
        let length = u32::from_le_bytes([*low, *middle, *high, 0]) as usize;
        let (block, behind) = rest.split_at_checked(HEAD_BYTES + length).ok_or("a block is cut")?;
        blocks.push(block.to_vec());
        rest = behind;
    }
    match rest.is_empty() && blocks.len() > 1 {
        true => Ok(blocks),
        false => Err(format!("{}: not a row of blocks", path.display())),
    }
}

/// What was shown, and what was complained of.
fn decode(machine: &Machine, names: &[&str], stream: &[u8]) -> Result<(String, String), String> {
    let path = target_directory().join(format!("streams-{}.stream", machine.target));
    fs::write(&path, stream).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut command = Command::new(decoder());
    command.arg("decode");
    for name in names {
        command.arg("--elf").arg(machine::program(machine.target, name));
    }
    let output = command.arg(&path).output();
    let output = output.map_err(|error| format!("`hydra` did not start: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((without_times(&text(&output.stdout)), text(&output.stderr)))
}

/// Blocks of two programs in turn: the records of each are there, in their order.
pub(super) fn shared(machine: &Machine) -> Result<String, String> {
    let (first, second) = (blocks(machine, FIRST)?, blocks(machine, SECOND)?);
    let mut stream = Vec::new();
    for at in 0..first.len().max(second.len()) {
        stream.extend([first.get(at), second.get(at)].into_iter().flatten().flatten());
    }
    let (shown, told) = decode(machine, &[FIRST, SECOND], &stream)?;
    if !told.is_empty() {
        return Err(told);
    }
    let is_first = |line: &&str| line.contains("firmware_kinds::kinds: ");
    let part = |lines: Vec<&str>| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let (ours, theirs): (Vec<&str>, Vec<&str>) = shown.lines().partition(is_first);
    let ours = compare::texts(&read(expected(FIRST))?, &part(ours))?;
    let theirs = compare::texts(&read(expected(SECOND))?, &part(theirs))?;
    Ok(format!("{ours} and {theirs} lines as expected"))
}

/// The linker script leaves heap and stack where they are without it.
pub(super) fn behind_the_gates(machine: &Machine) -> Result<String, String> {
    let elf = Elf::read(&machine::program(machine.target, FIRST))?;
    let [gates, heap, stack] =
        ["__hydra_gates_end", "__sheap", "__estack"].map(|at| elf.address(at));
    match (gates?, heap?, stack?) {
        (gates, heap, stack) if gates <= heap && heap <= stack => {
            Ok(format!("heap at {heap:#x}, stack above {stack:#x}"))
        }
        (gates, heap, stack) => {
            Err(format!("heap at {heap:#x}, stack above {stack:#x}, gates up to {gates:#x}"))
        }
    }
}

/// A program that did not write the stream: nothing is shown, and both build ids are named.
pub(super) fn refused(machine: &Machine, [writer, other]: [&str; 2]) -> Result<String, String> {
    let stream = blocks(machine, writer)?.concat();
    let (shown, told) = decode(machine, &[other], &stream)?;
    let id = |name: &str| {
        let elf = Elf::read(&machine::program(machine.target, name))?;
        elf.build_id().ok_or_else(|| format!("{name} has no build id"))
    };
    let ids = [id(writer)?, id(other)?];
    match shown.is_empty() && ids.iter().all(|id| told.contains(id)) && ids[0] != ids[1] {
        true => Ok(format!("refused, {} is not {}", ids[0], ids[1])),
        false => Err(format!("shown `{shown}`, told `{told}`, not {ids:?}")),
    }
}

/// A flipped bit, in each block's head, length and payload: the lines of that block are missing at
/// most, and the damage is told of.
pub(super) fn damaged(machine: &Machine) -> Result<String, String> {
    let blocks = blocks(machine, SECOND)?;
    let all = read(expected(SECOND))?;
    let all: Vec<&str> = all.lines().collect();
    let (mut from, mut flips) = (0, 0);
    for (at, block) in blocks.iter().enumerate() {
        let (front, behind) = (blocks.iter().take(at), blocks.iter().skip(at + 1));
        let front: Vec<u8> = front.flatten().copied().collect();
        let behind: Vec<u8> = behind.flatten().copied().collect();
        let whole = decode(machine, &[SECOND], &[&front[..], block].concat())?.0;
        let to = whole.lines().count();
        let kept = all.iter().take(from).chain(all.iter().skip(to));
        let kept: Vec<&str> = kept.copied().collect();
        for byte in [0, 5, 9, HEAD_BYTES + 1, block.len() - 1] {
            let flip = |(place, value): (usize, &u8)| value ^ (u8::from(place == byte) << 4);
            let hit: Vec<u8> = block.iter().enumerate().map(flip).collect();
            let stream = [&front[..], &hit, &behind].concat();
            let (shown, told) = decode(machine, &[SECOND], &stream)?;
            if shown.lines().ne(kept.iter().copied()) || told.is_empty() {
                let count = shown.lines().count();
                return Err(format!("block {at}, byte {byte}: {count} lines, `{told}`"));
            }
            flips += 1;
        }
        from = to;
    }
    Ok(format!("{flips} flipped bits in {} blocks, each cost its block alone", blocks.len()))
}

fn read(path: PathBuf) -> Result<String, String> {
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}
