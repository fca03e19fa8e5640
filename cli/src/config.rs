//! `hydra config`: what is wrong with a configuration, where its values come from, its schema.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use hydra_log::config::{Config, ConfigError, Problem, Setting};
use hydra_log::{Preset, register_preset};

use crate::{Failure, log_input};

pub(crate) const HELP: &str = "\
hydra config: what is wrong with a configuration, and where its values come from

Usage: hydra config check FILE... [--preset NAME]
       hydra config explain [FILE] [--preset NAME]
       hydra config schema
       hydra config keys

check     reads files as a program would, without opening what they name, and tells everything that
          is wrong as `FILE:LINE:COLUMN: problem`, each with what to write instead
explain   shows every value and where it comes from: a default, the preset, FILE:LINE:COLUMN, or a
          variable of this shell (HYDRA_LOG_...); without FILE, the one that HYDRA_LOG_CONFIG names;
          `hydra config --explain` is the same
schema    shows the JSON Schema of configuration files, for editors
keys      shows all keys as a table in Markdown

Options:
  --preset NAME  a preset that the program registers itself; once for each
  --help         this text

NO_COLOR=1 switches colour off.

Examples:
  hydra config check hydra.toml
  HYDRA_LOG_LEVEL=debug hydra config explain hydra.toml
  hydra config schema > hydra.schema.json

Exit codes:
  0  nothing is wrong
  1  something is wrong, or can't be read
  2  bad argument
  3  the output cannot be written";

/// What `hydra config` was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ConfigOptions {
    Check { files: Vec<PathBuf>, presets: Vec<String> },
    Explain { file: Option<PathBuf>, presets: Vec<String> },
    Schema,
    Keys,
}

const TASKS: &str = "check, explain, schema or keys";

/// Reads the words behind the command; `None` when help is asked for.
pub(crate) fn parse(words: &[OsString]) -> Result<Option<ConfigOptions>, Failure> {
    let usage = |reason: String| Err(Failure::Usage(reason));
    let (mut task, mut files, mut presets) = (None, Vec::new(), Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        match text.as_ref() {
            "--help" | "-h" => return Ok(None),
            "--preset" => match words.next().map(|name| name.to_string_lossy().into_owned()) {
                Some(name) if !name.is_empty() => presets.push(name),
                _ => return usage("`--preset` needs a value".to_owned()),
            },
            "--explain" if task.is_none() => task = Some("explain".to_owned()),
            option if option.starts_with('-') => {
                let known = "--preset, --explain or --help";
                return usage(format!("unknown argument `{option}`: use {known}"));
            }
            _ if task.is_none() => task = Some(text.into_owned()),
            _ => files.push(PathBuf::from(word)),
        }
    }
    let options = match task.as_deref() {
        Some("check") if files.is_empty() => {
            return usage("no file: `hydra config check hydra.toml`".to_owned());
        }
        Some("check") => ConfigOptions::Check { files, presets },
        Some("explain") if files.len() > 1 => {
            return usage("more than one file to explain".to_owned());
        }
        Some("explain") => ConfigOptions::Explain { file: files.pop(), presets },
        Some("schema") => ConfigOptions::Schema,
        Some("keys") => ConfigOptions::Keys,
        Some(other) => return usage(format!("unknown task `{other}`: use {TASKS}")),
        None => return usage(format!("no task: use {TASKS}")),
    };
    Ok(Some(options))
}

/// Does it.
pub(crate) fn run(options: &ConfigOptions) -> Result<(), Failure> {
    match options {
        ConfigOptions::Check { files, presets } => {
            register(presets)?;
            let results = files.iter().map(Config::from_file);
            told(results.filter_map(Result::err).collect())
        }
        ConfigOptions::Explain { file, presets } => {
            register(presets)?;
            let config = match file {
                Some(file) => Config::from_file(file).and_then(Config::environment),
                None => Config::from_env(),
            };
            match config {
                Ok(config) => say(&table(&config.explain())),
                Err(error) => told(vec![error]),
            }
        }
        ConfigOptions::Schema => say(&Config::schema()),
        ConfigOptions::Keys => say(&Config::keys()),
    }
}

/// What a program's own preset sets is known to the program alone.
fn register(presets: &[String]) -> Result<(), Failure> {
    for name in presets {
        register_preset(name, "the program's own", Preset::default(), |builder| builder)
            .map_err(|error| Failure::Usage(error.to_string()))?;
    }
    Ok(())
}

/// Shows all problems, and fails if there are any.
fn told(errors: Vec<ConfigError>) -> Result<(), Failure> {
    let is_coloured = log_input::wants_colour();
    let mut out = String::new();
    let mut count = 0;
    for error in &errors {
        count += error.problems.len() + error.more;
        for problem in &error.problems {
            out.push_str(&line(problem, is_coloured));
        }
        if error.more > 0 {
            out.push_str(&format!("and {} more\n", error.more));
        }
    }
    say(&out)?;
    match count {
        0 => Ok(()),
        1 => Err(Failure::Incomplete("1 problem".to_owned())),
        count => Err(Failure::Incomplete(format!("{count} problems"))),
    }
}

fn line(problem: &Problem, is_coloured: bool) -> String {
    let (bold, red, green, plain) =
        if is_coloured { ("\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[0m") } else { ("", "", "", "") };
    let Problem { place, message, help, .. } = problem;
    let mut line = format!("{bold}{place}{plain}: {red}{message}{plain}\n");
    if !help.is_empty() {
        line.push_str(&format!("  {green}help{plain}: {help}\n"));
    }
    line
}

/// Values in one column, where they come from in another.
fn table(settings: &[Setting]) -> String {
    let said: Vec<String> =
        settings.iter().map(|setting| format!("{} = {}", setting.key, setting.value)).collect();
    let width = said.iter().map(|said| said.chars().count()).max().unwrap_or(0).min(60);
    let lines = said.iter().zip(settings);
    lines.map(|(said, setting)| format!("{said:width$}  # {}\n", setting.origin)).collect()
}

fn say(text: &str) -> Result<(), Failure> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::Output(format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}
