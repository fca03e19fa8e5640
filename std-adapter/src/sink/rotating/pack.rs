//! Compressing files that made way: under a name of its own until it is whole.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::Compression;
use super::names::{Family, PACKED, UNFINISHED};

/// Compresses all that are not. What was left unfinished is begun anew.
pub(super) fn all(family: &Family, compression: Compression) -> io::Result<()> {
    for path in family.unfinished()? {
        fs::remove_file(path)?;
    }
    for member in family.members()? {
        let name = member.path.to_string_lossy();
        if !PACKED.iter().any(|end| name.ends_with(end)) {
            one(&member.path, compression)?;
        }
    }
    Ok(())
}

fn one(path: &Path, compression: Compression) -> io::Result<()> {
    let end = match compression {
        #[cfg(feature = "gzip")]
        Compression::Gzip => ".gz",
        #[cfg(feature = "zstd")]
        Compression::Zstd => ".zst",
    };
    let packed = with_end(path, end);
    if !packed.exists() {
        let unfinished = with_end(&packed, UNFINISHED);
        write(path, &unfinished, compression)?;
        fs::rename(&unfinished, &packed)?;
    }
    // Only now, when all of it is there under its last name.
    fs::remove_file(path)
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn write(from: &Path, to: &Path, compression: Compression) -> io::Result<()> {
    let mut source = fs::File::open(from)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let target = options.open(to)?;
    let target = match compression {
        #[cfg(feature = "gzip")]
        Compression::Gzip => {
            let level = flate2::Compression::default();
            let mut packer = flate2::write::GzEncoder::new(target, level);
            copy(&mut source, &mut packer)?;
            packer.finish()?
        }
        #[cfg(feature = "zstd")]
        Compression::Zstd => {
            let mut packer = zstd::stream::write::Encoder::new(target, 3)?;
            copy(&mut source, &mut packer)?;
            packer.finish()?
        }
    };
    // The lines are removed next: they have to be on the disk.
    target.sync_all()
}

fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    io::copy(from, to).map(|_bytes| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "gzip")]
    #[test]
    fn what_was_left_unfinished_is_done_again_and_once() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        fs::write(at("app.log"), "now").unwrap();
        fs::write(at("app.log.1"), "first\n".repeat(1000)).unwrap();
        fs::write(at("app.log.1.gz.part"), "torn").unwrap();
        // Whole already, but the process ended before the other one was removed.
        fs::write(at("app.log.2"), "second\n").unwrap();
        fs::copy(at("app.log.2"), at("app.log.2.gz")).unwrap();
        all(&Family::of(&at("app.log")), Compression::Gzip).unwrap();
        let mut text = String::new();
        let packed = fs::File::open(at("app.log.1.gz")).unwrap();
        flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
        assert_eq!(text, "first\n".repeat(1000));
        let mut names: Vec<_> = fs::read_dir(place.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["app.log", "app.log.1.gz", "app.log.2.gz"]);
    }
}
