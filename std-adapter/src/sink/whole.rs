//! Whole writes out of partial ones.

use core::time::Duration;
use std::io;

use super::WriteError;

/// How long a descriptor that takes nothing (a full pipe that does not block) is waited for, before
/// its lane keeps the rest and tries again later.
pub(super) const PATIENCE: Duration = Duration::from_millis(20);

/// Writes all of `bytes` by as many calls as it takes. When a call says that it would block,
/// `wait` says whether it is worth another one.
pub(super) fn write_whole(
    bytes: &[u8],
    mut write: impl FnMut(&[u8]) -> io::Result<usize>,
    mut wait: impl FnMut() -> io::Result<bool>,
) -> Result<(), WriteError> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let failure = match write(rest) {
            Ok(0) => io::Error::from(io::ErrorKind::WriteZero),
            Ok(count) => {
                rest = rest.get(count..).unwrap_or_default();
                continue;
            }
            Err(error) => match error.kind() {
                io::ErrorKind::Interrupted => continue,
                io::ErrorKind::WouldBlock => match wait() {
                    Ok(true) => continue,
                    Ok(false) => error,
                    Err(again) if again.kind() == io::ErrorKind::Interrupted => continue,
                    Err(other) => other,
                },
                _ => error,
            },
        };
        return Err(WriteError { written: bytes.len() - rest.len(), source: failure });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scripted(script: &[Result<usize, io::ErrorKind>]) -> (Vec<u8>, Result<(), WriteError>) {
        let mut got = Vec::new();
        let mut script = script.iter();
        let result = write_whole(
            b"abcdef",
            |bytes| {
                let count = script.next().copied().unwrap_or(Ok(bytes.len()))?;
                got.extend_from_slice(&bytes[..count]);
                Ok(count)
            },
            || Ok(true),
        );
        (got, result)
    }

    #[test]
    fn goes_on_after_partial_and_interrupted_calls() {
        use io::ErrorKind::{Interrupted, WouldBlock};
        let (got, result) = scripted(&[Ok(1), Err(Interrupted), Ok(2), Err(WouldBlock)]);
        assert_eq!(got, b"abcdef");
        assert!(result.is_ok());
    }

    #[test]
    fn says_how_far_it_came() {
        let (got, result) = scripted(&[Ok(2), Err(io::ErrorKind::StorageFull)]);
        let error = result.unwrap_err();
        assert_eq!((got.len(), error.written), (2, 2));
        assert_eq!(error.source.kind(), io::ErrorKind::StorageFull);
        let (_, result) = scripted(&[Ok(0)]);
        assert_eq!(result.unwrap_err().source.kind(), io::ErrorKind::WriteZero);
    }

    #[test]
    fn gives_up_waiting() {
        let blocked = |_: &[u8]| Err(io::ErrorKind::WouldBlock.into());
        let error = write_whole(b"a", blocked, || Ok(false)).unwrap_err();
        assert_eq!(error.source.kind(), io::ErrorKind::WouldBlock);
    }
}
