//! Where a file is gone on: how it ends, and what the file beside it says of that.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::chain::{Beside, CHECKPOINT, Checkpoint, Kind, Line, Tag, first_tag};
use super::key::{PublicKey, SecretKey};

/// A line longer than this is taken for somebody else's.
pub(super) const MOST_LINE: u64 = 16 << 20;

/// A checkpoint's line is shorter than this.
const MOST_HEAD: u64 = 4096;

/// Where the last checkpoint is kept.
pub(super) fn head_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".head");
    PathBuf::from(name)
}

/// The file beside an audit file.
pub(super) enum Head {
    /// There is none.
    None,
    /// It is none of this key's.
    Foreign,
    Signed(Checkpoint),
}

impl Head {
    pub(super) fn read(path: &Path, key: &PublicKey) -> io::Result<Self> {
        let file = match fs::File::open(head_path(path)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::None),
            Err(error) => return Err(error),
        };
        let mut line = Vec::new();
        file.take(MOST_HEAD).read_to_end(&mut line)?;
        let checkpoint = Checkpoint::parse(line.strip_suffix(b"\n").unwrap_or(&line));
        let signed = checkpoint.filter(|it| it.is_signed_by(key));
        Ok(signed.map_or(Self::Foreign, Self::Signed))
    }

    /// The tag behind its checkpoint.
    pub(super) fn tag(&self) -> Option<Tag> {
        match self {
            Self::Signed(checkpoint) => Some(checkpoint.tag_behind()),
            Self::None | Self::Foreign => None,
        }
    }
}

/// Where a file is gone on.
pub(super) struct End {
    pub(super) kind: Kind,
    pub(super) seq: u64,
    pub(super) tag: Tag,
    /// How many bytes whole lines have.
    pub(super) len: u64,
    /// A line that a process left unfinished.
    pub(super) torn: Vec<u8>,
    pub(super) beside: Beside,
}

impl End {
    pub(super) fn of(
        file: &mut fs::File,
        key: &SecretKey,
        head: &Head,
        path: &Path,
    ) -> io::Result<Self> {
        let public = key.public();
        let foreign = |what: &str| {
            let text = format!("{} {what}; name another file", path.display());
            io::Error::new(io::ErrorKind::InvalidData, text)
        };
        let all = file.seek(SeekFrom::End(0))?;
        // Two lines at the most are looked for: an unfinished one, and the one before.
        let from = all.saturating_sub(2 * MOST_LINE);
        file.seek(SeekFrom::Start(from))?;
        let mut tail = Vec::new();
        file.take(2 * MOST_LINE).read_to_end(&mut tail)?;
        if is_new(&tail) {
            // Not even its first line is there: nothing was logged yet.
            file.set_len(0)?;
            return match head {
                Head::None => Ok(Self::new(0, first_tag(&public))),
                Head::Signed(head) => Ok(Self::new(head.seq, head.tag_behind())),
                Head::Foreign => Err(foreign("has a .head that another key signed")),
            };
        }
        let whole = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let torn = tail.get(whole..).unwrap_or_default().to_vec();
        let lines = tail.get(..whole.saturating_sub(1)).unwrap_or_default();
        let line = lines.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let (seq, tag) = match Line::parse(line) {
            Line::Record { seq, tag, .. } => (seq, tag),
            Line::Checkpoint(checkpoint) if checkpoint.is_signed_by(&public) => {
                (checkpoint.seq, checkpoint.tag_behind())
            }
            Line::Checkpoint(_) => return Err(foreign("is signed by another key")),
            Line::Other => return Err(foreign("does not end as an audit file does")),
        };
        let (len, beside) = (all - torn.len() as u64, beside(head, lines, from == 0));
        Ok(Self { kind: Kind::Begin, seq, tag, len, torn, beside })
    }

    fn new(seq: u64, tag: Tag) -> Self {
        Self { kind: Kind::File, seq, tag, len: 0, torn: Vec::new(), beside: Beside::Fits }
    }
}

/// Whether that is all of a file whose first line was never finished.
fn is_new(bytes: &[u8]) -> bool {
    let begin = CHECKPOINT.as_bytes();
    let common = bytes.len().min(begin.len());
    !bytes.contains(&b'\n') && bytes.get(..common) == begin.get(..common)
}

/// What the file beside says of these lines, the last ones.
///
/// Whatever is behind its checkpoint is chained to it; so if that stands there, nothing signed is
/// missing. A process that was killed may have written more checkpoints than the last one kept.
fn beside(head: &Head, lines: &[u8], is_all: bool) -> Beside {
    let mut lines = lines.split(|byte| *byte == b'\n');
    match head {
        Head::Signed(head) => {
            let line = head.line();
            let is_there = lines.any(|it| it == line.as_bytes());
            if is_there { Beside::Fits } else { Beside::Ahead(head.seq) }
        }
        // Killed before the first one was kept.
        Head::None if is_all && lines.count() == 1 => Beside::Fits,
        Head::None | Head::Foreign => Beside::Gone,
    }
}
