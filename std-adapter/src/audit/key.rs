//! The keys that sign and check: files of one line, the secret one for its owner alone.

use core::fmt;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use super::chain::{from_hex, hex};

const SECRET: &str = "hydra-audit-secret-1";
const PUBLIC: &str = "hydra-audit-public-1";
/// A key's line is shorter than this.
const MOST_BYTES: u64 = 256;

/// Signs checkpoints. It is shown by nothing, also not by `Debug`.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretKey").field("public", &self.public()).finish_non_exhaustive()
    }
}

impl SecretKey {
    /// Makes a key from the system's randomness, and writes it to a new file of mode 0600; the
    /// public one beside it, in a file with `.pub` behind its name.
    ///
    /// # Errors
    ///
    /// [`KeyError`]; a file that is there already is not overwritten.
    pub fn generate(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |source| KeyError::System { path, source }
        };
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| failed(path)(io::Error::other(error)))?;
        let key = Self(SigningKey::from_bytes(&seed));
        write_new(path, 0o600, &format!("{SECRET} {}\n", hex(&seed))).map_err(failed(path))?;
        let public = public_path(path);
        let line = format!("{PUBLIC} {}\n", hex(key.0.verifying_key().as_bytes()));
        write_new(&public, 0o644, &line).map_err(failed(&public))?;
        Ok(key)
    }

    /// Reads a key that [`generate`](Self::generate) wrote.
    ///
    /// # Errors
    ///
    /// [`KeyError`]; a file that others may read is refused.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        Ok(Self(SigningKey::from_bytes(&read(path, SECRET, true)?)))
    }

    /// The key that checks what this one signs.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// Checks signatures.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

impl PublicKey {
    /// Reads the file beside a secret key's.
    ///
    /// # Errors
    ///
    /// [`KeyError`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        let wrong = |_| KeyError::Format { path: path.to_path_buf(), wanted: PUBLIC };
        VerifyingKey::from_bytes(&read(path, PUBLIC, false)?).map(Self).map_err(wrong)
    }

    /// The first digits of the key: by them a checkpoint says whose it is.
    #[must_use]
    pub fn id(&self) -> String {
        let digits = hex(self.0.as_bytes());
        digits.chars().take(16).collect()
    }

    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    pub(super) fn signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

/// Where the public key of a secret one's file is.
fn public_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

fn write_new(path: &Path, mode: u32, line: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    set_mode(&mut options, mode);
    let mut file = options.open(path)?;
    file.write_all(line.as_bytes())?;
    file.sync_all()
}

#[cfg(unix)]
fn set_mode(options: &mut fs::OpenOptions, mode: u32) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(mode);
}

#[cfg(not(unix))]
fn set_mode(_options: &mut fs::OpenOptions, _mode: u32) {}

#[cfg(unix)]
fn is_open_to_others(file: &fs::File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_file: &fs::File) -> io::Result<bool> {
    Ok(false)
}

fn read(path: &Path, word: &'static str, is_secret: bool) -> Result<[u8; 32], KeyError> {
    let failed = |source| KeyError::System { path: path.to_path_buf(), source };
    let file = fs::File::open(path).map_err(failed)?;
    if is_secret && is_open_to_others(&file).map_err(failed)? {
        return Err(KeyError::Open { path: path.to_path_buf() });
    }
    let mut line = String::new();
    file.take(MOST_BYTES).read_to_string(&mut line).map_err(failed)?;
    let digits = line.trim_end().strip_prefix(word).and_then(|rest| rest.strip_prefix(' '));
    let wrong = || KeyError::Format { path: path.to_path_buf(), wanted: word };
    digits.and_then(from_hex).ok_or_else(wrong)
}

/// A key that cannot be had.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyError {
    /// What the system said of the file.
    System {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Others may read the secret key.
    Open {
        /// The file.
        path: PathBuf,
    },
    /// It is no such key.
    Format {
        /// The file.
        path: PathBuf,
        /// The word that it should begin with.
        wanted: &'static str,
    },
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System { path, source } => write!(f, "key {}: {source}", path.display()),
            Self::Open { path } => {
                write!(f, "key {} is open to others; use mode 600", path.display())
            }
            Self::Format { path, wanted } => {
                write!(f, "{} is no key: it should begin with `{wanted}`", path.display())
            }
        }
    }
}

impl core::error::Error for KeyError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::System { source, .. } => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_read_again() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("audit.key");
        let made = SecretKey::generate(&path).unwrap();
        let read = SecretKey::read(&path).unwrap();
        let public = PublicKey::read(home.path().join("audit.key.pub")).unwrap();
        assert_eq!((made.public(), read.public()), (public, public));
        let signature = made.sign(b"message");
        assert!(public.signed(b"message", &signature) && !public.signed(b"messag3", &signature));
        assert!(SecretKey::generate(&path).is_err(), "it is not overwritten");
        let text = fs::read_to_string(&path).unwrap();
        let secret = text.trim_end().split(' ').next_back().unwrap();
        assert!(!format!("{made:?}").contains(&secret[..16]), "{made:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("audit.key");
        SecretKey::generate(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = SecretKey::read(&path).unwrap_err();
        assert!(error.to_string().contains("mode 600"), "{error}");
    }

    #[test]
    fn what_is_no_key_is_named() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        for text in ["", "x", "hydra-audit-public-1 zz", "hydra-audit-public-1 00"] {
            fs::write(&path, text).unwrap();
            let error = PublicKey::read(&path).unwrap_err();
            assert!(error.to_string().contains("hydra-audit-public-1"), "{error}");
        }
    }
}
