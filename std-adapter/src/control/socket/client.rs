//! The other end: asks a process for something, and waits for its answer.

use core::time::Duration;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::directory::{is_private, processes, socket_of};
use crate::control::AskError;
use crate::sys::peer;

/// How long a process may say nothing. A flush takes 30 s at the most.
const PATIENCE: Duration = Duration::from_secs(40);

/// No answer is longer.
const LONGEST: u64 = 16 << 20;

/// Asks a process that listens in this directory (see
/// [`Builder::control`](crate::Builder::control)) for something; its answer in lines.
///
/// ```
/// use hydra_log::{Builder, control, sink::Memory};
/// # let parent = tempfile::tempdir()?;
/// # let directory = parent.path().join("control");
/// let engine = Builder::new().sink(Memory::new()).control(&directory).build()?;
/// let process = std::process::id();
/// let answer = control::ask(&directory, process, "level my_app::net=debug for 60s")?;
/// assert!(answer[0].starts_with("my_app::net=debug for "));
/// let error = control::ask(&directory, process, "levle my_app=debug").unwrap_err();
/// assert_eq!(error.to_string(), "unknown command `levle`, did you mean `level`?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`AskError`]: nobody listens there, or refuses.
pub fn ask(directory: &Path, process: u32, request: &str) -> Result<Vec<String>, AskError> {
    let path = socket_of(directory, process);
    is_private(directory).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => nobody(directory, process),
        _ => AskError::System { source },
    })?;
    let mut stream = match UnixStream::connect(&path) {
        Ok(stream) => stream,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Err(nobody(directory, process));
        }
        Err(source) => return Err(AskError::System { source }),
    };
    let answer = converse(&mut stream, request).map_err(|source| AskError::System { source })?;
    let mut lines = answer.lines();
    match lines.next() {
        Some("ok") => Ok(lines.take_while(|line| !line.is_empty()).map(str::to_owned).collect()),
        Some(line) if line.starts_with("error ") => {
            let reason = line.strip_prefix("error ").unwrap_or(line).to_owned();
            Err(AskError::Refused { reason })
        }
        _ => {
            let source = io::Error::new(io::ErrorKind::InvalidData, "its answer is none");
            Err(AskError::System { source })
        }
    }
}

fn nobody(directory: &Path, process: u32) -> AskError {
    let others = processes(directory).into_iter().filter(|other| *other != process).collect();
    AskError::Nobody { process, directory: directory.to_owned(), others }
}

fn converse(stream: &mut UnixStream, request: &str) -> io::Result<String> {
    if peer::user_of(stream)? != peer::user() {
        let reason = "another user listens there";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
    }
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(request.replace(['\n', '\r'], " ").as_bytes())?;
    stream.write_all(b"\n")?;
    stream.shutdown(std::net::Shutdown::Write)?;
    let mut answer = String::new();
    stream.take(LONGEST).read_to_string(&mut answer)?;
    Ok(answer)
}
