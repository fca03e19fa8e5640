//! What recovery makes of items before it writes them: lines, or a session of a binary log.

use hydra_log_core::gap;
use hydra_log_core::record::dictionary::Entry;
use hydra_log_core::record::{Flags, RecordRef};
use hydra_log_core::site::{self, SiteId};

use std::collections::BTreeMap;

use super::image::Image;
use super::items::Item;
use super::names::Names;
use crate::binary::{Packed, Packer, Session, dictionary_blocks, session_block, threads_block};
use crate::builder::Output;
use crate::engine::encoding::Encoding;
use crate::format::{Buffer, Contexts, Event, SiteInfo, ThreadInfo};
use crate::redact::{Plan, Redaction, Work, cleaned_blocks};

/// Items become bytes here, for one output.
pub(crate) struct Made<'m> {
    image: &'m Image<'m>,
    names: &'m Names<'m>,
    contexts: Contexts,
    /// What gap records have for a site: a number that the dead program did not use.
    gap: SiteId,
    bytes: Buffer,
    /// Of a binary log, the block that is being packed; `None` until something is.
    packer: Option<Box<Packer>>,
    /// Whether a reader of the binary log knows whose records these are.
    told: bool,
    /// How much was put in since the bytes were last taken: about as much as comes out.
    size: usize,
    /// Of an output that redacts, what is known of the dead program's callsites.
    plans: BTreeMap<u32, Plan>,
    redaction: Option<Redaction>,
    work: Work,
}

impl<'m> Made<'m> {
    pub(crate) fn new(image: &'m Image<'m>, names: &'m Names<'m>) -> Self {
        let gap = names.free();
        Self {
            image,
            names,
            contexts: Contexts::default(),
            gap,
            bytes: Buffer::new(),
            packer: None,
            told: false,
            size: 0,
            plans: BTreeMap::new(),
            redaction: None,
            work: Work::default(),
        }
    }

    /// About how many bytes wait to be written.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Puts an item in, if the output takes its level; whether it was a record that a call made.
    pub(crate) fn push(&mut self, item: &Item<'_>, output: &Output) -> bool {
        match *item {
            Item::Record { bytes, thread, time_ns, counted } => {
                let Ok(record) = RecordRef::parse(bytes) else { return false };
                let Some(site) = self.names.get(record.site()) else { return false };
                let is_own = record.flags().contains(Flags::CONTROL);
                if !is_own && !output.takes.takes(site.level, &site.layer, &site.target) {
                    return false;
                }
                match output.redaction.as_ref().filter(|_| !is_own) {
                    None => self.add(&output.encoding, (bytes, record), &site, thread, time_ns),
                    Some(redaction) => {
                        self.plan(redaction, record.site());
                        let mut work = core::mem::take(&mut self.work);
                        let plans = core::mem::take(&mut self.plans);
                        if let Some(plan) = plans.get(&record.site().0) {
                            let written = redaction.apply(plan, &record, self.names, &mut work);
                            let bytes = written.unwrap_or(bytes);
                            let record = RecordRef::parse(bytes).unwrap_or(record);
                            let (encoding, source) = (&output.encoding, (bytes, record));
                            self.add(encoding, source, plan.site(&site), thread, time_ns);
                        }
                        (self.work, self.plans) = (work, plans);
                    }
                }
                counted
            }
            Item::Gap { ring, lost, time_ns } => {
                let words = gap::write_as(self.gap, ring, time_ns, lost);
                let bytes = bytemuck::cast_slice(&words);
                let Ok(record) = RecordRef::parse(bytes) else { return false };
                let site = SiteInfo::new(site::gap_site());
                self.add(&output.encoding, (bytes, record), &site, 0, time_ns);
                false
            }
        }
    }

    /// Sees to it that the callsite's plan is there.
    fn plan(&mut self, redaction: &Redaction, id: SiteId) {
        let Some(entry) = self.names.entry(id) else { return };
        self.plans.entry(id.0).or_insert_with(|| redaction.plan(&entry));
        self.redaction.get_or_insert_with(|| redaction.clone());
    }

    fn add(
        &mut self,
        encoding: &Encoding,
        (bytes, record): (&[u8], RecordRef<'_>),
        site: &SiteInfo,
        thread: u32,
        time_ns: u64,
    ) {
        match encoding {
            Encoding::Lines(format) => {
                let before = self.bytes.len();
                let nobody = ThreadInfo::default();
                let thread = self.image.threads.get(&thread).unwrap_or(&nobody);
                let (level, types) = (site.level, self.names);
                let site = self.contexts.find(record.site().0 as usize, site, &record);
                let event = Event { time_ns, level, site, record, thread, types, recovered: true };
                format.write(&event, &mut self.bytes);
                self.size += self.bytes.len() - before;
            }
            Encoding::Binary { .. } => self.pack(thread, time_ns, bytes),
        }
    }

    /// Packs a record whose stamp is to be nanoseconds since the epoch.
    fn pack(&mut self, thread: u32, time_ns: u64, record: &[u8]) {
        let mut record = record.to_vec();
        if let Some(stamp) = record.get_mut(8..16) {
            stamp.copy_from_slice(&time_ns.to_le_bytes());
        }
        self.size += record.len();
        let packer = self.packer.get_or_insert_default();
        if packer.push(thread, &record) == Packed::Full {
            self.bytes.push_bytes(packer.finish());
            packer.clear();
            packer.push(thread, &record);
        }
    }

    /// All that was put in, as it is to be written.
    pub(crate) fn bytes(&mut self) -> &[u8] {
        let block = self.packer.as_mut().filter(|packer| packer.count() > 0);
        if let Some(packer) = block {
            self.bytes.push_bytes(packer.finish());
            packer.clear();
        }
        if self.packer.is_some() && !core::mem::replace(&mut self.told, true) {
            // The dictionary has every callsite's own text, whether it left a record or not.
            if let Some(redaction) = self.redaction.clone() {
                self.names.entries().for_each(|entry| self.plan(&redaction, entry.id));
            }
            self.bytes.push_front(&self.prelude());
        }
        self.bytes.as_bytes()
    }

    /// The bytes were written.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.size = 0;
    }

    /// The session, its callsites and threads.
    fn prelude(&self) -> Vec<u8> {
        let mut bytes = session_block(&Session {
            start_ns: self.image.started_ns,
            ticks_per_second: 1_000_000_000,
            epoch_ns: 0,
            process: u32::try_from(self.image.pid).unwrap_or(u32::MAX),
            program: self.image.program.to_owned(),
            recovered: true,
        });
        let gap = Entry { id: self.gap, ..Entry::of(site::gap_site()) };
        let planned = |entry: Entry<'m>| (entry, self.plans.get(&entry.id.0));
        bytes.extend(cleaned_blocks(self.names.entries().map(planned)));
        bytes.extend(dictionary_blocks([gap]));
        bytes
            .extend(threads_block(self.image.threads.iter().map(|(number, info)| (*number, info))));
        bytes
    }
}
