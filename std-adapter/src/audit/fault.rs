//! What can be wrong with an audit file, and what was found in one.

use core::fmt;

/// Faults that are kept; those beyond are counted.
const MOST_FAULTS: usize = 1000;

/// What is wrong with a file. Lines count from 1; records by their own numbers, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The file does not begin as one does: its beginning was cut off.
    Beginning,
    /// A record's text is not what was logged, or its tag was changed.
    Edited {
        /// The line.
        line: u64,
        /// The record.
        record: u64,
    },
    /// Records are not there.
    Removed {
        /// The line that follows them; one more than there are where they were the last.
        line: u64,
        /// The first of them.
        from: u64,
        /// The last of them.
        to: u64,
    },
    /// A record stands behind a younger one.
    Moved {
        /// The line.
        line: u64,
        /// The record.
        record: u64,
    },
    /// A record is there already.
    Doubled {
        /// The line.
        line: u64,
        /// The record.
        record: u64,
    },
    /// A line that no engine wrote.
    Foreign {
        /// The line.
        line: u64,
    },
    /// The last line has no end: its process died over it, and the next one will say so; or it was
    /// cut.
    Unfinished {
        /// The line.
        line: u64,
    },
    /// Another file begins in the middle of this one.
    Spliced {
        /// The line.
        line: u64,
    },
    /// The file goes on behind another one, which was not named.
    Before {
        /// The last record of that file.
        record: u64,
    },
    /// The file does not go on where the one named before it was signed last.
    Joint,
    /// A checkpoint that this key did not sign: another key's, or a forged one.
    Signature {
        /// The line.
        line: u64,
        /// Whose it says it is.
        key: String,
    },
    /// Everything since the last signed checkpoint was written anew, or the checkpoint was moved.
    Rewritten {
        /// The line of the checkpoint that says something else.
        line: u64,
        /// The line of the checkpoint before.
        since: u64,
    },
    /// A process that began here found less than was signed: the end had been cut off.
    Cut {
        /// The line.
        line: u64,
        /// How many records had been signed.
        records: u64,
    },
    /// When a process began here, the file beside was gone: whether the end had been cut off
    /// cannot be said.
    HeadGone {
        /// The line.
        line: u64,
    },
    /// The last checkpoint, kept beside the file, does not stand in it: the end was cut off.
    End {
        /// The last record that was signed.
        expected: u64,
        /// The last one that is there, and signed.
        found: u64,
    },
    /// The file beside, with the last checkpoint, is not there, or none of this key's.
    Head,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Beginning => f.write_str("line 1: the beginning was cut off"),
            Self::Edited { line, record } => write!(f, "line {line}: record {record} was edited"),
            Self::Removed { line, from, to } if from == to => {
                write!(f, "line {line}: record {from} before it was removed")
            }
            Self::Removed { line, from, to } => {
                write!(f, "line {line}: records {from} to {to} before it were removed")
            }
            Self::Moved { line, record } => {
                write!(f, "line {line}: record {record} stands behind a younger one")
            }
            Self::Doubled { line, record } => {
                write!(f, "line {line}: record {record} is there already")
            }
            Self::Foreign { line } => write!(f, "line {line}: no engine wrote this line"),
            Self::Unfinished { line } => {
                write!(f, "line {line}: it has no end: its process died over it, or it was cut")
            }
            Self::Spliced { line } => write!(f, "line {line}: another file begins here"),
            Self::Before { record } => {
                write!(f, "line 1: it goes on behind record {record} of a file that was not named")
            }
            Self::Joint => {
                f.write_str("line 1: it does not go on where the file before it was signed last")
            }
            Self::Signature { line, key } => {
                write!(f, "line {line}: a checkpoint of key {key} is not signed by this key")
            }
            Self::Rewritten { line, since } => {
                write!(f, "line {line}: what stands behind line {since} was rewritten")
            }
            Self::Cut { line, records } => {
                write!(
                    f,
                    "line {line}: the end before it was cut off: {records} records were signed"
                )
            }
            Self::HeadGone { line } => write!(
                f,
                "line {line}: the .head was gone when a process began here: the end before it may \
                 be cut off"
            ),
            Self::End { expected, found } => write!(
                f,
                "the end was cut off: {expected} records were signed, {found} are there and signed"
            ),
            Self::Head => f.write_str(
                "the .head beside the file is not there, or not signed by this key: the end may be \
                 cut off",
            ),
        }
    }
}

/// What a file holds, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Lines.
    pub lines: u64,
    /// Records.
    pub records: u64,
    /// How often a process opened it.
    pub sessions: u64,
    /// The number of the last record before the file: it goes on behind another one. Else 0.
    pub behind: u64,
    /// The number of the last record that a signature covers.
    pub signed: u64,
    /// Records that were signed only when the next process began, because theirs was killed: a cut
    /// among them, or more of them, between the two does not show.
    pub adopted: u64,
    /// Records behind it: they are chained, but a cut among them does not show.
    pub unsigned: u64,
    /// Unfinished lines that a process left when it died.
    pub torn: u64,
    /// What is wrong, in the file's order, then what is missing: at most a thousand.
    pub faults: Vec<Fault>,
    /// How many there are.
    pub fault_count: u64,
}

impl Verified {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.fault_count == 0
    }

    pub(super) fn add(&mut self, fault: Fault) {
        self.fault_count += 1;
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        }
    }
}
