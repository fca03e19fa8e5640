//! The directory of the sockets: private, or not used; and sockets that dead processes left.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use crate::sys::peer;

/// So many entries of a directory are looked at.
const MOST: usize = 4096;

/// Where processes of this user listen unless they were told otherwise: `hydra` in the user's
/// runtime directory (`XDG_RUNTIME_DIR`), or else `hydra-UID` in `/tmp`.
///
/// ```
/// assert!(hydra_log::control::default_directory().is_absolute());
/// ```
#[must_use]
pub fn default_directory() -> PathBuf {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    match runtime.filter(|path| path.is_absolute() && is_private(path).is_ok()) {
        Some(runtime) => runtime.join("hydra"),
        None => Path::new("/tmp").join(format!("hydra-{}", peer::user())),
    }
}

/// The socket of a process.
pub(super) fn socket_of(directory: &Path, process: u32) -> PathBuf {
    directory.join(format!("{process}.sock"))
}

/// Makes the directory if it is not there.
///
/// # Errors
///
/// What the system says; and a directory that somebody else has, or can look into.
pub(super) fn make_private(directory: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(io::Error::new(error.kind(), format!("{}: {error}", directory.display())))
        }
        _ => is_private(directory),
    }
}

/// Whether it is a directory (no link) of this user's alone.
pub(super) fn is_private(directory: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(directory)?;
    let shown = directory.display();
    let denied = |reason| Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
    if !found.is_dir() {
        denied(format!("{shown} is no directory"))
    } else if found.uid() != peer::user() {
        denied(format!("{shown} belongs to user {}", found.uid()))
    } else if found.mode() & 0o077 != 0 {
        let mode = found.mode() & 0o777;
        denied(format!("{shown} is open to others (mode {mode:o}): use chmod 700"))
    } else {
        Ok(())
    }
}

/// The processes that have a socket there, living or not.
pub(super) fn processes(directory: &Path) -> Vec<u32> {
    let entries = fs::read_dir(directory).into_iter().flatten().take(MOST).flatten();
    let sockets = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_socket()));
    let number = |name: &str| name.strip_suffix(".sock")?.parse::<u32>().ok();
    let numbers = sockets.filter_map(|entry| number(entry.file_name().to_str()?));
    let mut numbers: Vec<u32> = numbers.collect();
    numbers.sort_unstable();
    numbers
}

/// Removes the sockets of dead processes. A process that this one cannot see (of another container)
/// lives if it answers.
pub(super) fn sweep(directory: &Path) {
    for process in processes(directory) {
        if process != std::process::id() && !peer::is_there(process) {
            let path = socket_of(directory, process);
            if is_deaf(&path) {
                // Somebody else may have been faster.
                let _removed = fs::remove_file(path);
            }
        }
    }
}

/// Whether nobody listens there any more.
pub(super) fn is_deaf(socket: &Path) -> bool {
    let refused = io::ErrorKind::ConnectionRefused;
    UnixStream::connect(socket).is_err_and(|error| error.kind() == refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    #[test]
    fn a_directory_is_made_private_or_refused() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("new");
        make_private(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
        make_private(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).unwrap();
        let error = make_private(&path).unwrap_err();
        assert!(error.to_string().contains("chmod 700"), "{error}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        let link = parent.path().join("link");
        symlink(&path, &link).unwrap();
        assert!(make_private(&link).unwrap_err().to_string().contains("no directory"));
        let orphan = parent.path().join("a/b");
        assert!(make_private(&orphan).unwrap_err().to_string().contains("a/b"));
    }

    #[test]
    fn only_sockets_of_the_dead_are_removed() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let dead = i32::MAX;
        drop(UnixListener::bind(at(&format!("{dead}.sock"))).unwrap());
        // One that this process cannot see, but that answers.
        let _answers = UnixListener::bind(at(&format!("{}.sock", dead - 1))).unwrap();
        drop(UnixListener::bind(at("1.sock")).unwrap());
        drop(UnixListener::bind(at("other.sock")).unwrap());
        fs::write(at(&format!("{}.sock", dead - 2)), "no socket").unwrap();
        sweep(directory.path());
        assert_eq!(processes(directory.path()), [1, dead as u32 - 1]);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 4);
    }
}
