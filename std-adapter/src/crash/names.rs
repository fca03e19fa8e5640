//! The callsites of another program, or of this one before it died: from its dictionary.

use core::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use hydra_log_core::record::dictionary::{Entry, Reader};
use hydra_log_core::render::{TypeInfo, Types};
use hydra_log_core::site::SiteId;

use crate::format::SiteInfo;

/// Callsites by number, made ready on first sight.
#[derive(Debug)]
pub(crate) struct Names<'d> {
    entries: BTreeMap<u32, Entry<'d>>,
    ready: RefCell<BTreeMap<u32, Rc<SiteInfo>>>,
}

impl<'d> Names<'d> {
    /// Reads dictionaries as far as they can be read.
    pub(crate) fn read(dictionaries: &[&'d [u8]]) -> Self {
        let readers = dictionaries.iter().filter_map(|dictionary| Reader::new(dictionary).ok());
        let entries = readers.flatten().filter_map(Result::ok);
        let entries = entries.map(|entry| (entry.id.0, entry)).collect();
        Self { entries, ready: RefCell::default() }
    }

    /// The callsite with this number, ready for rendering.
    pub(crate) fn get(&self, id: SiteId) -> Option<Rc<SiteInfo>> {
        let entry = self.entries.get(&id.0)?;
        let mut ready = self.ready.borrow_mut();
        Some(Rc::clone(ready.entry(id.0).or_insert_with(|| Rc::new(SiteInfo::of(entry)))))
    }

    /// What is known of a callsite.
    pub(crate) fn entry(&self, id: SiteId) -> Option<Entry<'d>> {
        self.entries.get(&id.0).copied()
    }

    /// A number that no callsite has.
    pub(crate) fn free(&self) -> SiteId {
        SiteId((0..).find(|number| !self.entries.contains_key(number)).unwrap_or(u32::MAX))
    }

    /// All of them, by number.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'d>> {
        self.entries.values().copied()
    }
}

impl Types for Names<'_> {
    fn type_site(&self, id: SiteId) -> Option<TypeInfo<'_>> {
        TypeInfo::of_entry(self.entries.get(&id.0)?)
    }
}
