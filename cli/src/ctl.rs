//! `hydra ctl`: asks a process that runs to log more, or less, for a while; and how it does.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use hydra_log::control::{self, AskError};

use crate::Failure;

pub(crate) const HELP: &str = "\
hydra ctl: change what a program logs while it runs

Usage: hydra ctl PID <command> [--dir DIR]

Speaks with a process of this user's through a socket that it has if it was built with
`Builder::control`. Nothing of what it logs is shown.

Commands:
  level SCOPE=LEVEL [--for SPAN] [--as NAME]
                    another level than usual there; with --for it reverts by itself
  levels            the filter, and the overrides in force with the time they have left
  remove NAME       end an override before its time
  reset             end all overrides
  callsites [SCOPE] callsites, their numbers and whether they are on
  stats             everything that is counted
  health            how full its rings are, and how each sink does
  flush [SPAN]      wait until everything is written, 30 s at the most
  reload            read its filter and configuration again, as SIGHUP does where that is on

A SCOPE is a target and what lies in it (my_app::net), layer:NAME, callsite:FILE:LINE,
callsite:#NUMBER, or * for everything. A LEVEL is off, error, warn, info, debug or trace. A SPAN is
500ms, 60s, 5m, 2h or 1d.

Options:
  --dir DIR     where the process listens   [hydra in XDG_RUNTIME_DIR, or else hydra-UID in /tmp]
  --for SPAN    how long an override lasts   [until it is removed]
  --as NAME     its name   [its scope]
  --help        this text

Examples:
  hydra ctl 4711 level my_app::net=debug --for 60s
  hydra ctl 4711 level layer:API=trace --for 5m --as incident-7
  hydra ctl 4711 level callsite:src/net.rs:10=trace
  hydra ctl $(pidof my-server) levels
  hydra ctl 4711 remove incident-7

Exit codes:
  0  done
  1  the process refused: it said why
  2  bad argument
  3  the answer cannot be written
  4  no such process listens";

const COMMANDS: [&str; 9] =
    ["level", "levels", "remove", "reset", "callsites", "stats", "health", "flush", "reload"];

/// What `hydra ctl` was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CtlOptions {
    process: u32,
    directory: Option<PathBuf>,
    /// The line that the process gets.
    request: String,
}

/// Reads the words behind the command; `None` when help is asked for.
pub(crate) fn parse(words: &[OsString]) -> Result<Option<CtlOptions>, Failure> {
    let (mut plain, mut directory, mut behind) = (Vec::new(), None, String::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy().into_owned();
        let (option, inline) = match text.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value.into())),
            _ => (text.as_str(), None),
        };
        if !option.starts_with('-') {
            plain.push(text);
            continue;
        }
        if matches!(option, "--help" | "-h") {
            return Ok(None);
        }
        if !matches!(option, "--dir" | "--for" | "--as") {
            let known = "--dir, --for, --as or --help";
            return Err(Failure::Usage(format!("unknown argument `{text}`: use {known}")));
        }
        let value = inline.or_else(|| words.next().cloned()).filter(|value| !value.is_empty());
        let Some(value) = value else {
            return Err(Failure::Usage(format!("`{option}` needs a value")));
        };
        match option {
            "--dir" => directory = Some(PathBuf::from(value)),
            _ => {
                let (_, word) = option.split_at(2);
                behind.push_str(&format!(" {word} {}", value.to_string_lossy()));
            }
        }
    }
    let (process, request) = request(&plain, &behind)?;
    Ok(Some(CtlOptions { process, directory, request }))
}

/// The process, and the line for it.
fn request(plain: &[String], behind: &str) -> Result<(u32, String), Failure> {
    let usage = |reason: String| Err(Failure::Usage(reason));
    let Some((process, rest)) = plain.split_first() else {
        return usage("no process: `hydra ctl 4711 levels`".to_owned());
    };
    let Ok(process) = process.parse::<u32>() else {
        return usage(format!("`{process}` is no process number: `hydra ctl 4711 levels`"));
    };
    let Some((command, values)) = rest.split_first() else {
        return usage(format!("no command: use {}", COMMANDS.join(", ")));
    };
    if !COMMANDS.contains(&command.as_str()) {
        return usage(format!("unknown command `{command}`: use {}", COMMANDS.join(", ")));
    }
    if command == "level" && values.is_empty() {
        return usage("`level` needs what and which: `level my_app::net=debug`".to_owned());
    }
    if command == "remove" && values.is_empty() {
        return usage("`remove` needs a name: `levels` lists them".to_owned());
    }
    if command != "level" && !behind.is_empty() {
        return usage(format!("--for and --as belong to `level`, not to `{command}`"));
    }
    Ok((process, format!("{}{behind}", rest.join(" "))))
}

/// Asks, and shows the answer.
pub(crate) fn run(options: &CtlOptions) -> Result<(), Failure> {
    let CtlOptions { process, directory, request } = options;
    let directory = directory.clone().unwrap_or_else(control::default_directory);
    let lines = control::ask(&directory, *process, request).map_err(|error| match error {
        AskError::Refused { reason } => Failure::Incomplete(reason),
        other => Failure::Input(other.to_string()),
    })?;
    let mut out = std::io::stdout().lock();
    for line in lines {
        // A process may say anything; a terminal is told nothing but text.
        let line: String = line.chars().filter(|letter| !letter.is_control()).collect();
        writeln!(out, "{line}").map_err(|error| Failure::Output(error.to_string()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Option<CtlOptions>, Failure> {
        parse(&line.split_whitespace().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn a_line_is_made_of_the_words() {
        let options = of("4711 level a::b=debug --for 60s --as=x --dir /run/d").unwrap().unwrap();
        assert_eq!((options.process, options.directory), (4711, Some("/run/d".into())));
        assert_eq!(options.request, "level a::b=debug for 60s as x");
        assert_eq!(of("1 flush 2s").unwrap().unwrap().request, "flush 2s");
        assert_eq!(of("1 --help"), Ok(None));
    }

    #[test]
    fn bad_words_are_named_with_what_would_do() {
        for (line, named, allowed) in [
            ("", "no process", "4711"),
            ("levels", "`levels`", "4711"),
            ("1", "no command", "levels"),
            ("1 levle a=debug", "`levle`", "level"),
            ("1 level", "`level`", "my_app::net=debug"),
            ("1 remove", "`remove`", "levels"),
            ("1 level a=debug --until 5s", "`--until`", "--for"),
            ("1 level a=debug --for", "`--for`", "value"),
            ("1 stats --for 5s", "`stats`", "`level`"),
        ] {
            let failure = of(line).unwrap_err();
            let reason = failure.reason();
            assert_eq!(failure.code(), 2);
            assert!(reason.contains(named) && reason.contains(allowed), "{line}: {reason}");
        }
    }
}
