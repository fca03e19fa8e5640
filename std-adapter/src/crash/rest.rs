//! The end of a batch that a process was writing when it died: what is missing in the file.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::image::Lane;
use crate::builder::Output;
use crate::engine::encoding::Encoding;
use crate::sink::Place;

/// How many bytes of others may stand between where a batch was to begin and where it did.
const OTHERS: u64 = 1 << 20;

/// Writes what is missing of a noted batch. `false` if the file cannot be found any more; or if
/// others have written behind the middle of a block, which no reader would put together: what the
/// batch held is written once more then.
///
/// # Errors
///
/// What the system says.
pub(crate) fn complete(output: &mut Output, lane: &Lane<'_>, batch: &[u8]) -> io::Result<bool> {
    let sink = &mut *output.sink;
    let Some(place) = sink.place()? else { return Ok(false) };
    let Some(path) = find(&place, lane)? else { return Ok(false) };
    let tail = read_tail(&path, lane.offset, batch.len() as u64 + OTHERS)?;
    let missing = match output.encoding {
        Encoding::Lines(_) => missing(&tail, batch),
        Encoding::Binary { .. } => {
            let there = common(&tail, batch);
            if there < tail.len().min(batch.len()) {
                return Ok(false);
            }
            batch.get(there..).unwrap_or_default().to_vec()
        }
    };
    if missing.is_empty() {
        return Ok(true);
    }
    if (place.device, place.inode) == (lane.device, lane.inode) {
        sink.write(&missing).map_err(|error| error.source)?;
    } else {
        fs::OpenOptions::new().append(true).open(path)?.write_all(&missing)?;
    }
    Ok(true)
}

/// What of the batch is not in the file whose end, from where the batch was to begin, is `tail`.
fn missing(tail: &[u8], batch: &[u8]) -> Vec<u8> {
    let start = begin(tail, batch);
    let there = tail.get(start..).unwrap_or_default();
    let same = common(there, batch);
    if same == batch.len() {
        return Vec::new();
    }
    if same == there.len() {
        // The line that was cut in two goes on where it ended.
        return batch.get(same..).unwrap_or_default().to_vec();
    }
    // Somebody else has written behind it: the line that was cut stands there again, whole.
    let whole = batch.get(..same).unwrap_or_default();
    let line = whole.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let mut missing = Vec::new();
    if tail.last().is_some_and(|byte| *byte != b'\n') {
        missing.push(b'\n');
    }
    missing.extend_from_slice(batch.get(line..).unwrap_or_default());
    missing
}

/// Where in the tail the batch begins: at the line that has most in common with it.
fn begin(tail: &[u8], batch: &[u8]) -> usize {
    let behind_lines = tail.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let lines = core::iter::once(0).chain(behind_lines.map(|(at, _)| at + 1));
    lines.max_by_key(|&at| common(tail.get(at..).unwrap_or_default(), batch)).unwrap_or(0)
}

fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// The file that the batch went to: where the sink writes now, or beside it, under another name.
fn find(place: &Place, lane: &Lane<'_>) -> io::Result<Option<PathBuf>> {
    if (place.device, place.inode) == (lane.device, lane.inode) {
        return Ok(Some(place.path.clone()));
    }
    let directory = place.path.parent().filter(|parent| !parent.as_os_str().is_empty());
    for entry in fs::read_dir(directory.unwrap_or_else(|| Path::new(".")))? {
        let entry = entry?;
        if entry.file_type()?.is_file() && is_of(&entry.metadata()?, lane) {
            return Ok(Some(entry.path()));
        }
    }
    Ok(None)
}

#[cfg(unix)]
fn is_of(data: &fs::Metadata, lane: &Lane<'_>) -> bool {
    use std::os::unix::fs::MetadataExt;
    (data.dev(), data.ino()) == (lane.device, lane.inode)
}

#[cfg(not(unix))]
fn is_of(_data: &fs::Metadata, _lane: &Lane<'_>) -> bool {
    false
}

fn read_tail(path: &Path, from: u64, most: u64) -> io::Result<Vec<u8>> {
    let mut file = fs::File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.take(most).read_to_end(&mut tail)?;
    Ok(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BATCH: &[u8] = b"12:00 one\n12:01 two\n12:02 three\n";

    fn whole(tail: &[u8]) -> String {
        let mut file = tail.to_vec();
        file.extend_from_slice(&missing(tail, BATCH));
        String::from_utf8(file).unwrap()
    }

    #[test]
    fn goes_on_at_any_byte() {
        for cut in 0..=BATCH.len() {
            assert_eq!(whole(&BATCH[..cut]).as_bytes(), BATCH, "cut at {cut}");
        }
    }

    #[test]
    fn goes_on_behind_lines_of_others() {
        let others = b"others\n";
        for cut in 0..=BATCH.len() {
            let tail = [others, &BATCH[..cut]].concat();
            assert_eq!(whole(&tail).as_bytes(), [others, BATCH].concat(), "cut at {cut}");
        }
    }

    #[test]
    fn a_line_that_others_cut_stands_there_again() {
        for cut in 0..=BATCH.len() {
            let tail = [&BATCH[..cut], b"others\n"].concat();
            let text = whole(&tail);
            for line in ["12:00 one", "12:01 two", "12:02 three"] {
                let there = text.lines().filter(|other| *other == line).count();
                assert_eq!(there, 1, "cut at {cut}: {text}");
            }
        }
    }
}
