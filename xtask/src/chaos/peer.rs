//! What a victim writes to beside its file, a pipe or a socket, and who reads that.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

/// What the second sink is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// There is none.
    None,
    Pipe,
    Socket,
}

impl Kind {
    /// Each in turn, whatever the way to die.
    pub(super) fn of(round: u64, ways: u64) -> Self {
        match (round / ways) % 3 {
            0 => Self::None,
            1 => Self::Pipe,
            _ => Self::Socket,
        }
    }

    /// The victim's word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pipe => "pipe",
            Self::Socket => "socket",
        }
    }
}

/// What ends the reading.
const END: &[u8] = b"that was all\n";

/// Reads all that every life writes to the second sink.
pub(super) struct Reader {
    path: PathBuf,
    reading: JoinHandle<std::io::Result<Vec<u8>>>,
    end: fn(&Path) -> std::io::Result<()>,
}

impl Reader {
    /// Makes the pipe or the socket in a directory. `None` where the kind has none.
    pub(super) fn start(kind: Kind, place: &Path) -> std::io::Result<Option<Self>> {
        let path = place.join("peer");
        match kind {
            Kind::None => Ok(None),
            Kind::Pipe => system::pipe(path).map(Some),
            Kind::Socket => system::socket(path).map(Some),
        }
    }

    /// Nobody writes any more: what was read.
    pub(super) fn end(self) -> Result<Vec<u8>, String> {
        (self.end)(&self.path).map_err(|error| error.to_string())?;
        let read = self.reading.join().map_err(|_panic| "the reader panicked".to_owned())?;
        read.map_err(|error| error.to_string())
    }
}

#[cfg(unix)]
mod system {
    use super::{END, Path, PathBuf, Reader, fs, thread};
    use std::io::{Error, Read, Result, Write};
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::process::Command;

    pub(super) fn pipe(path: PathBuf) -> Result<Reader> {
        if !Command::new("mkfifo").arg(&path).status()?.success() {
            return Err(Error::other("mkfifo failed"));
        }
        // Open for writing, too: so it is there before the victim, and between two of them.
        let mut pipe = fs::OpenOptions::new().read(true).write(true).open(&path)?;
        let reading = thread::spawn(move || {
            let (mut text, mut some) = (Vec::new(), [0; 1 << 14]);
            while !text.ends_with(END) {
                let count = pipe.read(&mut some)?;
                text.extend_from_slice(some.get(..count).unwrap_or_default());
            }
            text.truncate(text.len() - END.len());
            Ok(text)
        });
        let end = |path: &Path| fs::OpenOptions::new().write(true).open(path)?.write_all(END);
        Ok(Reader { path, reading, end })
    }

    pub(super) fn socket(path: PathBuf) -> Result<Reader> {
        let listener = UnixListener::bind(&path)?;
        let reading = thread::spawn(move || {
            let mut text = Vec::new();
            loop {
                let mut life = Vec::new();
                listener.accept()?.0.read_to_end(&mut life)?;
                if life == END {
                    return Ok(text);
                }
                text.append(&mut life);
                // Half a line ends with its connection.
                text.push(b'\n');
            }
        });
        let end = |path: &Path| UnixStream::connect(path)?.write_all(END);
        Ok(Reader { path, reading, end })
    }
}

#[cfg(not(unix))]
mod system {
    use super::{END, PathBuf, Reader, thread};
    use std::io::{Error, Result};

    pub(super) fn pipe(path: PathBuf) -> Result<Reader> {
        let reading = thread::spawn(|| Ok(END.to_vec()));
        drop(Reader { path, reading, end: |_path| Ok(()) });
        Err(Error::other("no pipes here"))
    }

    pub(super) fn socket(path: PathBuf) -> Result<Reader> {
        pipe(path)
    }
}

/// Reads what arrived: every record up to the witness, at least once; what is there before is in
/// order, and the second time it is marked. How many are missing, and how many are there twice.
pub(super) fn judge(text: &[u8], witness: &[u64]) -> Result<(u64, u64), String> {
    let mut times: Vec<Vec<u32>> = witness.iter().map(|_| Vec::new()).collect();
    let mut next = vec![0; witness.len()];
    let mut doubled = 0;
    for line in text.split(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(line);
        // Death comes in the middle of a line.
        let (whole, is_marked) = match line.strip_suffix(" of a thread [recovered]") {
            Some(whole) => (whole, true),
            None => match line.strip_suffix(" of a thread") {
                Some(whole) => (whole, false),
                None => continue,
            },
        };
        let Some((_, numbers)) = whole.split_once(" record ") else { continue };
        let mut numbers = numbers.split(' ').map(str::parse::<usize>);
        let (Some(Ok(thread)), Some(Ok(count)), None) =
            (numbers.next(), numbers.next(), numbers.next())
        else {
            return Err(format!("half a line in another one: {line:?}"));
        };
        let (Some(times), Some(next)) = (times.get_mut(thread), next.get_mut(thread)) else {
            return Err(format!("no such thread: {line:?}"));
        };
        if !is_marked && count < *next {
            return Err(format!("doubled or out of order, and not marked: {line:?}"));
        }
        *next = (*next).max(count + 1);
        if times.len() <= count {
            times.resize(count + 1, 0);
        }
        let Some(time) = times.get_mut(count) else { continue };
        *time += 1;
        doubled += u64::from(*time > 1);
    }
    let mut lost = 0;
    for (times, returned) in times.iter().zip(witness) {
        let there = times.iter().take(usize::try_from(*returned).unwrap_or(usize::MAX));
        lost += returned - there.filter(|time| **time > 0).count() as u64;
    }
    Ok((lost, doubled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_what_arrived() {
        let line =
            |count: u32, mark: &str| format!("12:00 a: record 0 {count} of a thread{mark}\n");
        let again = " [recovered]";
        let of = |lines: &[String], returned| judge(lines.concat().as_bytes(), &[returned]);
        assert_eq!(of(&[line(0, ""), line(1, "")], 2), Ok((0, 0)));
        assert_eq!(of(&[line(0, ""), line(1, "")], 3), Ok((1, 0)));
        assert_eq!(of(&[line(0, ""), line(0, again), line(1, again)], 2), Ok((0, 1)));
        assert_eq!(of(&[line(1, ""), line(2, again)], 3), Ok((1, 0)));
        assert!(of(&[line(0, ""), line(0, "")], 1).is_err(), "a double that is not marked");
        assert!(of(&[line(1, ""), line(0, "")], 2).is_err(), "out of order");
        let half = "12:00 a: record 0 ".to_owned();
        assert_eq!(of(&[half.clone(), "\n".to_owned(), line(0, again)], 1), Ok((0, 0)));
        assert!(of(&[half, line(0, again)], 1).is_err(), "one line in another");
    }

    #[cfg(unix)]
    #[test]
    fn reads_every_life() {
        use std::io::Write;
        let home = std::env::temp_dir().join(format!("hydra-peer-{}", std::process::id()));
        for kind in [Kind::Pipe, Kind::Socket] {
            fs::create_dir_all(&home).unwrap();
            let reader = Reader::start(kind, &home).unwrap().unwrap();
            for life in ["one\n", "two\n"] {
                let path = home.join("peer");
                let mut writer: Box<dyn Write> = match kind {
                    Kind::Socket => {
                        Box::new(std::os::unix::net::UnixStream::connect(path).unwrap())
                    }
                    _ => Box::new(fs::OpenOptions::new().write(true).open(path).unwrap()),
                };
                writer.write_all(life.as_bytes()).unwrap();
            }
            let text = String::from_utf8(reader.end().unwrap()).unwrap();
            assert!(text.lines().filter(|line| !line.is_empty()).eq(["one", "two"]), "{text}");
            fs::remove_dir_all(&home).unwrap();
        }
        assert!(Reader::start(Kind::None, &home).unwrap().is_none());
    }
}
