//! What is read again while the program runs: a filter's file, and whatever the program says.
//!
//! Each source changes something or leaves everything as it was; a wrong file is reported.

use core::fmt;
use core::panic::AssertUnwindSafe;
use std::fs::File;
use std::io::Read;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::shared::Shared;
use crate::engine::{Engine, gates};
use crate::error::Error;
use crate::filter::Filter;

/// Longer files are no filters.
const LONGEST: u64 = 64 << 10;

/// Why a program's own source could not be read again.
pub(crate) type Failure = Box<dyn core::error::Error + Send + Sync>;

/// What a program reads again by itself.
pub(crate) type Hook = dyn Fn(&Engine) -> Result<(), Failure> + Send + Sync;

/// Something that can be read again.
#[derive(Clone)]
pub(crate) enum Source {
    /// A file with a filter.
    Filter(PathBuf),
    /// Whatever the program does.
    Hook(Arc<Hook>),
}

/// What could not be read again; it is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReloadError {
    /// One reason a source that failed.
    pub reasons: Vec<String>,
}

impl fmt::Display for ReloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not read again: {}", self.reasons.join("; "))
    }
}

impl core::error::Error for ReloadError {}

/// Reads a file with a filter: directives in lines, or between commas; `#` begins a remark.
pub(crate) fn filter_from(path: &Path) -> Result<Filter, String> {
    let shown = path.display();
    let file = File::open(path).map_err(|error| format!("{shown}: {error}"))?;
    let mut text = String::new();
    let read = file.take(LONGEST + 1).read_to_string(&mut text);
    let bytes = read.map_err(|error| format!("{shown}: {error}"))?;
    if bytes as u64 > LONGEST {
        return Err(format!("{shown}: longer than {LONGEST} bytes, which is no filter"));
    }
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let directives: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    let filter = Filter::parse_strict(&directives.join(","));
    let filter = filter.map_err(|error| format!("{shown}: {error}"))?;
    // A file that is just being written is empty; that must not switch everything off.
    if filter.is_empty() { Err(format!("{shown}: says nothing")) } else { Ok(filter) }
}

/// Reads everything again; failures are the engine's to tell.
pub(super) fn run(shared: &'static Shared) {
    if let Err(source) = all(shared) {
        shared.failed(&Error::Reload { source });
    }
}

/// Reads everything again.
pub(crate) fn all(shared: &'static Shared) -> Result<(), ReloadError> {
    let sources = shared.plan.control.sources.iter();
    let reasons: Vec<String> = sources.filter_map(|source| one(shared, source).err()).collect();
    if reasons.is_empty() { Ok(()) } else { Err(ReloadError { reasons }) }
}

fn one(shared: &'static Shared, source: &Source) -> Result<(), String> {
    match source {
        Source::Filter(path) => {
            shared.set_filter(filter_from(path)?);
            gates::refresh();
            Ok(())
        }
        Source::Hook(hook) => {
            let engine = Engine::lent(shared);
            let done = catch_unwind(AssertUnwindSafe(|| hook(&engine)));
            match done {
                Ok(done) => done.map_err(|error| error.to_string()),
                Err(_panic) => Err("the program's own reload panicked".to_owned()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn reads_lines_remarks_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("filter");
        let of = |text: &[u8]| {
            fs::write(&path, text).unwrap();
            filter_from(&path)
        };
        let filter = of(b"# what we log\nwarn, a=info # loud\n\n b=trace\n").unwrap();
        assert_eq!(filter.to_string(), "warn,b=trace,a=info");
        for wrong in [&b"warn,a=loud"[..], b"", b"# off", b"\xff", &[b'a'; 70_000]] {
            let reason = of(wrong).unwrap_err();
            assert!(reason.contains(&*path.to_string_lossy()), "{reason}");
        }
        assert!(filter_from(directory.path()).is_err());
    }
}
