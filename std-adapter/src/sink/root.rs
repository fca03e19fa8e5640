//! A directory that log files may not leave, whatever their paths say.

use core::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::File;
use crate::sink::OpenError;

/// A directory for log files whose paths come from outside the program.
///
/// ```
/// use hydra_log::sink::Root;
/// # let place = std::env::temp_dir().join(format!("hydra-root-{}", std::process::id()));
/// let root = Root::create(&place)?;
/// let file = root.open("shop/app.log")?;
/// assert!(root.open("../app.log").unwrap_err().to_string().contains("leads out of"));
/// # drop(file);
/// # std::fs::remove_dir_all(&place)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A path is taken as it lies below the directory; `..`, other drives, and links that lead out are
/// refused. Whoever may write to the directory while a file is opened can still lead it astray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    directory: PathBuf,
}

impl Root {
    /// A directory, created if it is not there, for its owner alone (mode 0700).
    ///
    /// # Errors
    /// What the system says.
    pub fn create(directory: impl AsRef<Path>) -> io::Result<Self> {
        create(directory.as_ref())?;
        Ok(Self { directory: directory.as_ref().canonicalize()? })
    }

    /// The directory, without links.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.directory
    }

    /// Opens or creates a file, and the directories on its way.
    ///
    /// # Errors
    /// [`OutsideError`] for a path that leads out, or what the system says.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<File, OutsideError> {
        let path = self.resolve(path)?;
        Ok(File::open(path)?)
    }

    /// Where a path lies in the directory; the directories on its way are created.
    ///
    /// # Errors
    /// [`OutsideError`] for a path that leads out, or what the system says.
    pub fn resolve(&self, path: impl AsRef<Path>) -> Result<PathBuf, OutsideError> {
        let path = path.as_ref();
        let outside = || OutsideError::Outside { path: path.into(), root: self.directory.clone() };
        let below = path.strip_prefix(&self.directory).unwrap_or(path);
        let is_fine = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        let (Some(parent), Some(name)) = (below.parent(), below.file_name()) else {
            return Err(outside());
        };
        if !below.components().all(is_fine) {
            return Err(outside());
        }
        // Links are followed only as long as they stay inside: each directory is looked at before
        // anything is made in it.
        let mut place = self.directory.clone();
        for part in parent.components() {
            place.push(part);
            create(&place).map_err(|source| OpenError { path: place.clone(), source })?;
            place =
                place.canonicalize().map_err(|source| OpenError { path: path.into(), source })?;
            if !place.starts_with(&self.directory) {
                return Err(outside());
            }
        }
        place.push(name);
        if place.is_symlink() {
            return Err(outside());
        }
        Ok(place)
    }
}

fn create(directory: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// A path that leads out of its directory, or a file that can't be opened.
#[derive(Debug)]
#[non_exhaustive]
pub enum OutsideError {
    /// The path leads out.
    Outside {
        /// The path as given.
        path: PathBuf,
        /// The directory.
        root: PathBuf,
    },
    /// The file can't be opened.
    Open(OpenError),
}

impl From<OpenError> for OutsideError {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl fmt::Display for OutsideError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside { path, root } => {
                let (path, root) = (path.display(), root.display());
                write!(f, "`{path}` leads out of {root}; name a file in there")
            }
            Self::Open(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for OutsideError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Outside { .. } => None,
            Self::Open(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out() {
        let place = tempfile::tempdir().unwrap();
        let root = Root::create(place.path().join("logs")).unwrap();
        for path in ["../x", "a/../../x", "/etc/passwd", "..", "", ".", "a/..", "/"] {
            let error = root.resolve(path).unwrap_err();
            assert!(matches!(error, OutsideError::Outside { .. }), "{path}: {error}");
        }
        assert!(!place.path().join("x").exists());
        let inner = root.path().join("a/b.log");
        assert_eq!(root.resolve("a/b.log").unwrap(), inner);
        assert_eq!(root.resolve(&inner).unwrap(), inner);
        assert_eq!(root.resolve("./b.log").unwrap(), root.path().join("b.log"));
    }

    #[cfg(unix)]
    #[test]
    fn no_link_leads_out() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let place = tempfile::tempdir().unwrap();
        let root = Root::create(place.path().join("logs")).unwrap();
        let mode = root.path().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        symlink(place.path(), root.path().join("out")).unwrap();
        symlink(place.path().join("secret"), root.path().join("app.log")).unwrap();
        assert!(root.open("out/app.log").is_err());
        assert!(root.open("app.log").is_err());
        std::fs::create_dir(root.path().join("real")).unwrap();
        symlink("real", root.path().join("in")).unwrap();
        root.open("in/app.log").unwrap();
        assert!(root.path().join("real/app.log").exists());
    }
}
