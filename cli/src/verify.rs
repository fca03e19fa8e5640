//! `hydra verify`: whether an audit file was touched, and where.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use hydra_log::audit::{Fault, PublicKey, SecretKey, Verified, verify_files};

use crate::Failure;

pub(crate) const HELP: &str = "\
hydra verify: say whether an audit file was touched, and where

Usage: hydra verify FILE... --key PUBLIC [--after N] [--at-least N]
       hydra verify --new-key FILE

Reads files that `hydra_log::audit::AuditFile` wrote, and says whether somebody cut one at its
beginning or end, edited, removed, added or moved lines, and which. The end is known by the file
that ends in .head beside it; that of one that was moved away by the one that goes on behind it:
name the oldest first.

Options:
  --key PUBLIC     the public key's file
  --after N        records up to N are in older files, which are kept elsewhere
  --at-least N     fail unless so many records are signed: the number that you wrote down elsewhere
  --new-key FILE   make a pair of keys: FILE, for its owner alone, and FILE.pub
  --help           this text

Examples:
  hydra verify --new-key /etc/my-server/audit.key
  hydra verify audit.log --key /etc/my-server/audit.key.pub
  hydra verify audit.log --key audit.key.pub --at-least 120034
  hydra verify audit.log.2 audit.log.1 audit.log --key audit.key.pub

Exit codes:
  0  nobody touched them
  1  somebody did: what and where stands on the standard output
  2  bad argument
  3  the key is there already, or cannot be written
  4  a file or the key cannot be read";

/// What `hydra verify` was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum VerifyOptions {
    /// Makes a key, and writes it there.
    NewKey(PathBuf),
    /// Verifies files by a public key.
    Files { files: Vec<PathBuf>, key: PathBuf, after: u64, at_least: u64 },
}

/// Reads the words behind the command; `None` when help is asked for.
pub(crate) fn parse(words: &[OsString]) -> Result<Option<VerifyOptions>, Failure> {
    let (mut files, mut key, mut new_key) = (Vec::new(), None, None);
    let (mut after, mut at_least) = (0, 0);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let name = word.to_string_lossy();
        let mut value = || {
            let missing = || Failure::Usage(format!("`{name}` needs a value"));
            words.next().ok_or_else(missing)
        };
        match name.as_ref() {
            "--help" | "-h" => return Ok(None),
            "--key" => key = Some(PathBuf::from(value()?)),
            "--new-key" => new_key = Some(PathBuf::from(value()?)),
            "--after" | "--at-least" => {
                let text = value()?.to_string_lossy().into_owned();
                let refused = |_| Failure::Usage(format!("`{name} {text}`: use a number"));
                let number = if name == "--after" { &mut after } else { &mut at_least };
                *number = text.parse().map_err(refused)?;
            }
            option if option.starts_with("--") => {
                let reason = format!(
                    "unknown argument `{option}`: use --key, --after, --at-least, --new-key or \
                     --help"
                );
                return Err(Failure::Usage(reason));
            }
            _ => files.push(PathBuf::from(word)),
        }
    }
    match (new_key, key) {
        (Some(path), None) if files.is_empty() => Ok(Some(VerifyOptions::NewKey(path))),
        (Some(_), _) => Err(Failure::Usage("`--new-key FILE` stands alone".to_owned())),
        (None, Some(key)) if !files.is_empty() => {
            Ok(Some(VerifyOptions::Files { files, key, after, at_least }))
        }
        (None, None) => Err(Failure::Usage("no key: `--key audit.key.pub`".to_owned())),
        (None, Some(_)) => Err(Failure::Usage("no file: `hydra verify audit.log ...`".to_owned())),
    }
}

/// Verifies, and says what it found.
pub(crate) fn run(options: &VerifyOptions) -> Result<(), Failure> {
    match options {
        VerifyOptions::NewKey(path) => {
            let key = SecretKey::generate(path);
            let key = key.map_err(|error| Failure::Output(error.to_string()))?;
            let path = path.display();
            say(&format!(
                "{path}: a new key, {}; {path}.pub checks what it signs",
                key.public().id()
            ))
        }
        VerifyOptions::Files { files, key, after, at_least } => {
            let key = PublicKey::read(key).map_err(|error| Failure::Input(error.to_string()))?;
            let unread = |error| Failure::Input(format!("cannot read {}: {error}", names(files)));
            let mut verified = verify_files(files, &key).map_err(unread)?;
            if let Some(first) = verified.first_mut() {
                accept(first, *after);
            }
            let last = files.len().saturating_sub(1);
            let mut touched = Vec::new();
            for (number, (file, verified)) in files.iter().zip(&verified).enumerate() {
                let at_least = if number == last { *at_least } else { 0 };
                say(&sentences(&file.display().to_string(), verified, at_least))?;
                if !verified.is_whole() || verified.signed < at_least {
                    touched.push(file.clone());
                }
            }
            if touched.is_empty() {
                return Ok(());
            }
            Err(Failure::Incomplete(format!("touched: {}", names(&touched))))
        }
    }
}

fn names(files: &[PathBuf]) -> String {
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    names.join(", ")
}

/// The records before the first file are elsewhere: that is no fault.
fn accept(verified: &mut Verified, after: u64) {
    let before = verified.faults.len();
    verified.faults.retain(|fault| *fault != Fault::Before { record: after });
    verified.fault_count -= (before - verified.faults.len()) as u64;
}

fn sentences(name: &str, verified: &Verified, at_least: u64) -> String {
    let mut text: String =
        verified.faults.iter().map(|fault| format!("{name}: {fault}\n")).collect();
    let more = verified.fault_count - verified.faults.len() as u64;
    if more > 0 {
        text.push_str(&format!("{name}: and {more} more\n"));
    }
    if verified.signed < at_least {
        let signed = verified.signed;
        text.push_str(&format!("{name}: {signed} records are signed, not {at_least}\n"));
    }
    let Verified { records, sessions, signed, unsigned, adopted, torn, .. } = verified;
    let whole = if verified.is_whole() { "whole" } else { "touched" };
    text.push_str(&format!(
        "{name}: {whole}: {records} records, {sessions} sessions, signed up to record {signed}"
    ));
    if *unsigned > 0 {
        text.push_str(&format!(", {unsigned} behind it not signed yet"));
    }
    if *adopted > 0 {
        text.push_str(&format!(", {adopted} signed only by the next start"));
    }
    if *torn > 0 {
        text.push_str(&format!(", {torn} lines left unfinished by a process that died"));
    }
    text
}

fn say(text: &str) -> Result<(), Failure> {
    let written = writeln!(std::io::stdout(), "{text}");
    written.map_err(|error| Failure::Output(error.to_string()))
}
