//! What a reader has to know before the records: the session, its sites, its threads.

use hydra_log_core::block::{self, HEAD_BYTES, Kind, SESSION_MAGIC, SESSION_RECOVERED};
use hydra_log_core::record::dictionary::{self, Entry};

use super::sum;
use crate::format::ThreadInfo;

/// The longest name of a program that is stored; the longest name of a thread too.
const NAME_BYTES: usize = 255;
/// Descriptors in one block of a dictionary.
const SITES_A_BLOCK: usize = 256;

/// Who writes.
///
/// ```
/// use hydra_log::binary::{Session, session_block};
/// let session = Session::of_this_process();
/// assert_eq!(session.process, std::process::id());
/// assert!(session_block(&session).starts_with(&hydra_log_core::block::MAGIC));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// When it began: nanoseconds since the Unix epoch.
    pub start_ns: u64,
    /// Units of a record's time in a second.
    pub ticks_per_second: u64,
    /// When the time of a record is 0: nanoseconds since the Unix epoch.
    pub epoch_ns: u64,
    /// The process's number.
    pub process: u32,
    /// The program's name.
    pub program: String,
    /// Whether the process died and somebody else wrote these records for it.
    pub recovered: bool,
}

impl Session {
    /// This process, beginning now; records have the engine's time stamps.
    #[must_use]
    pub fn of_this_process() -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let program = std::env::current_exe().ok();
        let name = program.as_deref().and_then(std::path::Path::file_name);
        Self {
            start_ns: now.map_or(0, |now| u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)),
            ticks_per_second: 1_000_000_000,
            epoch_ns: 0,
            process: std::process::id(),
            program: name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            recovered: false,
        }
    }
}

/// The block that begins a session. Behind it sites and threads have to be told anew.
#[must_use]
pub fn session_block(session: &Session) -> Vec<u8> {
    let mut payload = SESSION_MAGIC.to_vec();
    payload.extend(session.start_ns.to_le_bytes());
    payload.extend(session.ticks_per_second.to_le_bytes());
    payload.extend(session.epoch_ns.to_le_bytes());
    payload.extend(session.process.to_le_bytes());
    push_name(&mut payload, &session.program);
    if session.recovered {
        payload.push(SESSION_RECOVERED);
    }
    sealed(Kind::Session, payload)
}

/// The blocks with the descriptors of sites; to stand before the first record of each.
#[must_use]
pub fn dictionary_blocks<'a>(entries: impl IntoIterator<Item = Entry<'a>>) -> Vec<u8> {
    let mut entries = entries.into_iter().peekable();
    let mut bytes = Vec::new();
    while entries.peek().is_some() {
        let mut payload = Vec::new();
        let written = dictionary::write_entries(entries.by_ref().take(SITES_A_BLOCK), |part| {
            payload.extend_from_slice(part);
            Ok::<_, core::convert::Infallible>(())
        });
        let Ok(()) = written;
        bytes.extend(sealed(Kind::Dictionary, payload));
    }
    bytes
}

/// The block with threads by their numbers; to stand before the first record of each.
#[must_use]
pub fn threads_block<'a>(threads: impl IntoIterator<Item = (u32, &'a ThreadInfo)>) -> Vec<u8> {
    let mut payload = Vec::new();
    for (number, info) in threads {
        payload.extend(number.to_le_bytes());
        payload.extend(info.id.to_le_bytes());
        push_name(&mut payload, info.name.as_deref().unwrap_or_default());
    }
    sealed(Kind::Threads, payload)
}

/// The block that says that the process ended in order.
#[must_use]
pub fn end_block() -> Vec<u8> {
    sealed(Kind::End, Vec::new())
}

/// A byte for the length, and the name, cut to what fits.
fn push_name(payload: &mut Vec<u8>, name: &str) {
    let mut end = name.len().min(NAME_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let name = name.get(..end).unwrap_or_default();
    payload.push(u8::try_from(name.len()).unwrap_or(0));
    payload.extend_from_slice(name.as_bytes());
}

/// The whole block. What is too long for one is left out: a reader shows numbers instead of names.
fn sealed(kind: Kind, payload: Vec<u8>) -> Vec<u8> {
    let Some(head) = block::head_by(kind, 0, &payload, sum) else { return Vec::new() };
    let mut bytes = Vec::with_capacity(HEAD_BYTES + payload.len());
    bytes.extend_from_slice(&head);
    bytes.extend_from_slice(&payload);
    bytes
}
