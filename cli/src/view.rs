//! Which records of a log are shown, and as what: the options that decode and cat share.

use std::ffi::OsString;
use std::path::PathBuf;

use hydra_log::{Level, LevelFilter};
use regex::bytes::Regex;

use crate::{Failure, when};

/// How a record is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Json,
    Csv,
}

/// What `hydra decode` and `hydra cat` were asked for.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) form: Form,
    pub(crate) since_ns: u64,
    pub(crate) until_ns: u64,
    pub(crate) level: LevelFilter,
    pub(crate) target: Option<String>,
    pub(crate) grep: Option<Regex>,
    pub(crate) shows_threads: bool,
    pub(crate) shows_location: bool,
    pub(crate) follows: bool,
    /// The programs of a firmware's stream.
    pub(crate) elf: Vec<PathBuf>,
    /// When their clocks were 0: of each program in turn, the last one's of those behind.
    pub(crate) starts_ns: Vec<u64>,
}

const KNOWN: &str = "--format, --since, --until, --level, --target, --grep, --threads, \
                     --location, --follow, --elf, --start or --help";

/// Reads the words behind the command; `None` when help is asked for.
pub(crate) fn parse(command: &str, words: &[OsString]) -> Result<Option<View>, Failure> {
    let mut view = View {
        files: Vec::new(),
        form: Form::Text,
        since_ns: 0,
        until_ns: u64::MAX,
        level: LevelFilter::Trace,
        target: None,
        grep: None,
        shows_threads: false,
        shows_location: false,
        follows: false,
        elf: Vec::new(),
        starts_ns: Vec::new(),
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        if text == "-" || !text.starts_with('-') {
            view.files.push(PathBuf::from(word));
            continue;
        }
        let (option, inline) = match text.split_once('=') {
            Some((option, value)) => (option, Some(value.to_owned())),
            None => (text.as_ref(), None),
        };
        match option {
            "--help" | "-h" => return Ok(None),
            "--threads" => view.shows_threads = true,
            "--location" => view.shows_location = true,
            "--follow" => view.follows = true,
            "--format" | "--since" | "--until" | "--level" | "--target" | "--grep" | "--elf"
            | "--start" => {
                let next = || words.next().map(|word| word.to_string_lossy().into_owned());
                let Some(value) = inline.or_else(next) else {
                    return Err(Failure::Usage(format!("`{option}` needs a value")));
                };
                view.set(option, value)?;
            }
            _ => return Err(Failure::Usage(format!("unknown argument `{text}`: use {KNOWN}"))),
        }
    }
    view.check(command)?;
    Ok(Some(view))
}

impl View {
    fn set(&mut self, option: &str, value: String) -> Result<(), Failure> {
        let refused = |known: &str| Failure::Usage(format!("`{option} {value}`: use {known}"));
        match option {
            "--format" => {
                self.form = match value.as_str() {
                    "text" => Form::Text,
                    "json" => Form::Json,
                    "csv" => Form::Csv,
                    _ => return Err(refused("text, json or csv")),
                }
            }
            "--since" => self.since_ns = when::parse(&value).ok_or_else(|| refused(when::KNOWN))?,
            "--elf" => self.elf.push(PathBuf::from(value)),
            "--start" => {
                let start_ns = when::parse(&value).ok_or_else(|| refused(when::KNOWN))?;
                self.start_programs(start_ns);
            }
            "--until" => self.until_ns = when::parse(&value).ok_or_else(|| refused(when::KNOWN))?,
            "--level" => {
                let level = value.parse::<Level>();
                let level = level.map_err(|_| refused("error, warn, info, debug or trace"))?;
                self.level = level.into();
            }
            "--grep" => {
                let regex = Regex::new(&value);
                self.grep =
                    Some(regex.map_err(|error| Failure::Usage(format!("--grep: {error}")))?);
            }
            _ => self.target = Some(value),
        }
        Ok(())
    }

    /// Gives programs in front, that have no start yet, this one. With none, it is that of those to
    /// come.
    fn start_programs(&mut self, start_ns: u64) {
        let is_first = self.starts_ns.is_empty();
        let all = self.elf.len().max(usize::from(is_first));
        if self.starts_ns.len() < all {
            self.starts_ns.resize(all, start_ns);
        } else if let Some(last) = self.starts_ns.last_mut() {
            *last = start_ns;
        }
    }

    fn check(&self, command: &str) -> Result<(), Failure> {
        if self.files.is_empty() {
            let reason = format!("no file: `hydra {command} app.hlog`, or `-` for the input");
            return Err(Failure::Usage(reason));
        }
        if !self.starts_ns.is_empty() && self.elf.is_empty() {
            return Err(Failure::Usage("`--start`: only with `--elf`".to_owned()));
        }
        if self.follows && (command != "decode" || self.files.len() > 1) {
            return Err(Failure::Usage("`--follow`: decode one file".to_owned()));
        }
        Ok(())
    }

    /// Whether a record of this time is shown.
    #[inline]
    pub(crate) fn takes_time(&self, time_ns: u64) -> bool {
        (self.since_ns..=self.until_ns).contains(&time_ns)
    }

    /// Whether records of such a callsite are shown.
    pub(crate) fn takes_site(&self, level: Level, target: &str) -> bool {
        let is_part = |wanted: &String| {
            let rest = target.strip_prefix(wanted.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        self.level.allows(level) && self.target.as_ref().is_none_or(is_part)
    }

    /// Whether a line is shown.
    #[inline]
    pub(crate) fn takes_line(&self, line: &[u8]) -> bool {
        self.grep.as_ref().is_none_or(|regex| regex.is_match(line.trim_ascii_end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Option<View>, Failure> {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        parse("decode", &words)
    }

    #[test]
    fn options_and_files_in_any_order() {
        let view =
            of("a.hlog --format=csv --level warn - --target db --until @2").unwrap().unwrap();
        assert_eq!(view.files, [PathBuf::from("a.hlog"), PathBuf::from("-")]);
        assert_eq!((view.form, view.until_ns), (Form::Csv, 2_000_000_000));
        assert!(view.takes_site(Level::Warn, "db") && view.takes_site(Level::Error, "db::pool"));
        assert!(!view.takes_site(Level::Info, "db") && !view.takes_site(Level::Warn, "dbx"));
        assert!(of("--follow --help").unwrap().is_none());
    }

    #[test]
    fn a_start_is_that_of_the_programs_in_front() {
        for (line, starts) in [
            ("a --elf x --elf y --start @1", &[1, 1][..]),
            ("a --elf x --start @1 --elf y --start @2", &[1, 2]),
            ("a --elf x --start @1 --elf y --elf z --start @2", &[1, 2, 2]),
            // The others have the last one's.
            ("a --elf x --start @1 --elf y", &[1]),
            ("a --start @1 --elf x --elf y", &[1]),
            ("a --elf x --start @1 --start @2", &[2]),
            ("a --elf x --elf y", &[]),
        ] {
            let view = of(line).unwrap().unwrap();
            let starts: Vec<_> = starts.iter().map(|start| start * 1_000_000_000).collect();
            assert_eq!(view.starts_ns, starts, "{line}");
        }
        assert!(of("a --start @1").unwrap_err().reason().contains("only with `--elf`"));
    }

    #[test]
    fn bad_words_are_named_with_what_would_do() {
        for (line, named, allowed) in [
            ("", "no file", "app.hlog"),
            ("a --format yaml", "`--format yaml`", "csv"),
            ("a --since soon", "`--since soon`", "2026-11-21T10:12:20Z"),
            ("a --level loud", "`--level loud`", "trace"),
            ("a --grep (", "--grep", "unclosed"),
            ("a --grep", "`--grep`", "needs a value"),
            ("a b --follow", "--follow", "one file"),
            ("a --folow", "`--folow`", "--follow"),
        ] {
            let failure = of(line).unwrap_err();
            assert_eq!(failure.code(), 2);
            let reason = failure.reason();
            assert!(reason.contains(named) && reason.contains(allowed), "{line}: {reason}");
        }
    }
}
