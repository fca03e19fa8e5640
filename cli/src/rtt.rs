//! `hydra rtt`: what a microcontroller puts into its RTT channel, while it runs or from its memory;
//! and what people who watch it type to it.

use std::ffi::OsString;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use hydra_log_decode::{FirmwareReader, Image};

use crate::control;
use crate::firmware::{self, Shown};
use crate::log_input::{self, Out};
use crate::rtt_link::Source;
use crate::rtt_memory::{Channel, MOST_CHANNELS};
use crate::view::{self, View};
use crate::{Failure, complain};

/// What `hydra rtt` was asked for.
#[derive(Clone, Debug)]
pub(crate) struct RttOptions {
    pub(crate) view: View,
    pub(crate) source: Source,
    pub(crate) channel: u32,
    /// Where the control block is, if the program does not say it.
    pub(crate) at: Option<u64>,
    /// The channel's bytes as they are.
    pub(crate) is_raw: bool,
    /// The firmware is to wait for room.
    pub(crate) waits: bool,
    /// Lines of the standard input say which calls are on.
    pub(crate) listens: bool,
}

/// Reads the words behind the command; `None` when help is asked for.
pub(crate) fn parse(words: &[OsString]) -> Result<Option<RttOptions>, Failure> {
    let (mut channel, mut at) = (0, None);
    let (mut is_raw, mut waits, mut listens) = (false, false, false);
    let mut rest = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        let mut value = || words.next().map(|word| word.to_string_lossy().into_owned());
        match text.as_ref() {
            "--raw" => is_raw = true,
            "--wait" => waits = true,
            "--control" => listens = true,
            "--channel" => {
                let word = value().unwrap_or_default();
                let number = word.parse().ok().filter(|number| *number < MOST_CHANNELS);
                let refused = || Failure::Usage(format!("`--channel {word}`: use a number from 0"));
                channel = number.ok_or_else(refused)?;
            }
            "--at" => {
                let word = value().unwrap_or_default();
                let refused =
                    || Failure::Usage(format!("`--at {word}`: use an address, 0x20000400"));
                at = Some(crate::rtt_link::address(&word).ok_or_else(refused)?);
            }
            _ => rest.push(word.clone()),
        }
    }
    let Some(view) = view::parse("rtt", &rest)? else { return Ok(None) };
    let [source] = view.files.as_slice() else {
        return Err(Failure::Usage("one source: `hydra rtt --elf FW gdb:localhost:3333`".into()));
    };
    let source = Source::parse(&source.to_string_lossy())?;
    if view.elf.is_empty() && !(is_raw && at.is_some()) {
        let reason = "no program: `--elf FILE` (with `--raw`, `--at ADDRESS` will do)";
        return Err(Failure::Usage(reason.to_owned()));
    }
    if listens && (view.elf.is_empty() || !matches!(source, Source::Memory(_))) {
        let reason = "`--control`: with `--elf`, by way of `gdb:` or `qemu:`; else `hydra control`";
        return Err(Failure::Usage(reason.to_owned()));
    }
    Ok(Some(RttOptions { view, source, channel, at, is_raw, waits, listens }))
}

/// Shows what comes, until the other side ends.
pub(crate) fn run(options: RttOptions) -> Result<(), Failure> {
    let RttOptions { view, source, channel, at, is_raw, waits, listens } = options;
    let images = firmware::images(&view)?;
    let says = if listens { images.first().cloned().map(listen) } else { None };
    let name = source.to_string();
    let input: Box<dyn Read> = match source {
        Source::Bytes(address) => Box::new(log_input::open(Path::new(&address))?.quietly()),
        Source::Memory(link) => {
            let program = view.elf.first().map(PathBuf::as_path).unwrap_or(Path::new(""));
            let block = at.map_or_else(|| control_block(program), Ok)?;
            let failed = |error: io::Error| Failure::Input(format!("{name}: {error}"));
            Box::new(Channel::open(link, block, channel, waits, says).map_err(failed)?)
        }
    };
    if is_raw {
        return copy(input, &name);
    }
    let mut shown = Shown::new(view)?;
    shown.stream(FirmwareReader::new(input, images), &name, true)?;
    shown.troubles.outcome()
}

/// Where a program has its control block.
pub(crate) fn control_block(program: &Path) -> Result<u64, Failure> {
    let failed = |reason: String| Failure::Input(format!("{}: {reason}", program.display()));
    let file = std::fs::read(program).map_err(|error| failed(error.to_string()))?;
    let block = hydra_log_decode::symbol(&file, "_SEGGER_RTT");
    block.ok_or_else(|| failed("no symbol `_SEGGER_RTT`: name the address, `--at 0x…`".to_owned()))
}

/// Makes blocks of what people type; what can't be understood is told.
fn listen(image: Image) -> Receiver<Vec<u8>> {
    let (sender, blocks) = channel();
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            match control::say(&image, &line) {
                Ok(said) if sender.send(said.blocks.concat()).is_err() => return,
                Ok(_) => {}
                Err(failure) => complain(&format!("hydra: {}", failure.reason())),
            }
        }
    });
    blocks
}

fn copy(mut input: Box<dyn Read>, name: &str) -> Result<(), Failure> {
    let mut out = Out::new();
    let mut bytes = [0; 4096];
    loop {
        let count = input.read(&mut bytes);
        let count = count.map_err(|error| Failure::Input(format!("{name}: {error}")))?;
        let bytes = bytes.get(..count).unwrap_or_default();
        if bytes.is_empty() || !out.write(bytes)? {
            return Ok(());
        }
    }
}
