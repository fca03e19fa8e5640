//! The file of a process: opened and locked only when that process is dead.

use std::fs;
use std::io;
use std::path::Path;

/// Files longer than this are no crash files.
const MOST_BYTES: u64 = 16 << 30;

/// Opens and locks a file; `None` if its process lives, or if it is gone.
///
/// # Errors
///
/// What the system says; or that the file is not one that a process of this user left.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub(crate) fn open(path: &Path) -> io::Result<Option<fs::File>> {
    use crate::sys::owned;
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
    let flags = libc::O_NOFOLLOW | libc::O_CLOEXEC | libc::O_NONBLOCK | libc::O_NOCTTY;
    let file = match fs::OpenOptions::new().read(true).write(true).custom_flags(flags).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let data = file.metadata()?;
    if !data.is_file() || data.uid() != owned::user() || data.len() > MOST_BYTES {
        let text = "is no crash file of this user";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    if !owned::lock(&file)? {
        return Ok(None);
    }
    // Whoever had the lock before may have written it out and removed it.
    match fs::symlink_metadata(path) {
        Ok(named) if (named.dev(), named.ino()) == (data.dev(), data.ino()) => Ok(Some(file)),
        _ => Ok(None),
    }
}

/// Opens nothing: elsewhere there are no crash files.
///
/// # Errors
///
/// Always.
#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
pub(crate) fn open(_path: &Path) -> io::Result<Option<fs::File>> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "crash-proof rings need 64-bit Linux"))
}

/// All bytes of a file.
///
/// # Errors
///
/// What the system says.
pub(crate) fn read(file: &fs::File) -> io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes bytes at a place in the file.
///
/// # Errors
///
/// What the system says.
pub(crate) fn write(file: &fs::File, at: u64, bytes: &[u8]) -> io::Result<()> {
    use std::io::{Seek, SeekFrom, Write};
    let mut file = file;
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)
}
