//! What files that made way are called, and which ones there are.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Names;
use crate::sys::zone;

/// A log file and those that made way for it.
#[derive(Clone, Debug)]
pub(super) struct Family {
    directory: PathBuf,
    name: String,
}

/// A file that made way.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) modified: SystemTime,
    /// Which are older: by date, by number.
    order: (String, u64),
}

/// What a compressed file's name ends in.
pub(super) const PACKED: [&str; 2] = [".gz", ".zst"];

/// What the name of a file ends in that is being compressed.
#[cfg(any(feature = "gzip", feature = "zstd"))]
pub(super) const UNFINISHED: &str = ".part";

impl Family {
    pub(super) fn of(path: &Path) -> Self {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new(".")).to_path_buf();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { directory, name }
    }

    /// Where the file goes that makes way now: a name that nobody has.
    ///
    /// # Errors
    ///
    /// What the system says of the directory.
    pub(super) fn next(&self, names: Names, epoch: u64, is_local: bool) -> io::Result<PathBuf> {
        let members = self.members()?;
        let date = match names {
            Names::Numbered => String::new(),
            Names::Dated => date(epoch, is_local),
        };
        let same = members.iter().filter(|member| member.order.0 == date);
        let last = same.map(|member| member.order.1).max();
        let end = match (names, last) {
            (Names::Numbered, last) => format!("{}", last.unwrap_or(0) + 1),
            (Names::Dated, None) => date,
            (Names::Dated, Some(last)) => format!("{date}.{}", last + 1),
        };
        Ok(self.directory.join(format!("{}.{end}", self.name)))
    }

    /// The files that made way, the oldest first; those that are being compressed are no members.
    ///
    /// # Errors
    ///
    /// What the system says of the directory.
    pub(super) fn members(&self) -> io::Result<Vec<Member>> {
        let mut members = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let entry = entry?;
            let name = entry.file_name();
            let end =
                name.to_str().and_then(|name| name.strip_prefix(&self.name)?.strip_prefix('.'));
            let Some(order) = end.and_then(order) else { continue };
            // A file that went meanwhile is none.
            let Ok(data) = entry.metadata() else { continue };
            if data.is_file() {
                let modified = data.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                let (path, bytes) = (entry.path(), data.len());
                members.push(Member { path, bytes, modified, order });
            }
        }
        members.sort_by(|a, b| a.order.cmp(&b.order));
        Ok(members)
    }

    /// Files that a compression left unfinished.
    #[cfg(any(feature = "gzip", feature = "zstd"))]
    pub(super) fn unfinished(&self) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let end = name.strip_prefix(&self.name).and_then(|end| end.strip_prefix('.'));
            let whole = end.and_then(|end| end.strip_suffix(UNFINISHED));
            if whole.is_some_and(|end| order(end).is_some()) {
                found.push(entry.path());
            }
        }
        Ok(found)
    }
}

/// The date and the number that a name ends in; `None` if it is no such name.
fn order(end: &str) -> Option<(String, u64)> {
    let packed = PACKED.iter().find_map(|packed| end.strip_suffix(packed));
    let end = packed.unwrap_or(end);
    let number = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
    };
    if let Some(number) = number(end) {
        return Some((String::new(), number));
    }
    let (date, count) = match end.split_once('.') {
        Some((date, count)) => (date, number(count)?),
        None => (end, 0),
    };
    let shape: String = date.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    (shape == "0000-00-00_00-00-00").then(|| (date.to_owned(), count))
}

/// `2026-11-21_10-12-20`
fn date(epoch: u64, is_local: bool) -> String {
    let second = if is_local { zone::local(epoch) } else { epoch };
    crate::format::file_date(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_family_are_members() {
        let date = "2026-11-21_10-12-20";
        for (end, expected) in [
            ("1", Some((String::new(), 1))),
            ("12.gz", Some((String::new(), 12))),
            (date, Some((date.to_owned(), 0))),
            ("2026-11-21_10-12-20.3.zst", Some((date.to_owned(), 3))),
            ("1.part", None),
            ("bak", None),
            ("2026-11-21", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(order(end), expected, "{end}");
        }
    }
}
