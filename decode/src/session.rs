//! What is known while a log is read: who wrote it, its sites, its threads.

use core::fmt;
use std::collections::HashMap;
use std::sync::Arc;

use hydra_log_core::block::{Kind, SESSION_MAGIC, SESSION_RECOVERED};
use hydra_log_core::record::dictionary::{self, DictionaryError, Entry};
use hydra_log_core::render::{TypeInfo, Types};
use hydra_log_core::site::SiteId;

use crate::blocks::Block;
use crate::problem::{Problem, Trouble};

/// A stretch of a log that one process wrote.
#[derive(Clone, Default)]
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
    /// Whether its process died and somebody else wrote these records for it.
    pub recovered: bool,
    /// Which session of the log it is, from 1.
    pub number: u64,
    /// Entries as they stand in dictionaries.
    sites: HashMap<u32, Box<[u8]>>,
    threads: HashMap<u32, Thread>,
}

/// A thread as the log knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    /// The system's number for it; 0 if unknown.
    pub id: u64,
    /// Its name, if it has one.
    pub name: Option<String>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("program", &self.program)
            .field("process", &self.process)
            .field("start_ns", &self.start_ns)
            .field("sites", &self.sites.len())
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// The descriptor of a site, if a dictionary had it.
    #[must_use]
    pub fn site(&self, id: SiteId) -> Option<Entry<'_>> {
        Entry::parse(self.sites.get(&id.0)?).ok()
    }

    /// All descriptors, in no particular order.
    pub fn sites(&self) -> impl Iterator<Item = Entry<'_>> {
        self.sites.values().filter_map(|bytes| Entry::parse(bytes).ok())
    }

    /// A thread by its number in records.
    #[must_use]
    pub fn thread(&self, number: u32) -> Option<&Thread> {
        self.threads.get(&number)
    }

    /// Nanoseconds since the Unix epoch, of a record's time.
    #[inline]
    #[must_use]
    pub fn time_ns(&self, ticks: u64) -> u64 {
        const NS: u64 = 1_000_000_000;
        if self.ticks_per_second == NS {
            return self.epoch_ns.saturating_add(ticks);
        }
        let ns = u128::from(ticks) * u128::from(NS) / u128::from(self.ticks_per_second.max(1));
        self.epoch_ns.saturating_add(u64::try_from(ns).unwrap_or(u64::MAX))
    }

    fn parse(payload: &[u8]) -> Option<Self> {
        let mut scan = Scan(payload.strip_prefix(&SESSION_MAGIC)?);
        let [start_ns, ticks_per_second, epoch_ns] = [scan.u64()?, scan.u64()?, scan.u64()?];
        let (process, program) = (scan.u32()?, scan.name()?.to_owned());
        // Bytes behind this one belong to a later version.
        let recovered = scan.0.first() == Some(&SESSION_RECOVERED);
        let known =
            Self { start_ns, ticks_per_second, epoch_ns, process, program, ..Self::default() };
        Some(Self { recovered, ..known })
    }

    fn add_sites(&mut self, payload: &[u8]) -> Result<(), DictionaryError> {
        let mut reader = dictionary::Reader::new(payload)?;
        loop {
            let start = reader.position();
            let Some(entry) = reader.next() else { return Ok(()) };
            let bytes = payload.get(start..reader.position()).unwrap_or_default();
            self.sites.insert(entry?.id.0, bytes.into());
        }
    }

    /// Takes in one entry, its length in front.
    pub(crate) fn add_entry(&mut self, entry: Vec<u8>) -> Result<(), DictionaryError> {
        let id = Entry::parse(&entry)?.id;
        self.sites.insert(id.0, entry.into());
        Ok(())
    }

    /// Takes in a site that is in no dictionary.
    pub(crate) fn add_site(&mut self, entry: Entry<'_>) {
        let mut bytes = Vec::new();
        let written = dictionary::write_entries([entry], |part| {
            bytes.extend_from_slice(part);
            Ok::<(), core::convert::Infallible>(())
        });
        let understood = written.is_ok().then(|| self.add_sites(&bytes));
        debug_assert!(matches!(understood, Some(Ok(()))), "what was written can be read");
    }

    fn add_threads(&mut self, payload: &[u8]) -> Option<()> {
        let mut scan = Scan(payload);
        while !scan.0.is_empty() {
            let (number, id, name) = (scan.u32()?, scan.u64()?, scan.name()?);
            let name = (!name.is_empty()).then(|| name.to_owned());
            self.threads.insert(number, Thread { id, name });
        }
        Some(())
    }
}

impl Types for Session {
    fn type_site(&self, id: SiteId) -> Option<TypeInfo<'_>> {
        TypeInfo::of_entry(&self.site(id)?)
    }
}

/// Follows a log from session to session.
///
/// What it gives out stays as it is: a later block changes a copy where somebody still has it.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    current: Option<Arc<Session>>,
    count: u64,
}

impl Sessions {
    /// In front of any session.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The session that the last block belongs to.
    #[must_use]
    pub fn current(&self) -> Option<&Arc<Session>> {
        self.current.as_ref()
    }

    /// Takes in a block whose payload is not compressed (any more). Blocks of records only have to
    /// have a session.
    ///
    /// # Errors
    ///
    /// When the payload is not what its kind says. What was understood of it is taken in.
    pub fn take(&mut self, block: &Block<'_>, payload: &[u8]) -> Result<(), Problem> {
        self.understand(block.head.kind(), payload).map_err(|trouble| trouble.at(block.offset))
    }

    fn understand(&mut self, kind: Option<Kind>, payload: &[u8]) -> Result<(), Trouble> {
        let Some(kind) = kind else { return Ok(()) };
        if kind == Kind::Session {
            self.current = None;
            let nonsense = Trouble::Payload { what: "no facts of a session", lost: 0 };
            let session = Session::parse(payload).ok_or(nonsense)?;
            self.count += 1;
            self.current = Some(Arc::new(Session { number: self.count, ..session }));
            return Ok(());
        }
        if matches!(kind, Kind::Image | Kind::Firmware) {
            return Err(Trouble::Firmware);
        }
        let session = self.current.as_mut().ok_or(Trouble::NoSession)?;
        match kind {
            Kind::Dictionary => {
                Arc::make_mut(session).add_sites(payload).map_err(Trouble::Dictionary)
            }
            Kind::Threads => Arc::make_mut(session)
                .add_threads(payload)
                .ok_or(Trouble::Payload { what: "no names of threads", lost: 0 }),
            _ => Ok(()),
        }
    }
}

/// Numbers and names off the front of bytes.
struct Scan<'a>(&'a [u8]);

impl<'a> Scan<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn name(&mut self) -> Option<&'a str> {
        let [len] = self.array()?;
        let (name, rest) = self.0.split_at_checked(len.into())?;
        self.0 = rest;
        core::str::from_utf8(name).ok()
    }
}
