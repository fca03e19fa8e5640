//! The callsites of another program, or of this one before it died: from its dictionary.

use core::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use hydra_log_core::record::dictionary::{Entry, Reader};
use hydra_log_core::render::{TypeInfo, Types};
use hydra_log_core::site::{self, Gate, Site, SiteId};

use crate::format::SiteInfo;

/// Callsites by number, made ready on first sight.
#[derive(Debug)]
pub(crate) struct Names {
    sites: HashMap<u32, &'static Site>,
    ready: RefCell<HashMap<u32, Rc<SiteInfo>>>,
}

impl Names {
    /// Reads a dictionary as far as it can be read.
    ///
    /// Formats ask for texts that live as long as the program. Those of a program that is the same
    /// as this one are this one's own; others stay in memory, as many bytes as the dictionary has.
    pub(crate) fn read(dictionary: &[u8]) -> Self {
        let own: HashMap<u64, &'static Site> =
            site::sites().iter().map(|site| (Entry::of(site).hash(), site)).collect();
        let entries = Reader::new(dictionary).into_iter().flatten().filter_map(Result::ok);
        let sites = entries
            .map(|entry| {
                let known = own
                    .get(&entry.hash())
                    .copied()
                    .filter(|site| site.line == entry.line && site.module == entry.module);
                (entry.id.0, known.unwrap_or_else(|| kept(&entry)))
            })
            .collect();
        Self { sites, ready: RefCell::default() }
    }

    /// The callsite with this number, ready for rendering.
    pub(crate) fn get(&self, id: SiteId) -> Option<Rc<SiteInfo>> {
        let site = self.sites.get(&id.0)?;
        let mut ready = self.ready.borrow_mut();
        Some(Rc::clone(ready.entry(id.0).or_insert_with(|| Rc::new(SiteInfo::new(site)))))
    }
}

impl Types for Names {
    fn type_site(&self, id: SiteId) -> Option<TypeInfo<'_>> {
        self.sites.get(&id.0).and_then(|site| TypeInfo::of(site))
    }
}

fn kept(entry: &Entry<'_>) -> &'static Site {
    let text = |text: &str| -> &'static str { Box::leak(text.into()) };
    let fields = entry.fields.iter().map(|(name, template)| (text(name), text(template)));
    Box::leak(Box::new(Site {
        gate: Box::leak(Box::new(Gate::new(entry.level))),
        target: text(entry.target),
        layer: text(entry.layer),
        module: text(entry.module),
        file: text(entry.file),
        template: text(entry.template),
        fields: Vec::leak(fields.collect()),
        line: entry.line,
        arguments: entry.arguments,
        kind: entry.kind,
    }))
}
