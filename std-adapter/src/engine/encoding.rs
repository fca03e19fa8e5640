//! What a lane makes of its records: lines, or blocks of a binary log.
//!
//! Blocks are packed by whoever serves the lane, each for itself. What a reader has to know before
//! them (the session, sites, threads) depends on what the output holds already, so it is put in
//! front when a batch's turn has come.

use std::collections::BTreeSet;
use std::sync::Arc;

use hydra_log_core::record::dictionary::Entry;
use hydra_log_core::site::{self, Site, SiteId, SiteKind};

use crate::binary::{
    self, Packer, Session, dictionary_blocks, end_block, session_block, threads_block,
};
use crate::engine::shared::Shared;
use crate::format::{Buffer, Format, ThreadInfo};
use crate::redact::{Redactor, cleaned_blocks};
use crate::sink::Sink;

/// How records become bytes.
#[derive(Clone)]
pub(crate) enum Encoding {
    /// Each a line.
    Lines(Arc<dyn Format>),
    /// Packed into blocks.
    Binary {
        /// Whether blocks are compressed, where this is built in.
        is_compressed: bool,
    },
}

/// Threads that an output is known to have names of; beyond, they are told again.
const THREADS_KNOWN: usize = 4096;

/// Where a lane writes, and what stands there already.
pub(crate) struct Outlet {
    pub(crate) sink: Box<dyn Sink>,
    told: Option<Told>,
    /// The generation whose header was written.
    headed: Option<u64>,
}

/// What a binary log was told since its session began.
struct Told {
    generation: u64,
    sites: Vec<bool>,
    threads: BTreeSet<u32>,
}

impl Outlet {
    pub(crate) fn new(sink: Box<dyn Sink>) -> Self {
        Self { sink, told: None, headed: None }
    }

    /// What has to stand in front of lines: a format's header, where a file begins.
    pub(crate) fn header<'f>(&mut self, format: &'f dyn Format) -> &'f str {
        let Some(header) = format.header() else { return "" };
        let generation = self.sink.generation();
        if self.headed == Some(generation) {
            return "";
        }
        self.headed = Some(generation);
        match self.sink.place() {
            Ok(Some(place)) if place.offset > 0 => "",
            _ => header,
        }
    }

    /// What has to stand in front of blocks with these sites and threads.
    pub(crate) fn prelude(
        &mut self,
        shared: &Shared,
        names: &Names,
        redactor: Option<&Redactor>,
    ) -> Vec<u8> {
        let generation = self.sink.generation();
        let mut bytes = Vec::new();
        if self.told.as_ref().is_none_or(|told| told.generation != generation) {
            bytes = session_block(&Session::of_this_process());
            let sites = vec![false; site::gate_count()];
            self.told = Some(Told { generation, sites, threads: BTreeSet::new() });
            // Values name their types, which nobody looks for in records.
            let types = site::sites().iter().filter(|site| site.kind == SiteKind::Type);
            bytes.extend(dictionary_blocks(types.map(Entry::of)));
        }
        if let Some(told) = &mut self.told {
            told.tell(shared, names, redactor, &mut bytes);
        }
        bytes
    }

    /// Something may be missing: the next blocks begin anew.
    pub(crate) fn forget(&mut self) {
        self.told = None;
        self.headed = None;
    }

    /// The block that ends a binary log in order; nothing if there is none.
    pub(crate) fn end(&mut self) -> Vec<u8> {
        self.told.take().map_or_else(Vec::new, |_| end_block())
    }
}

impl Told {
    fn tell(
        &mut self,
        shared: &Shared,
        names: &Names,
        redactor: Option<&Redactor>,
        bytes: &mut Vec<u8>,
    ) {
        let is_new = |id: &&SiteId| {
            let known = self.sites.get_mut(id.0 as usize);
            known.is_some_and(|known| !core::mem::replace(known, true))
        };
        let sites = names.sites.iter().filter(is_new);
        let found = sites.filter_map(|id| shared.sites.site(*id));
        match redactor {
            None => bytes.extend(dictionary_blocks(found.map(Entry::of))),
            Some(redactor) => {
                let plan = |site: &'static Site| {
                    (Entry::of(site), redactor.plan(site.id(), || Entry::of(site)))
                };
                bytes.extend(cleaned_blocks(found.map(plan)));
            }
        }
        if self.threads.len() > THREADS_KNOWN {
            self.threads.clear();
        }
        let threads = names.threads.iter().filter(|number| self.threads.insert(**number));
        let found: Vec<_> =
            threads.filter_map(|number| Some((*number, shared.threads.get(*number)?))).collect();
        if !found.is_empty() {
            let found = found.iter().map(|(number, info)| (*number, &**info as &ThreadInfo));
            bytes.extend(threads_block(found));
        }
    }
}

/// The sites and threads of one batch, some of them several times.
#[derive(Default)]
pub(crate) struct Names {
    sites: Vec<SiteId>,
    threads: Vec<u32>,
}

impl Names {
    pub(crate) fn clear(&mut self) {
        self.sites.clear();
        self.threads.clear();
    }

    /// Takes a packer's block over into `out`, and begins the next one.
    pub(crate) fn take_block(&mut self, packer: &mut Packer, compress: bool, out: &mut Buffer) {
        if packer.count() > 0 {
            self.sites.extend(packer.sites());
            self.threads.extend(packer.threads());
            let block = packer.finish();
            let smaller = compress.then(|| binary::compressed(block)).flatten();
            out.push_bytes(smaller.as_deref().unwrap_or(block));
        }
        packer.clear();
    }
}
