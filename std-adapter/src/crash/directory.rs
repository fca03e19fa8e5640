//! The directory of crash files: private to its user, and only names of our own in it count.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Crash files end so; files that are just being made; and those that cannot be read.
pub(crate) const ENDING: &str = "hydra";
pub(crate) const FRESH: &str = "hydra-new";
pub(crate) const REJECTED: &str = "hydra-rejected";

/// The name of a new crash file.
pub(crate) fn file_name(pid: u32, started_ns: u128) -> String {
    format!("{pid}-{started_ns:x}.{ENDING}")
}

/// Whether a name is one of ours with this ending: a number, a dash, a hexadecimal number.
fn is_ours(name: &str, ending: &str) -> bool {
    let stem = name.strip_suffix(ending).and_then(|stem| stem.strip_suffix('.'));
    let parts = stem.and_then(|stem| stem.split_once('-'));
    let digits = |text: &str, hexadecimal: bool| {
        let fits = |byte: u8| byte.is_ascii_digit() || hexadecimal && (b'a'..=b'f').contains(&byte);
        (1..=32).contains(&text.len()) && text.bytes().all(fits)
    };
    parts.is_some_and(|(pid, started)| digits(pid, false) && digits(started, true))
}

/// The crash files of a directory, oldest first by name of their start.
///
/// # Errors
///
/// What the system says of the directory.
pub(crate) fn files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        // A link is not followed, whatever its name is.
        if name.to_str().is_some_and(|name| is_ours(name, ENDING)) && entry.file_type()?.is_file() {
            files.push((started(&name.to_string_lossy()), entry.path()));
        }
    }
    files.sort();
    Ok(files.into_iter().map(|(_, path)| path).collect())
}

/// When the process of a file started, by its name.
fn started(name: &str) -> u128 {
    let hex = name.split(['-', '.']).nth(1).unwrap_or_default();
    u128::from_str_radix(hex, 16).unwrap_or(0)
}

/// Makes the directory, or checks that it is nobody else's.
///
/// # Errors
///
/// What the system says, or that others could read or write it.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub(crate) fn prepare(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
    let found = fs::symlink_metadata(directory);
    let found = match (made, found) {
        (_, Ok(found)) => found,
        (Err(error), _) | (_, Err(error)) => return Err(error),
    };
    let refuse = |what: &str| {
        let text = format!("{} {what}; use a directory of mode 700", directory.display());
        Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
    };
    if !found.is_dir() {
        return refuse("is no directory");
    }
    if found.uid() != crate::sys::owned::user() {
        return refuse("belongs to another user");
    }
    if found.mode() & 0o077 != 0 {
        return refuse("is open to others");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_our_own_count() {
        assert!(is_ours(&file_name(7, 0x1f), ENDING));
        assert!(is_ours("12-ab.hydra-new", FRESH));
        for name in [
            "",
            "hydra",
            ".hydra",
            "-.hydra",
            "7-.hydra",
            "-1f.hydra",
            "7-1g.hydra",
            "7-1F.hydra",
            "7.hydra",
            "../7-1f.hydra",
            "7-1f.hydra.gz",
            "7-1f.hydra-new",
            "x-1f.hydra",
            "7-1f/.hydra",
            "7-111111111111111111111111111111111.hydra",
        ] {
            assert!(!is_ours(name, ENDING), "{name}");
        }
        assert_eq!(started(&file_name(7, 0xabc)), 0xabc);
    }

    #[cfg(all(target_os = "linux", target_pointer_width = "64"))]
    #[test]
    fn a_directory_is_private_or_refused() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("a/b");
        prepare(&directory).unwrap();
        assert_eq!(fs::metadata(&directory).unwrap().permissions().mode() & 0o777, 0o700);
        prepare(&directory).unwrap();
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o750)).unwrap();
        assert!(prepare(&directory).unwrap_err().to_string().contains("open to others"));
        let link = home.path().join("link");
        symlink(home.path().join("a"), &link).unwrap();
        assert!(prepare(&link).unwrap_err().to_string().contains("no directory"));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_listed() {
        let home = tempfile::tempdir().unwrap();
        let (old, young) = (home.path().join("9-a.hydra"), home.path().join("1-b.hydra"));
        fs::write(&young, "").unwrap();
        fs::write(&old, "").unwrap();
        fs::write(home.path().join("other"), "").unwrap();
        std::os::unix::fs::symlink(&old, home.path().join("2-c.hydra")).unwrap();
        assert_eq!(files(home.path()).unwrap(), [old, young]);
    }
}
