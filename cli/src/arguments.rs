//! The command line: every word that does not fit is named, with what would.

use std::ffi::OsString;
use std::path::PathBuf;

use hydra_log::Level;

use crate::Failure;
use crate::config::{self, ConfigOptions};
use crate::control::{self, ControlOptions};
use crate::ctl::{self, CtlOptions};
use crate::rtt::{self, RttOptions};
use crate::stats::{self, StatsOptions};
use crate::top::{self, TopOptions};
#[cfg(feature = "audit")]
use crate::verify::{self, VerifyOptions};
use crate::view::{self, View};

const HELP: &str = "\
hydra: what the Hydra logging engine does, from a shell

Usage: hydra <command> [options]

Commands:
  pipe         log each line of the standard input through the engine
  recover      write out what programs had still to write when they died
  top          look into the rings of programs that run
  ctl          change what a program logs while it runs
  decode       show a binary log as text, JSON lines or CSV
  rtt          show what a microcontroller logs, by way of a debugger
  control      switch a microcontroller's calls on and off while it runs
  config       check configuration files, explain where values come from
  cat          show several binary logs as one, by time
  stats        count a binary log's records, losses and callsites
  verify       say whether an audit file was touched, and where

Options:
  --help       this text; `hydra <command> --help` says more
  --version    the version

Examples:
  my-server 2>&1 | hydra pipe --out server.log
  hydra pipe --format json < old.log > old.jsonl
  hydra recover /dev/shm/hydra-1000-server --into server.log
  hydra top /dev/shm/hydra-1000-server
  hydra ctl 4711 level my_app::net=debug --for 60s
  hydra decode app.hlog --level warn --since 15m
  hydra stats app.hlog
  hydra verify audit.log --key audit.key.pub

Exit codes: 0 done, 1 not everything was written or could be read, 2 bad argument, 3 no output,
4 no input.";

const PIPE_HELP: &str = "\
hydra pipe: log each line of the standard input through the engine

Usage: hydra pipe [--format text|json] [--out FILE] [--level LEVEL]

Each line becomes one record with the target `pipe` and the time at which it was read. Its level
is the level word of the line itself (`ERROR`, `[warn]`, `level=debug`, ...).

Options:
  --format F    text or json   [text]
  --out FILE    append to this file   [the standard output]
  --level L     the level of lines that name none: error, warn, info, debug or trace   [info]
  --help        this text

A line may be of any length and need not be UTF-8: other bytes become `\\xff`, control characters
are escaped. Of a line longer than 60 KiB the beginning is logged, with `[cut: N of M bytes]` at
its end, and such lines are counted. The end of the line, `\\n` or `\\r\\n`, is no part of it, and
the last line needs none. When the reader of the output is slow, reading waits: nothing is dropped.

At the end the standard error says `lines in = N, records written = N, lost = 0`.

Examples:
  hydra pipe < app.log
  my-server 2>&1 | hydra pipe --format json --out server.jsonl
  hydra pipe --level debug --out build.log < build.txt

Exit codes:
  0  as many records written as lines read
  1  fewer: the reader of the output went away, the disk is full
  2  bad argument
  3  the output cannot be opened
  4  the input cannot be read";

const RECOVER_HELP: &str = "\
hydra recover: write out what programs had still to write when they died

Usage: hydra recover DIR [--into FILE] [--format text|json] [--threads]

DIR is where programs keep their crash-proof rings. Those of living programs are not touched. What
dead ones left is written in order, each line marked as recovered, and their files are removed.
Where FILE is one that the program itself wrote, it goes on where the program was: no record stands
there twice. Without --into everything is only shown, and the files stay.

Options:
  --into FILE   append to this file, then remove what was written   [show only]
  --format F    text or json   [text]
  --threads     with the threads' names
  --help        this text

Examples:
  hydra recover /dev/shm/hydra-1000-server
  hydra recover /dev/shm/hydra-1000-server --into server.log

Exit codes:
  0  everything was written, or there was nothing
  1  something was damaged or could not be written
  2  bad argument
  3  the output cannot be opened
  4  the directory cannot be read";

const DECODE_HELP: &str = "\
hydra decode: show a binary log as text, JSON lines or CSV

Usage: hydra decode FILE... [options]

Reads what `hydra_log::sink::File::binary` wrote, `-` from the standard input, `tcp:HOST:PORT` from
a program that listens there, `serial:DEVICE@BAUD` from a port, in constant memory. A damaged block
is named on the standard error with its place, and everything else is shown.

Options:
  --format F     text, json or csv   [text]
  --since T      not older than this
  --until T      not younger than this
  --level L      this severe or more: error, warn, info, debug or trace   [trace]
  --target T     only this target and what is in it: `db` is also `db::pool`
  --grep RE      only lines that this regular expression matches
  --threads      with the names of threads
  --location     with file and line of the call
  --follow       wait for more at the end, for ever
  --elf PROGRAM  the file is a firmware's stream, by this program; once for each image in it
  --start T      when the firmware's clock was 0: of the programs in front, or of all
  --help         this text

T is a time in UTC (2026-11-21T10:12:20Z, 2026-11-21), seconds since 1970 (@1795255940.5), or how
long ago (90s, 15m, 2h, 3d). NO_COLOR=1 switches colour off.

Examples:
  hydra decode app.hlog
  hydra decode app.hlog --level warn --since 15m --grep 'order [0-9]+'
  hydra decode app.hlog.1 app.hlog --format json > app.jsonl
  hydra decode app.hlog --follow --target my_app::net
  hydra decode --elf firmware.elf serial:/dev/ttyUSB0@115200

Exit codes:
  0  everything was shown
  1  something could not be read: it was named, the rest was shown
  2  bad argument
  3  the output cannot be written
  4  a file cannot be read";

const RTT_HELP: &str = "\
hydra rtt: show what a microcontroller logs, by way of a debugger

Usage: hydra rtt --elf PROGRAM SOURCE [options]

Reads an RTT channel out of the memory of a core that runs, and shows its records as they come. The
program says where the channel is, and what the records mean. A stream of another build is refused,
naming both.

Sources:
  gdb:HOST:PORT         a debugger's port: OpenOCD, probe-rs, J-Link, QEMU; stops the core while it
                        looks, 50 times a second
  qemu:HOST:PORT        QEMU's test socket (-accel tcg -qtest tcp:HOST:PORT,server=on,wait=off),
                        stops nothing
  dump:FILE@ADDRESS     a memory's bytes, and where they begin
  tcp:HOST:PORT         the channel's bytes, as OpenOCD's `rtt server` sends them
  file:PATH             the channel's bytes

Options besides those of `hydra decode`:
  --channel N    the channel   [0]
  --raw          write the channel's bytes as they are, for another decoder
  --at ADDRESS   where the control block is   [the program's symbol _SEGGER_RTT]
  --wait         tell the firmware that it may wait for room, if it can
  --control      lines of the standard input say which calls are on: see `hydra control --help`
  --help         this text

Examples:
  hydra rtt --elf firmware.elf gdb:localhost:3333 --level info
  hydra rtt --elf firmware.elf dump:ram.bin@0x20000000
  hydra rtt --elf app.elf --raw --wait gdb:localhost:1337 | defmt-print -e app.elf

Exit codes: as those of `hydra decode`.";

const CAT_HELP: &str = "\
hydra cat: show several binary logs as one, by time

Usage: hydra cat FILE... [options]

Takes the options of `hydra decode` but --follow, and has its exit codes. Each time it shows the
oldest of the records that come next in their files. With --elf, firmware's streams may be among
them: with --start, when its clock was 0, they stand between a server's records by time.

Examples:
  hydra cat node-1.hlog node-2.hlog node-3.hlog
  hydra cat *.hlog --level error --format json
  hydra cat server.hlog board.stream --elf firmware.elf --start 2026-11-21T10:12:20.25Z";

const STATS_HELP: &str = "\
hydra stats: count a binary log's records, losses and callsites

Usage: hydra stats FILE... [--top N]

Shows how many records there are, how many were lost before they came to the file, when the first
and the last one were logged, and for each callsite its records and its bytes, the most bytes first:
which lines cost most. Sessions and files are counted together.

Options:
  --top N    so many callsites   [40]
  --help     this text

Examples:
  hydra stats app.hlog
  hydra stats app.hlog.1 app.hlog --top 10

Exit codes: as those of `hydra decode`.";

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Json,
}

/// What `hydra pipe` was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PipeOptions {
    pub(crate) shape: Shape,
    pub(crate) out: Option<PathBuf>,
    pub(crate) level: Level,
}

/// What `hydra recover` was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecoverOptions {
    pub(crate) directory: PathBuf,
    pub(crate) into: Option<PathBuf>,
    pub(crate) shape: Shape,
    pub(crate) threads: bool,
}

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// This text on the standard output.
    Text(&'static str),
    Pipe(PipeOptions),
    Recover(RecoverOptions),
    Decode(Box<View>),
    Cat(Box<View>),
    Rtt(Box<RttOptions>),
    Control(ControlOptions),
    Ctl(CtlOptions),
    Stats(StatsOptions),
    Config(ConfigOptions),
    Top(TopOptions),
    #[cfg(feature = "audit")]
    Verify(VerifyOptions),
}

const COMMANDS: &str =
    "pipe, recover, top, ctl, decode, rtt, control, config, cat, stats or verify";

pub(crate) fn parse(words: &[OsString]) -> Result<Parsed, Failure> {
    let Some((command, rest)) = words.split_first() else {
        return Err(Failure::Usage(format!("no command: use {COMMANDS}")));
    };
    match command.to_string_lossy().as_ref() {
        "pipe" => pipe(rest),
        "recover" => recover(rest),
        "decode" => {
            let view = view::parse("decode", rest)?;
            Ok(view.map_or(Parsed::Text(DECODE_HELP), |view| Parsed::Decode(Box::new(view))))
        }
        "cat" => {
            let view = view::parse("cat", rest)?;
            Ok(view.map_or(Parsed::Text(CAT_HELP), |view| Parsed::Cat(Box::new(view))))
        }
        "rtt" => {
            let options = rtt::parse(rest)?.map(Box::new);
            Ok(options.map_or(Parsed::Text(RTT_HELP), Parsed::Rtt))
        }
        "control" => {
            let options = control::parse(rest)?;
            Ok(options.map_or(Parsed::Text(control::HELP), Parsed::Control))
        }
        "ctl" => Ok(ctl::parse(rest)?.map_or(Parsed::Text(ctl::HELP), Parsed::Ctl)),
        "config" => Ok(config::parse(rest)?.map_or(Parsed::Text(config::HELP), Parsed::Config)),
        "stats" => Ok(stats::parse(rest)?.map_or(Parsed::Text(STATS_HELP), Parsed::Stats)),
        "top" => Ok(top::parse(rest)?.map_or(Parsed::Text(top::HELP), Parsed::Top)),
        #[cfg(feature = "audit")]
        "verify" => {
            let options = verify::parse(rest)?;
            Ok(options.map_or(Parsed::Text(verify::HELP), Parsed::Verify))
        }
        "--help" | "-h" | "help" => Ok(Parsed::Text(HELP)),
        "--version" | "-V" => Ok(Parsed::Text(concat!("hydra ", env!("CARGO_PKG_VERSION")))),
        other => Err(Failure::Usage(format!("unknown command `{other}`: use {COMMANDS}"))),
    }
}

fn pipe(words: &[OsString]) -> Result<Parsed, Failure> {
    let mut options = PipeOptions { shape: Shape::Text, out: None, level: Level::Info };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        let (option, inline) = match text.split_once('=') {
            Some((option, value)) => (option, Some(OsString::from(value))),
            None => (text.as_ref(), None),
        };
        if matches!(option, "--help" | "-h") {
            return Ok(Parsed::Text(PIPE_HELP));
        }
        if !matches!(option, "--format" | "--out" | "--level") {
            let known = "--format, --out, --level or --help";
            return Err(Failure::Usage(format!("unknown argument `{text}`: use {known}")));
        }
        let Some(value) = inline.or_else(|| words.next().cloned()) else {
            return Err(Failure::Usage(format!("`{option}` needs a value")));
        };
        let shown = value.to_string_lossy();
        match option {
            "--format" => options.shape = shape(&shown)?,
            "--level" => options.level = level(&shown)?,
            _ if value.is_empty() => {
                let reason = "`--out` is empty: use the path of a file";
                return Err(Failure::Usage(reason.to_owned()));
            }
            _ => options.out = Some(PathBuf::from(value)),
        }
    }
    Ok(Parsed::Pipe(options))
}

fn recover(words: &[OsString]) -> Result<Parsed, Failure> {
    let usage = |reason: String| Err(Failure::Usage(reason));
    let (mut directory, mut into, mut shape, mut threads) = (None, None, Shape::Text, false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        match text.as_ref() {
            "--help" | "-h" => return Ok(Parsed::Text(RECOVER_HELP)),
            "--threads" => threads = true,
            "--into" | "--format" => {
                let Some(value) = words.next().filter(|value| !value.is_empty()) else {
                    return usage(format!("`{text}` needs a value"));
                };
                if text == "--into" {
                    into = Some(PathBuf::from(value));
                } else {
                    shape = self::shape(&value.to_string_lossy())?;
                }
            }
            _ if text.starts_with('-') || directory.is_some() => {
                let known = "one directory, --into, --format, --threads or --help";
                return usage(format!("unknown argument `{text}`: use {known}"));
            }
            _ => directory = Some(PathBuf::from(word)),
        }
    }
    let Some(directory) = directory else {
        return usage("no directory: name the one with the crash-proof rings".to_owned());
    };
    Ok(Parsed::Recover(RecoverOptions { directory, into, shape, threads }))
}

fn shape(word: &str) -> Result<Shape, Failure> {
    match word {
        "text" => Ok(Shape::Text),
        "json" => Ok(Shape::Json),
        _ => Err(Failure::Usage(format!("`--format {word}`: use text or json"))),
    }
}

fn level(word: &str) -> Result<Level, Failure> {
    match word.to_ascii_lowercase().as_str() {
        "error" => Ok(Level::Error),
        "warn" => Ok(Level::Warn),
        "info" => Ok(Level::Info),
        "debug" => Ok(Level::Debug),
        "trace" => Ok(Level::Trace),
        _ => {
            let known = "error, warn, info, debug or trace";
            Err(Failure::Usage(format!("`--level {word}`: use {known}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Parsed, Failure> {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        parse(&words)
    }

    #[test]
    fn options_are_read_in_both_forms() {
        let out = Some(PathBuf::from("a.log"));
        let options = PipeOptions { shape: Shape::Json, out, level: Level::Warn };
        let parsed = of("pipe --format json --out=a.log --level WARN").unwrap();
        assert!(matches!(parsed, Parsed::Pipe(parsed) if parsed == options));
        assert_eq!(of("pipe --level x --help").unwrap_err().code(), 2);
    }

    #[test]
    fn every_command_has_help_with_an_example() {
        for command in ["pipe", "decode", "cat", "ctl", "rtt", "stats"] {
            let Ok(Parsed::Text(text)) = of(&format!("{command} --help")) else { panic!() };
            assert!(text.starts_with(&format!("hydra {command}: ")) && text.contains("Example"));
            assert!(HELP.contains(&format!("\n  {command}  ")));
        }
        assert!(matches!(of("decode a --level warn"), Ok(Parsed::Decode(_))));
        assert!(matches!(of("cat a b"), Ok(Parsed::Cat(_))));
    }

    #[test]
    fn bad_words_are_named_with_what_would_do() {
        for (line, named, allowed) in [
            ("", "no command", "pipe"),
            ("pip", "`pip`", "pipe"),
            ("pipe --format yaml", "`--format yaml`", "text or json"),
            ("pipe --level loud", "`--level loud`", "trace"),
            ("pipe --out", "`--out`", "needs a value"),
            ("pipe --out=", "`--out`", "path of a file"),
            ("pipe app.log", "`app.log`", "--out"),
        ] {
            let failure = of(line).unwrap_err();
            assert_eq!(failure.code(), 2);
            let reason = failure.reason();
            assert!(reason.contains(named) && reason.contains(allowed), "{line}: {reason}");
        }
    }
}
