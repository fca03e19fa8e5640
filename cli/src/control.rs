//! `hydra control`: says to a microcontroller which of its calls are on.
//!
//! Words become blocks of commands; numbers of calls come from the program's file.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use hydra_log::LevelFilter;
use hydra_log_core::block::{self, Kind};
use hydra_log_decode::Image;

use crate::rtt_link::{Access, Source, address};
use crate::rtt_memory::Down;
use crate::{Failure, complain, firmware, rtt, serial};

/// What a block holds at most.
const MOST_COMMANDS: usize = 6;
/// Switches calls by their numbers; all calls, by level.
const BY_NUMBER: u8 = 1;
const BY_LEVEL: u8 = 2;

pub(crate) const HELP: &str = "\
hydra control: switch a microcontroller's calls on and off while it runs

Usage: hydra control --elf PROGRAM SOURCE WORDS

WORDS are a level for all calls (off, error, warn, info, debug, trace), or MODULE=LEVEL for those of
a target and what is in it, or several of both with commas; a later word wins. What no word names
stays as it is. The program's idle loop reads them by its `Control`.

Sources:
  gdb:HOST:PORT         a debugger's port; waits until the program took the words
  qemu:HOST:PORT        QEMU's test socket, likewise
  tcp:HOST:PORT         bytes to whoever listens there
  serial:DEVICE@BAUD    bytes to a port, beside `hydra decode`, which reads it
  file:PATH             bytes to a file or a device

Options:
  --at ADDRESS   where RTT's control block is   [the program's symbol _SEGGER_RTT]
  --help         this text

Examples:
  hydra control --elf firmware.elf gdb:localhost:3333 warn
  hydra control --elf firmware.elf serial:/dev/ttyACM0 app::radio=off,app::motor=trace

Exit codes:
  0  it was said, and taken as far as that can be seen
  2  bad argument, no such module
  3  nobody took it
  4  the program's file cannot be read";

const KNOWN: &str = "a level (off, error, warn, info, debug, trace), MODULE=LEVEL, or \
                                several with commas: `warn,app::radio=trace`";

/// What `hydra control` was asked for.
#[derive(Clone, Debug)]
pub(crate) struct ControlOptions {
    elf: PathBuf,
    source: Source,
    words: String,
    at: Option<u64>,
}

/// Reads the words behind the command; `None` when help is asked for.
pub(crate) fn parse(words: &[OsString]) -> Result<Option<ControlOptions>, Failure> {
    let usage = |reason: String| Failure::Usage(reason);
    let (mut elf, mut at, mut rest) = (None, None, Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        match text.as_ref() {
            "--help" | "-h" => return Ok(None),
            "--elf" | "--at" => {
                let value = words.next().ok_or_else(|| usage(format!("`{text}` needs a value")))?;
                if text == "--elf" {
                    elf = Some(PathBuf::from(value));
                } else {
                    let word = value.to_string_lossy();
                    let refused = || usage(format!("`--at {word}`: use an address, 0x20000400"));
                    at = Some(address(&word).ok_or_else(refused)?);
                }
            }
            _ if text.starts_with('-') => {
                let known = "--elf, --at or --help";
                return Err(usage(format!("unknown argument `{text}`: use {known}")));
            }
            _ => rest.push(text.into_owned()),
        }
    }
    let missing = "use `hydra control --elf FW SOURCE WORDS`";
    let elf = elf.ok_or_else(|| usage(format!("no program: {missing}")))?;
    let [source, words] = rest.as_slice() else {
        return Err(usage(format!("{} words: {missing}", rest.len())));
    };
    let (source, words) = (Source::parse(source)?, words.clone());
    if matches!(&source, Source::Memory(Access::Dump(..))) {
        return Err(usage(format!("`{source}`: nobody listens in a dump")));
    }
    Ok(Some(ControlOptions { elf, source, words, at }))
}

/// Says it, and for RTT waits until the program took it.
pub(crate) fn run(options: ControlOptions) -> Result<(), Failure> {
    let ControlOptions { elf, source, words, at } = options;
    let image = firmware::image(&elf)?;
    let Said { blocks, switched } = say(&image, &words)?;
    let name = source.to_string();
    let failed = |error: io::Error| Failure::Output(format!("{name}: {error}"));
    match source {
        Source::Bytes(to) => write_to(&to, &blocks.concat()).map_err(failed)?,
        Source::Memory(access) => {
            let block = at.map_or_else(|| rtt::control_block(&elf), Ok)?;
            let mut link = access.connect().map_err(failed)?;
            let down = Down::find(link.as_mut(), block).map_err(failed)?;
            down.write_all(link.as_mut(), &blocks.concat()).map_err(failed)?;
        }
    }
    complain(&format!("{switched} of {} calls named", image.sites().count()));
    Ok(())
}

/// Writes to a port, a device or a file.
fn write_to(to: &str, bytes: &[u8]) -> io::Result<()> {
    if let Some(at) = to.strip_prefix("tcp:") {
        return TcpStream::connect(at)?.write_all(bytes);
    }
    if let Some(port) = to.strip_prefix("serial:") {
        return serial::open(port)?.write_all(bytes);
    }
    File::options().append(true).open(Path::new(to))?.write_all(bytes)
}

/// What is said to a program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) blocks: Vec<Vec<u8>>,
    /// So many calls are meant by name.
    pub(crate) switched: usize,
}

/// The blocks for a line of words.
pub(crate) fn say(image: &Image, words: &str) -> Result<Said, Failure> {
    let (mut commands, mut switched) = (Vec::new(), 0);
    for word in words.split(',').map(str::trim) {
        let refused = || Failure::Usage(format!("`{word}`: use {KNOWN}"));
        match word.split_once('=') {
            None => {
                let filter = word.parse::<LevelFilter>().map_err(|_| refused())?;
                commands.push(command(BY_LEVEL, number(filter), 0, 0));
            }
            Some((module, level)) => {
                let filter = level.parse::<LevelFilter>().map_err(|_| refused())?;
                let (ranges, count) = ranges(image, module, filter);
                if count == 0 {
                    let targets = targets(image);
                    let told = format!("`{word}`: no call of this program is in it: {targets}");
                    return Err(Failure::Usage(told));
                }
                switched += count;
                commands.extend(ranges);
            }
        }
    }
    let block = |commands: &[[u8; 8]]| {
        let payload = [&image.tag()[..], commands.as_flattened()].concat();
        let head = block::head(Kind::Control, 0, &payload).unwrap_or_default();
        [&head[..], &payload].concat()
    };
    Ok(Said { blocks: commands.chunks(MOST_COMMANDS).map(block).collect(), switched })
}

/// The calls of a module in runs of neighbours, on up to the level; and how many calls those are.
fn ranges(image: &Image, module: &str, filter: LevelFilter) -> (Vec<[u8; 8]>, usize) {
    let (mut ranges, mut count) = (Vec::new(), 0);
    // The run that goes on: whether on, from which number to which.
    let mut run: Option<(bool, u16, u16)> = None;
    let close =
        |(is_on, first, last): (bool, u16, u16)| command(BY_NUMBER, u8::from(is_on), first, last);
    for (number, site) in image.sites() {
        let rest = site.target.strip_prefix(module);
        let is_meant = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
        let is_on = filter.allows(site.level);
        run = match run {
            Some((was_on, first, _)) if is_meant && was_on == is_on => Some((is_on, first, number)),
            other => {
                ranges.extend(other.map(close));
                is_meant.then_some((is_on, number, number))
            }
        };
        count += usize::from(is_meant);
    }
    ranges.extend(run.map(close));
    (ranges, count)
}

/// Some of a program's targets, for who named none.
fn targets(image: &Image) -> String {
    let mut targets: Vec<&str> = image.sites().map(|(_, site)| site.target).collect();
    targets.sort_unstable();
    targets.dedup();
    let more = if targets.len() > 8 { ", …" } else { "" };
    targets.truncate(8);
    targets.join(", ") + more
}

fn number(filter: LevelFilter) -> u8 {
    hydra_log::Level::ALL.iter().filter(|level| filter.allows(**level)).map(|_| 1).sum()
}

fn command(operation: u8, value: u8, first: u16, last: u16) -> [u8; 8] {
    let ([a, b], [c, d]) = (first.to_le_bytes(), last.to_le_bytes());
    [operation, value, 0, 0, a, b, c, d]
}
