//! What can be wrong with a log, where, and what to do about it.

use core::fmt;
use std::io;

use hydra_log_core::record::dictionary::DictionaryError;

/// Something that could not be read. What stands behind it still comes.
#[derive(Debug)]
pub struct Problem {
    /// Where it begins: bytes from the start of the log.
    pub offset: u64,
    /// What it is.
    pub trouble: Trouble,
}

/// What is wrong at a place.
#[derive(Debug)]
#[non_exhaustive]
pub enum Trouble {
    /// The log does not begin with a block.
    NotALog {
        /// Its first bytes, as many as eight.
        begins: Vec<u8>,
    },
    /// Bytes that are no block.
    Skipped {
        /// How many.
        bytes: u64,
    },
    /// A block whose sum does not match.
    Damaged {
        /// Its bytes.
        bytes: u64,
    },
    /// A block that was not written to its end.
    Torn {
        /// How many bytes of it are there.
        bytes: u64,
        /// How many there should be; 0 when even that is missing.
        wanted: u64,
    },
    /// A block of another version.
    Version(u8),
    /// A block of a kind that is not known.
    Kind(u8),
    /// A block with something done to it that is not known.
    Flags(u8),
    /// A compressed block, and this program is built without the feature `zstd`.
    Compressed {
        /// How many records are in it; 0 if it holds none.
        records: u64,
    },
    /// Compressed bytes that are not.
    Zstd(String),
    /// A whole block whose payload makes no sense.
    Payload {
        /// What does not.
        what: &'static str,
        /// How many of its records could not be read.
        lost: u64,
    },
    /// A dictionary with an entry that is not understood.
    Dictionary(DictionaryError),
    /// Records, sites or threads in front of any session.
    NoSession,
    /// A site that no dictionary describes.
    UnknownSite(u32),
    /// A firmware's stream, which its program decodes.
    Firmware,
    /// A block of a server's log in a firmware's stream.
    NotFirmware,
    /// Records of another build of the firmware than those that were given.
    OtherImage {
        /// The build id in the stream, or as much of it as is known.
        stream: String,
        /// The build ids of the programs.
        given: String,
    },
    /// The system did not give more bytes.
    Read(io::Error),
}

impl Trouble {
    pub(crate) fn at(self, offset: u64) -> Problem {
        Problem { offset, trouble: self }
    }

    /// Whether a part of the log is lost by it: not so for what a newer reader would read.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        !matches!(
            self,
            Self::Version(_)
                | Self::Kind(_)
                | Self::Flags(_)
                | Self::Compressed { .. }
                | Self::Firmware
                | Self::NotFirmware
                | Self::OtherImage { .. }
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.offset, self.trouble)
    }
}

impl core::error::Error for Problem {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match &self.trouble {
            Trouble::Read(error) => Some(error),
            Trouble::Dictionary(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotALog { begins } => {
                let shown = begins.escape_ascii();
                write!(f, "not a binary log of hydra: it begins with \"{shown}\"")?;
                let is_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t');
                match !begins.is_empty() && begins.iter().all(is_text) {
                    true => f.write_str("; this looks like text, which needs no decoding"),
                    false => f.write_str("; name a file that File::binary wrote"),
                }
            }
            Self::Skipped { bytes } => {
                write!(f, "{bytes} bytes are no block: damaged, or not written by hydra")
            }
            Self::Damaged { bytes } => {
                write!(f, "a block of {bytes} bytes is damaged: its records are lost")
            }
            Self::Torn { bytes, wanted: 0 } => {
                write!(f, "the last {bytes} bytes are the beginning of a block")
            }
            Self::Torn { bytes, wanted } => write!(
                f,
                "a block of {wanted} bytes ends after {bytes}: the process ended while it wrote, \
                 or the file is cut"
            ),
            Self::Version(version) => write!(
                f,
                "a block of version {version}, and this reader knows up to {}: use a newer one",
                hydra_log_core::block::VERSION
            ),
            Self::Kind(kind) => {
                write!(f, "a block of unknown kind {kind} is left out: use a newer reader")
            }
            Self::Flags(flags) => {
                write!(f, "a block with unknown flags {flags:#04x} is left out: use a newer reader")
            }
            Self::Compressed { records } => write!(
                f,
                "a block compressed by zstd with {records} records is left out: build this program \
                 with the feature `zstd`"
            ),
            Self::Zstd(reason) => write!(f, "a block that zstd does not understand: {reason}"),
            Self::Payload { what, lost: 0 } => write!(f, "a block with {what}"),
            Self::Payload { what, lost } => {
                write!(f, "a block with {what}: {lost} records are lost")
            }
            Self::Dictionary(error) => write!(f, "a block with a damaged dictionary: {error}"),
            Self::NoSession => f.write_str(
                "a block in front of any session: the beginning of the log is missing, texts of \
                 its messages with it",
            ),
            Self::UnknownSite(site) => write!(
                f,
                "records of site {site}, which no dictionary describes: the block that did is lost"
            ),
            Self::Firmware => f.write_str(
                "a firmware's stream: name the program that wrote it, `hydra decode --elf FILE`",
            ),
            Self::NotFirmware => {
                f.write_str("a block of a server's log is left out: decode that without `--elf`")
            }
            Self::OtherImage { stream, given } => write!(
                f,
                "records of another build are left out: the stream's is {stream}, the program's is \
                 {given}"
            ),
            Self::Read(error) => write!(f, "cannot read on: {error}"),
        }
    }
}
